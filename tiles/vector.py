"""From the features of a layer to its vector tiles: Mapbox Vector Tiles in one PMTiles archive."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from geo import Bounds, GeometryType, Text
from tiles.coord import ZoomRange
from tiles.errors import EmptyInputError, TilingError
from tiles.feature_file import ID, read_geometries, write_features
from tiles.mvt import feature_ids
from tiles.pmtiles import PmtilesReader
from tiles.tippecanoe_process import run_tippecanoe
from tiles.zoom import FINE, choose_zooms

_DETAIL_BITS = 12
"""A tile is a grid of 4096 x 4096 cells."""
_BATCH = 1_000
_SAMPLED_GROUPS = 8
_FEW_POINTS = 5_000
_MORE_ZOOMS = 2
_TILE_BYTES = (500_000, 4_000_000)
"""Limits of one compressed tile: the ordinary one, and that for features which lie on top of each other."""
_SMALL_SHARE = 0.99
"""Of the polygons of a layer, for all to be taken as footprints."""
_POLYGONS = (3, 6)
"""Simple and with several parts, as shapely numbers kinds."""
_FEEDING = 0.2
"""Share of the time that reading the features takes."""


_Report = Callable[[float], None]
"""Told the share of the work that is done, 0..1."""


@dataclass(frozen=True, slots=True)
class TileSummary:
    bounds: Bounds
    min_zoom: int
    max_zoom: int
    features: int


def build_vector_tiles(
    features: Path,
    target: Path,
    *,
    columns: Sequence[str],
    geometry_type: GeometryType,
    layer: str = "features",
    progress: _Report | None = None,
) -> TileSummary:
    """Tiles a GeoParquet file (EPSG:4326, WKB column `geometry`); ids in the tiles are its row numbers.

    Tiles carry `columns` only; a missing value (null, NaN) is absent there. Coordinates stand on a grid of 4096 cells a
    tile: at 35° N 24 cm wide at zoom 15, 12 cm at 16. Every feature is in the tiles of the highest zoom, checked by
    reading them back; what is narrower than a cell is drawn one to three cells wide. Below that zoom, tiles stay
    under 500 kB: the smallest polygons and the densest points go first, and tiny polygons are gathered into squares.

    Polygons as small as buildings are tiled by `tiles.footprint`, everything else by tippecanoe. `target` appears
    complete or not at all. EmptyInputError without features, TilingError when they can't be tiled.
    """
    report = progress or _ignore
    source = _Source.read(features, columns, geometry_type)
    with TemporaryDirectory(prefix=".tiles-", dir=target.parent) as name:
        built = Path(name) / "tiles.pmtiles"
        for tile in _tilers(source, geometry_type):
            tile(source, built, layer, report)
            with PmtilesReader(built) as archive:
                lost = _lost(archive, source.count)
                zooms = archive.zooms
            if not len(lost):
                built.replace(target)
                report(1)
                return TileSummary(source.bounds, zooms.minimum, zooms.maximum, source.count)
            built.unlink()
    some = ", ".join(map(str, lost[:5]))
    raise TilingError(
        Text(
            f"{len(lost)}件の地物がタイルに入りませんでした(番号 {some} など)",
            f"{len(lost)} features did not get into the tiles (numbers {some} and others)",
        )
    )


def _tilers(source: "_Source", geometry_type: GeometryType) -> "Sequence[_Tiler]":
    """What is tried, one after the other."""
    if source.are_footprints:
        return [_tile_footprints]
    return [partial(_run_tippecanoe, geometry_type, limit) for limit in _TILE_BYTES]


@dataclass(frozen=True)
class _Source:
    """The features to tile, read as often as needed and never all at once."""

    path: Path
    columns: tuple[str, ...]
    count: int
    bounds: Bounds
    zooms: ZoomRange
    are_footprints: bool
    """Whether they are polygons of which hardly any fills a tile of the highest zoom."""

    @classmethod
    def read(cls, path: Path, columns: Sequence[str], geometry_type: GeometryType) -> "_Source":
        with pq.ParquetFile(path) as file:
            count = file.metadata.num_rows
            if not count:
                raise EmptyInputError(path)
            bounds, share = _survey(file)
            sample = _sample(file)
        zooms = choose_zooms(geometry_type, sample, count)
        are_footprints = geometry_type is GeometryType.POLYGON and zooms.maximum == FINE and share >= _SMALL_SHARE
        return cls(path, tuple(columns), count, bounds, zooms, are_footprints)

    def write(self, folder: Path, told: Callable[[float], None]) -> list[str]:
        """Files that tippecanoe reads; their names in `folder`."""
        cell = 360 / 2 ** (self.zooms.maximum + _DETAIL_BITS)
        return write_features(self.batches(told), self.columns, cell, folder)

    def batches(self, told: _Report) -> Iterator[pa.RecordBatch]:
        """The file is closed behind the last: what Parquet keeps of it grows with the city."""
        done = 0
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(_BATCH, columns=[*self.columns, "geometry"]):
                yield batch
                done += len(batch)
                told(done / self.count)


def _survey(file: pq.ParquetFile) -> tuple[Bounds, float]:
    """Where all features lie, and the share that are polygons smaller than a tile of the finest zoom."""
    boxes, small, fid = [], 0, 0
    for batch in file.iter_batches(_BATCH, columns=["geometry"]):
        geometries = read_geometries(batch, fid)
        own = shapely.bounds(geometries)
        boxes.append([*own[:, :2].min(axis=0), *own[:, 2:].max(axis=0)])
        is_small = (own[:, 2:] - own[:, :2]).max(axis=1) < 360 / 2**FINE
        small += int((is_small & np.isin(shapely.get_type_id(geometries), _POLYGONS)).sum())
        fid += len(batch)
    return Bounds.around(Bounds(*map(float, box)) for box in boxes), small / fid


def _sample(file: pq.ParquetFile) -> NDArray[np.object_]:
    groups = np.unique(np.linspace(0, file.num_row_groups - 1, _SAMPLED_GROUPS).astype(int)).tolist()
    batches = file.iter_batches(_BATCH, row_groups=groups, columns=["geometry"])
    return np.concatenate([read_geometries(batch, 0) for batch in batches])


_Tiler = Callable[[_Source, Path, str, _Report], None]
"""Writes an archive with a layer of this name."""


def _tile_footprints(source: _Source, built: Path, layer: str, report: _Report) -> None:
    from tiles.footprint import write_footprint_tiles  # compiled, which only a layer of such polygons needs

    schema = pq.read_schema(source.path)
    write_footprint_tiles(
        source.batches(lambda share: report(_FEEDING * share)),
        [schema.field(name) for name in source.columns],
        built,
        layer=layer,
        zooms=source.zooms,
        bounds=source.bounds,
        report=lambda share: report(_FEEDING + (1 - _FEEDING) * share),
    )


def _run_tippecanoe(
    geometry_type: GeometryType, tile_bytes: int, source: _Source, built: Path, layer: str, report: _Report
) -> None:
    inputs = source.write(built.parent, lambda share: report(_FEEDING * share))
    # Names without folders: the command goes into the archive, which anybody may download.
    options = [
        "--json-progress",
        "--progress-interval=1",
        "--temporary-directory=.",
        f"--output={built.name}",
        f"--name={layer}",
        f"--layer={layer}",
        f"--minimum-zoom={source.zooms.minimum}",
        f"--maximum-zoom={source.zooms.maximum}",
        f"--maximum-tile-bytes={tile_bytes}",
        f"--use-attribute-for-id={ID}",
        "--no-tile-stats",
        "--extend-zooms-if-still-dropping",
        f"--extend-zooms-if-still-dropping-maximum={_MORE_ZOOMS}",
        "--simplify-only-low-zooms",
        *_thinning(geometry_type, source.count),
    ]
    run_tippecanoe(
        [*options, *inputs],
        folder=built.parent,
        progress=lambda share: report(_FEEDING + (1 - _FEEDING) * share),
    )


def _thinning(geometry_type: GeometryType, count: int) -> list[str]:
    """What may be left out below the highest zoom where tiles grow too large. Never merged: a merged feature would
    show one feature's values on another's ground.
    """
    if geometry_type is GeometryType.POLYGON:
        return ["--drop-smallest-as-needed", "--no-tiny-polygon-reduction-at-maximum-zoom"]
    if geometry_type is GeometryType.LINE:
        return ["--drop-smallest-as-needed"]
    rate = (
        ["--drop-rate=1"]
        if count <= _FEW_POINTS
        else [f"--base-zoom=f{_FEW_POINTS}", "--limit-base-zoom-to-maximum-zoom"]
    )
    return ["--drop-densest-as-needed", *rate]


def _lost(archive: PmtilesReader, count: int) -> NDArray[np.intp]:
    """Features that are in no tile of the highest zoom."""
    seen = np.zeros(count, bool)
    for tile in archive.contents(archive.zooms.maximum):
        seen[feature_ids(tile)] = True
    return np.flatnonzero(~seen)


def _ignore(share: float) -> None:
    pass
