"""One folder that holds a city's layers: a catalogue, and beside it immutable versions that nothing overwrites.

    catalogue.sqlite                 what there is (SQLite, WAL)
    versions/<layer>/<version>/      features.parquet and tiles.pmtiles; surfaces.parquet and tileset.3tz of what stands
                                     in space; feed.zip beside a feed's stops; or grid.tif
    derived/<kind>-<key>/            what analyses need ready (see data.derived)
    staging/<import>/                being written; not visible to anybody

An import writes in staging, moves its folders into place and switches to them in one transaction. Killed at any
moment, the store serves what it served before; `gc` clears what was left lying.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from data import catalogue
from data.derived import Derived, DerivedKey
from data.errors import (
    ChangedMeanwhileError,
    StoreFormatError,
    UnknownColumnError,
    UnknownFeatureError,
    UnknownLayerError,
)
from data.job import JobQueue
from data.lock import is_locked, locked
from data.problem_list import ProblemList
from data.record import LayerRecord, VersionRecord
from data.staged import CATALOGUE, FEATURES, StagedLayer
from data.viewer import Viewer, Visibility
from geo import GROUPS, Group, Layer, Problem, Text

if TYPE_CHECKING:
    # What looks into features takes half a second to load, which an import leaves to its workers.
    import pyarrow as pa

    from data.export import Export
    from data.feature_table import FeatureTable
    from data.search import Search

_UNNAMED = Text("非公開データ", "internal data")
"""Stands for a layer that the public may not know of."""

Build = Callable[[Path], None]
"""Writes a derived artefact into the folder it is given."""


@dataclass(frozen=True, slots=True)
class GcReport:
    """What a clean-up removed."""

    folders: int
    bytes: int


class Store:
    def __init__(self, folder: Path) -> None:
        """Opens the store at `folder`, made when missing; StoreFormatError for one of a newer program, or a file."""
        if folder.exists() and not folder.is_dir():
            raise StoreFormatError(Text(f"{folder} はフォルダーではありません", f"{folder} is not a folder"))
        self.path = folder
        for name in ("versions", "staging"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            # Readers too: SQLite's write-ahead log is a file beside the catalogue.
            raise StoreFormatError(Text(f"{folder} に書き込めません", f"no permission to write in {folder}"))
        self._engine = catalogue.open_catalogue(folder / CATALOGUE)
        self._catalogue = (folder / CATALOGUE).stat()
        self.jobs = JobQueue(self._engine)
        self._derived = Derived(folder / "derived")

    @classmethod
    def open(cls, folder: Path | str) -> "Store":
        return cls(Path(folder).resolve())

    def close(self) -> None:
        self._engine.dispose()

    # Reading

    def is_in_place(self) -> bool:
        """Whether what lies there is still what was opened: not when it was removed, nor when it was made anew."""
        try:
            return os.path.samestat((self.path / CATALOGUE).stat(), self._catalogue)
        except FileNotFoundError:
            return False

    def generation(self) -> int:
        """A number that grows with every change, by whichever process; cheap enough to ask often."""
        with self._engine.connect() as connection:
            return int(connection.execute(_GENERATION).scalar_one())

    def layers(self, viewer: Viewer) -> list[LayerRecord]:
        """The layers this viewer may see, in the order of the layer tree: by group, then by title."""
        with self._engine.connect() as connection:
            previous = _previous_versions(connection)
            rows = connection.execute(_CURRENT.where(_seen_by(viewer))).all()
        records = [_record(row, previous.get(row.id, ())) for row in rows]
        return sorted(records, key=lambda record: (_place(record.group), record.title.ja, record.id))

    def layer(self, layer_id: str, viewer: Viewer) -> LayerRecord:
        """UnknownLayerError when there is none, or none for this viewer."""
        with self._engine.connect() as connection:
            row = connection.execute(_CURRENT.where(_seen_by(viewer), catalogue.layers.c.id == layer_id)).one_or_none()
            if row is None:
                raise UnknownLayerError(layer_id)
            return _record(row, _previous_versions(connection).get(layer_id, ()))

    def folder(self, record: LayerRecord, version: str | None = None) -> Path:
        """Where a version's files lie; the current one's unless another that the record names is asked for."""
        if version not in (None, record.version, *record.previous):
            raise UnknownLayerError(f"{record.id}/{version}")
        return self.path / "versions" / record.id / (version or record.version)

    def problem_list(self, layer_id: str, viewer: Viewer) -> ProblemList:
        """The problems of the current version, to be counted and paged."""
        return ProblemList(self._engine, layer_id, self.layer(layer_id, viewer).version)

    def problems(self, layer_id: str, viewer: Viewer) -> list[Problem]:
        return list(self.problem_list(layer_id, viewer))

    def feature(self, layer_id: str, fid: int, viewer: Viewer, version: str | None = None) -> dict[str, Any]:
        """One feature with all its attributes, as the HTTP API answers it."""
        record, table = self._table(layer_id, viewer, version)
        try:
            row = table.row(fid)
        except IndexError:
            raise UnknownFeatureError(layer_id, fid) from None
        return _feature(record, version or record.version, fid, row)

    def feature_by_id(
        self, layer_id: str, feature_id: str, viewer: Viewer, version: str | None = None
    ) -> dict[str, Any]:
        """The same, asked by the feature's own id (gml:id); the first one where several share it."""
        record, table = self._table(layer_id, viewer, version)
        try:
            fid, row = table.find(feature_id)
        except KeyError:
            raise UnknownFeatureError(layer_id, feature_id) from None
        return _feature(record, version or record.version, fid, row)

    def search(
        self,
        layer_id: str,
        asked: "Search",
        viewer: Viewer,
        *,
        limit: int = 20,
        offset: int = 0,
        version: str | None = None,
    ) -> dict[str, Any]:
        """One page of the features that `asked` means, in the order of their fids, and how many there are."""
        from data.search import search
        from data.search_page import search_page

        record, table = self._table(layer_id, viewer, version)
        fids = search(table, asked)
        return {
            "layer": layer_id,
            "version": version or record.version,
            "features": search_page(record, table, fids[offset : offset + limit]),
            "total": len(fids),
            "offset": offset,
        }

    def export(
        self, layer_id: str, asked: "Search", viewer: Viewer, *, crs: str | None = None, version: str | None = None
    ) -> "Export":
        """The features that `asked` means, ready to be written by `data.export_file`."""
        from data.export import Export, export_crs
        from data.search import search

        record, table = self._table(layer_id, viewer, version)
        return Export(record, version or record.version, table, search(table, asked), export_crs(crs, record))

    def column(self, layer_id: str, name: str, viewer: Viewer, version: str | None = None) -> "pa.Table":
        """One column in the order of the features (row number = fid)."""
        _, table = self._table(layer_id, viewer, version)
        try:
            return table.column(name)
        except KeyError:
            raise UnknownColumnError(layer_id, name) from None

    def features(self, layer_id: str, viewer: Viewer, version: str | None = None) -> Layer:
        """All features of a vector layer, as the analyses take them."""
        record, table = self._table(layer_id, viewer, version)
        return Layer(record.id, table.features())

    def _table(self, layer_id: str, viewer: Viewer, version: str | None) -> "tuple[LayerRecord, FeatureTable]":
        from data.feature_table import FeatureTable

        record = self.layer(layer_id, viewer)
        if record.current.kind == "raster":
            raise UnknownLayerError(layer_id)
        return record, FeatureTable(self.folder(record, version) / FEATURES)

    def joined(self, name: str, viewer: Viewer) -> list[LayerRecord]:
        """The seamless layers of that name: one for each package."""
        return [record for record in self.layers(viewer) if record.current.joined == name]

    def made_from(self, content_hash: str, viewer: Viewer) -> list[LayerRecord]:
        """The layers whose current version was made from an input with this hash."""
        query = _CURRENT.where(_seen_by(viewer), catalogue.versions.c.content_hash == content_hash)
        with self._engine.connect() as connection:
            previous = _previous_versions(connection)
            return [_record(row, previous.get(row.id, ())) for row in connection.execute(query)]

    # Changing

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder for one import, gone at the end whatever happens; its lock tells `gc` that somebody is at work."""
        folder = self.path / "staging" / uuid4().hex
        with ExitStack() as held:
            # Nobody clears between the making of the folder and its lock.
            with self._committing():
                folder.mkdir()
                held.enter_context(locked(folder / ".lock"))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def derived(self, kind: str, layer_ids: Iterable[str], viewer: Viewer, *, code: str, build: Build) -> Path:
        """The artefact of this kind made from the current versions of these layers; see `data.derived`."""
        inputs = {layer_id: self.layer(layer_id, viewer).version for layer_id in layer_ids}
        return self._derived.get(DerivedKey(kind, inputs, code), build)

    def commit(self, staged: Sequence[StagedLayer], viewer: Viewer) -> list[LayerRecord]:
        """Moves complete versions into place and switches to all of them in one transaction."""
        viewer.require_change()
        if not staged:
            return []
        for layer in staged:
            _flush(layer.folder)
        with self._committing(), self._engine.begin() as connection:
            catalogue.bump_generation(connection)
            versions: dict[str, str] = {}
            for layer in staged:
                _check_base(connection, layer)
                versions[layer.id] = self._switch(connection, layer, versions)
        return [self.layer(layer.id, viewer) for layer in staged]

    def _switch(self, connection: Connection, layer: StagedLayer, made: Mapping[str, str]) -> str:
        """The new version. `made`: versions of layers that the same commit has switched to before."""
        versions = catalogue.versions
        last = connection.execute(select(func.max(versions.c.number)).where(versions.c.layer_id == layer.id)).scalar()
        number = (last or 0) + 1
        version = f"{number}-{layer.content_hash[:8]}"
        target = self.path / "versions" / layer.id / version
        # Left by an import that was killed between its move and its commit.
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(exist_ok=True)
        layer.folder.rename(target)
        _upsert_layer(connection, layer, version)
        connection.execute(
            insert(versions).values(
                layer_id=layer.id,
                version=version,
                number=number,
                content_hash=layer.content_hash,
                imported_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
                about=_with_versions(layer.record, made).as_json(),
            )
        )
        if layer.problems:
            rows = [_problem_row(problem, layer.id, version) for problem in layer.problems]
            connection.execute(insert(catalogue.problems), rows)
        return version

    def publish(self, layer_id: str, viewer: Viewer) -> LayerRecord:
        """Shows the layer on the public map, without what its title has of titles of layers that stay internal."""
        viewer.require_change()
        title = self._public_title(self.layer(layer_id, viewer), viewer)
        return self.describe(layer_id, viewer, {"visibility": Visibility.PUBLIC.value, "title": title.as_json()})

    def _public_title(self, record: LayerRecord, viewer: Viewer) -> Text:
        recipe, title = record.current.recipe, record.title
        for name in recipe["inputs"] if recipe and _is_named_by_us(recipe) else ():
            with suppress(UnknownLayerError):
                behind = self.layer(name, viewer)
                if behind.visibility is not Visibility.PUBLIC:
                    ja = title.ja.replace(behind.title.ja, _UNNAMED.ja)
                    title = Text(ja, title.en.replace(behind.title.en, _UNNAMED.en))
        return title

    def unpublish(self, layer_id: str, viewer: Viewer) -> LayerRecord:
        return self._set_visibility(layer_id, Visibility.INTERNAL, viewer)

    def _set_visibility(self, layer_id: str, visibility: Visibility, viewer: Viewer) -> LayerRecord:
        return self.describe(layer_id, viewer, {"visibility": visibility.value})

    def describe(self, layer_id: str, viewer: Viewer, values: Mapping[str, Any]) -> LayerRecord:
        """Changes what a layer is called or how it is licensed, not its data. Keys are the catalogue's columns."""
        viewer.require_change()
        self.layer(layer_id, viewer)
        if values:
            with self._engine.begin() as connection:
                catalogue.bump_generation(connection)
                table = catalogue.layers
                connection.execute(update(table).where(table.c.id == layer_id).values(**values))
        return self.layer(layer_id, viewer)

    def remove(self, layer_id: str, viewer: Viewer) -> None:
        """Forgets the layer with all its versions."""
        viewer.require_change()
        self.layer(layer_id, viewer)
        with self._committing():
            with self._engine.begin() as connection:
                catalogue.bump_generation(connection)
                connection.execute(delete(catalogue.layers).where(catalogue.layers.c.id == layer_id))
            shutil.rmtree(self.path / "versions" / layer_id, ignore_errors=True)

    def gc(self, viewer: Viewer, *, keep_previous: int = 1) -> GcReport:
        """Clears what killed imports left, what was derived from versions that are gone, and versions older than the
        current and `keep_previous` before it."""
        viewer.require_change()
        with self._committing():
            self._forget_old_versions(keep_previous)
            known = self._known_versions()
            folders = (self.path / "versions").glob("*/*")
            unknown = [folder for folder in folders if (folder.parent.name, folder.name) not in known]
            doomed = [*unknown, *self.abandoned(), *self._derived.unused(known)]
            freed = sum(_size(folder) for folder in doomed)
            for folder in doomed:
                shutil.rmtree(folder, ignore_errors=True)
        return GcReport(len(doomed), freed)

    def _forget_old_versions(self, keep_previous: int) -> None:
        versions = catalogue.versions
        with self._engine.begin() as connection:
            catalogue.bump_generation(connection)
            newest = select(versions.c.layer_id, func.max(versions.c.number).label("number"))
            newest_of = newest.group_by(versions.c.layer_id).subquery()
            old = (
                select(versions.c.layer_id, versions.c.version)
                .join(newest_of, versions.c.layer_id == newest_of.c.layer_id)
                .where(versions.c.number < newest_of.c.number - keep_previous)
            )
            for layer_id, version in connection.execute(old).all():
                for table in (catalogue.problems, versions):
                    connection.execute(delete(table).where(table.c.layer_id == layer_id, table.c.version == version))

    def _known_versions(self) -> set[tuple[str, str]]:
        with self._engine.connect() as connection:
            query = select(catalogue.versions.c.layer_id, catalogue.versions.c.version)
            return {(layer_id, version) for layer_id, version in connection.execute(query)}

    def abandoned(self) -> list[Path]:
        """Staging folders of imports that were killed."""
        return [folder for folder in (self.path / "staging").iterdir() if not is_locked(folder / ".lock")]

    @contextmanager
    def _committing(self) -> Iterator[None]:
        """One process at a time moves folders and changes the catalogue together."""
        with locked(self.path / "commit.lock"):
            yield


