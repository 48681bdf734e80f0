"""The areas that a table of towns gets its places from: a layer of the store, or of the same import."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from data.detect import Source, SourceKind
from data.naming import layer_id
from data.record import LayerRecord
from data.shard import SUFFIX, SourceResult
from data.shard_file import read_table
from data.staged import FEATURES
from data.viewer import Viewer
from geo import GeometryType, Layer, Problem, UnreadableError
from geo.town import town_share
from geo.town_key import key_columns
from geo.town_portrayal import is_joined_table
from geo.town_table import TownTable, is_town_table, read_town_table

if TYPE_CHECKING:
    import pandas as pd

    from data.store import Store

_ENOUGH = 0.5
"""Share of a table's rows that a layer must have areas of, so that it is taken without being named."""
_ALIKE = 0.8
"""Layers that have nearly as many as the best one are as good: somebody has to choose."""
_MOST_AREAS = 200_000
"""The country has as many towns; a layer with more is something else, such as buildings."""
METHOD = "1"
"""Raised when the join gives something else for the same table and areas."""


@dataclass(frozen=True)
class Places:
    """A layer of areas at one version, and where they lie."""

    layer_id: str
    title: str
    content: str
    """First digits of its content hash, as versions end with them."""
    version: str | None
    """None: the same import makes it."""
    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    attribution: str | None = None
    licence: str | None = None

    def towns(self) -> Layer:
        """All its areas with their columns."""
        import geopandas as gpd
        import pandas as pd

        tables = [_read(path).to_pandas() for path in self.paths]
        frame = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
        shapes = shapely.from_wkb(frame.pop("geometry").to_numpy())
        return Layer(self.title, gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326"))

    def names(self) -> "pd.DataFrame":
        """Columns of names and codes alone."""
        import pandas as pd

        wanted = key_columns(self.columns)
        tables = [_read(path, wanted).to_pandas() for path in self.paths]
        return pd.DataFrame(pd.concat(tables, ignore_index=True))

    @property
    def areas(self) -> int:
        return sum(map(_rows, self.paths))

    @property
    def recipe(self) -> dict[str, Any]:
        """How a layer was made from these; the store fills in the version of what the same import makes."""
        return {
            "kind": "town_join",
            "parameters": {"places": self.layer_id},
            "inputs": {self.layer_id: self.version or ""},
            "method": METHOD,
        }

    @property
    def mark(self) -> str:
        """What the result of a join depends on, besides the table."""
        return f"{self.layer_id} {self.content} {METHOD}"


def _rows(path: Path) -> int:
    return len(read_table(path, ["feature_id"])) if path.suffix == SUFFIX else int(pq.read_metadata(path).num_rows)


def _read(path: Path, wanted: Sequence[str] | None = None) -> pa.Table:
    """A shard of the same import, or what the store holds; those of the `wanted` columns that are there."""
    if path.suffix == SUFFIX:
        return read_table(path, wanted)
    known = set(pq.read_schema(path).names)
    return pq.read_table(path, columns=None if wanted is None else [name for name in wanted if name in known])


def of_result(name: str, content_hash: str, results: Iterable[SourceResult]) -> list[Places]:
    """Layers of areas that an input called `name` will become."""
    parts: dict[str, list[Any]] = {}
    for part in (part for result in results for part in result.parts):
        if part.geometry_type is GeometryType.POLYGON and part.shards:
            parts.setdefault(part.key, []).append(part)
    return [
        Places(
            layer_id=layer_id(name, key),
            title=f"{name} {key}".strip(),
            content=content_hash[:8],
            version=None,
            paths=tuple(shard for part in found for shard in part.shards),
            columns=tuple(dict.fromkeys(column for part in found for column in part.schema.names)),
        )
        for key, found in parts.items()
    ]


def of_record(store: "Store", record: LayerRecord) -> Places:
    """A layer of the store."""
    return Places(
        layer_id=record.id,
        title=record.title.ja,
        content=record.version.partition("-")[2],
        version=record.version,
        paths=(store.folder(record) / FEATURES,),
        columns=tuple(column.name for column in record.current.columns),
        attribution=record.attribution,
        licence=record.licence,
    )


def of_store(store: "Store", viewer: Viewer) -> list[Places]:
    """Layers of areas that this viewer may see; none that was made by such a join."""
    return [
        of_record(store, record)
        for record in store.layers(viewer)
        if record.current.geometry is GeometryType.POLYGON
        and record.current.feature_count <= _MOST_AREAS
        and not is_joined_table([column.name for column in record.current.columns])
    ]


def choose_places(source: Source, *candidates: Sequence[Places]) -> Places:
    """The one layer that has the areas of the table's towns: of the first candidates if any does, else of the next.

    UnreadableError where none has them, and where several do.
    """
    table = read_town_table(source.path, name=source.name)
    for some in candidates:
        shares = {places: _share(places, table) for places in some}
        best = max(shares.values(), default=0.0)
        fitting = [places for places, share in shares.items() if share >= max(_ENOUGH, best * _ALIKE)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            told = {"layers": ", ".join(sorted(one.layer_id for one in fitting))}
            raise UnreadableError(Problem("town.several_places", source.name, parameters=told))
    raise UnreadableError(Problem("town.no_places", source.name))


def _share(places: Places, table: TownTable) -> float:
    """Of the table's rows, those that have an area in the layer."""
    return town_share(table, places.names()) if places.areas <= _MOST_AREAS else 0.0


def named_places(wanted: str, made: Sequence[Places], store: "Store", viewer: Viewer) -> Places:
    """The layer that somebody named; UnknownLayerError where there is none."""
    own = [places for places in made if places.layer_id == wanted]
    return own[0] if own else of_record(store, store.layer(wanted, viewer))


def as_town_table(source: Source) -> Source:
    """A table that names towns and has no coordinates, where somebody says which layer has its places."""
    if source.kind is not SourceKind.TABLE or not is_town_table(source.path, any_numbers=True):
        return source
    return Source(SourceKind.TOWN_TABLE, source.path, source.name, source.dataset)