_GENERATION = select(catalogue.meta.c.value).where(catalogue.meta.c.key == "generation")
_CURRENT = select(
    catalogue.layers,
    catalogue.versions.c.imported_at,
    catalogue.versions.c.content_hash,
    catalogue.versions.c.about,
).join(
    catalogue.versions,
    (catalogue.versions.c.layer_id == catalogue.layers.c.id)
    & (catalogue.versions.c.version == catalogue.layers.c.version),
)


_PLACES = {group.id: place for place, group in enumerate(GROUPS)}


def _place(group: Group) -> tuple[int, str]:
    """Groups of a city's own follow the known ones."""
    return _PLACES.get(group.id, len(GROUPS)), group.title.ja


def _seen_by(viewer: Viewer) -> Any:
    return catalogue.layers.c.visibility.in_([visibility.value for visibility in viewer.sees])


def _previous_versions(connection: Connection) -> dict[str, tuple[str, ...]]:
    versions, layers = catalogue.versions, catalogue.layers
    query = (
        select(versions.c.layer_id, versions.c.version)
        .join(layers, layers.c.id == versions.c.layer_id)
        .where(versions.c.version != layers.c.version)
        .order_by(versions.c.number.desc())
    )
    previous: dict[str, tuple[str, ...]] = {}
    for layer_id, version in connection.execute(query):
        previous[layer_id] = (*previous.get(layer_id, ()), version)
    return previous


def _record(row: Row[Any], previous: tuple[str, ...]) -> LayerRecord:
    group = dict(row.group)
    return LayerRecord(
        id=row.id,
        title=Text(**row.title),
        group=Group(group["id"], Text(group["ja"], group["en"])),
        attribution=row.attribution,
        licence=row.licence,
        visibility=Visibility(row.visibility),
        version=row.version,
        imported_at=row.imported_at,
        current=VersionRecord.from_json(row.about),
        previous=previous,
    )


def _with_versions(record: VersionRecord, made: Mapping[str, str]) -> VersionRecord:
    """A recipe that names no version of an input means the one that the same import has made."""
    if record.recipe is None:
        return record
    inputs = {id: version or made[id] for id, version in record.recipe["inputs"].items()}
    return replace(record, recipe={**record.recipe, "inputs": inputs})


def _check_base(connection: Connection, layer: StagedLayer) -> None:
    query = select(catalogue.layers.c.version).where(catalogue.layers.c.id == layer.id)
    if layer.based_on is not None and connection.execute(query).scalar() != layer.based_on:
        raise ChangedMeanwhileError(layer.id)


def _is_named_by_us(recipe: Mapping[str, Any] | None) -> bool:
    """Whether it is an analysis that nobody gave a title to."""
    return recipe is not None and recipe["parameters"].get("title", "") is None


def _upsert_layer(connection: Connection, layer: StagedLayer, version: str) -> None:
    """A new version without terms of its own stands under those the layer has; a result keeps what it is called."""
    table = catalogue.layers
    values = {"group": layer.group.as_json(), "version": version}
    terms = {"attribution": layer.attribution, "licence": layer.licence}
    known = {name: term for name, term in terms.items() if term is not None}
    title = {"title": layer.title.as_json()}
    renewed = values | known if _is_named_by_us(layer.record.recipe) else values | known | title
    changed = connection.execute(update(table).where(table.c.id == layer.id).values(**renewed)).rowcount
    if not changed:
        visibility = Visibility.INTERNAL.value
        connection.execute(insert(table).values(id=layer.id, visibility=visibility, **values, **title, **terms))


def _feature(record: LayerRecord, version: str, fid: int, row: Mapping[str, Any]) -> dict[str, Any]:
    import shapely

    from data.feature_table import attribute_nodes

    geometry = shapely.from_wkb(row["geometry"])
    return {
        "layer": record.id,
        "version": version,
        "fid": fid,
        "feature_id": row["feature_id"],
        "geometry_type": geometry.geom_type,
        "bounds": list(geometry.bounds),
        "attributes": attribute_nodes(row, record.current.columns),
    }


def _problem_row(problem: Problem, layer_id: str, version: str) -> dict[str, Any]:
    longitude, latitude = problem.lonlat or (None, None)
    return {
        "layer_id": layer_id,
        "version": version,
        "rule": problem.rule,
        "file": problem.file,
        "feature": problem.feature,
        "line": problem.line,
        "longitude": longitude,
        "latitude": latitude,
        "parameters": dict(problem.parameters),
    }


def _flush(folder: Path) -> None:
    """Asks the disk to hold the files before the catalogue says that they exist."""
    for path in (folder, *folder.rglob("*")):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total
