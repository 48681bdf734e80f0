"""From polygons to an archive of vector tiles: zoom by zoom, tile by tile."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from geo import Bounds, Text
from geo.memory import give_memory_back
from tiles.coord import TileCoord, ZoomRange
from tiles.errors import TilingError
from tiles.footprint.outline import EXTENT
from tiles.footprint.table import GRID_BITS, read_footprints
from tiles.footprint.tile import TileMaker
from tiles.footprint.value import kind_of
from tiles.hilbert import tile_id
from tiles.pmtiles_writer import PmtilesWriter

_BUFFER = 16
"""Cells around a tile, two pixels, in which polygons are drawn too: their outlines may reach into it."""
_ORDINARY_BYTES, _MOST_BYTES = 500_000, 4_000_000
"""Limits of one compressed tile: the ordinary one, and that for features which lie on top of each other."""
_MORE_ZOOMS = 2


def write_footprint_tiles(
    batches: Iterable[pa.RecordBatch],
    columns: Sequence[pa.Field],
    target: Path,
    *,
    layer: str,
    zooms: ZoomRange,
    bounds: Bounds,
    report: Callable[[float], None],
) -> None:
    """Writes `target`, an archive in PMTiles. `batches` have `columns` and, as WKB in EPSG:4326, polygons in
    `geometry`; ids are the rows' numbers.

    A polygon is whole in every tile that it touches, unless it reaches half a tile beyond it. At the highest zoom
    all are drawn. Below, outlines are simplified by a quarter of a pixel, and what is smaller than half a pixel is a
    square of that size; in layers of more than 5,000, one for as many polygons as cover the same ground. Where a tile
    of the highest zoom has over 500 kB, up to two zooms follow.
    `report` is told 0..1 of what follows the reading of `batches`.

    TilingError for features that have no geometry, or lie on top of each other by the ten thousands.
    """
    names = [column.name for column in columns]
    with TemporaryDirectory(prefix=".footprints-", dir=target.parent) as scratch:
        footprints = read_footprints(batches, names, _cell(zooms), Path(scratch))
        give_memory_back()
        maker = TileMaker(footprints, layer, names)
        order = _along_curve(footprints.columns.box)
        with PmtilesWriter(target, bounds) as archive:
            zoom, last = zooms.minimum, zooms.maximum
            while zoom <= last:
                for coord, fids in _tiles(footprints.columns.box, order, zoom):
                    last = max(last, _write(archive, maker, coord, fids, last, zooms.maximum + _MORE_ZOOMS))
                zoom += 1
                report((zoom - zooms.minimum) / (last + 1 - zooms.minimum))
            archive.metadata = _metadata(layer, columns, ZoomRange(zooms.minimum, last))


def _cell(zooms: ZoomRange) -> float:
    """Width of a cell of the finest tiles in degrees of longitude."""
    return 360 / float(2**zooms.maximum * EXTENT)


def _write(
    archive: PmtilesWriter, maker: TileMaker, coord: TileCoord, fids: NDArray[np.int32], last: int, highest: int
) -> int:
    """Writes one tile; the last zoom that is needed after it."""
    if coord.z == last:
        data = maker.whole(coord, fids)
        if len(data) <= (_MOST_BYTES if last == highest else _ORDINARY_BYTES):
            archive.write(coord, data)
            return last
        if last == highest:
            raise _crowded(fids)
    archive.write(coord, maker.light(coord, fids, _ORDINARY_BYTES))
    return max(last, coord.z + (coord.z == last))


def _crowded(fids: NDArray[np.int32]) -> TilingError:
    some = ", ".join(map(str, fids[:5]))
    return TilingError(
        Text(
            f"{len(fids)}件の地物が重なりすぎていて1つのタイルに入りません(番号 {some} など)",
            f"{len(fids)} features lie on top of each other and fit into no tile (numbers {some} and others)",
        )
    )


def _metadata(layer: str, columns: Sequence[pa.Field], zooms: ZoomRange) -> dict[str, Any]:
    fields = {column.name: kind_of(column.type) for column in columns}
    about = {"id": layer, "minzoom": zooms.minimum, "maxzoom": zooms.maximum, "fields": fields}
    return {"name": layer, "format": "pbf", "generator": "machinami", "vector_layers": [about]}


def _tiles(
    box: NDArray[np.uint32], order: NDArray[np.int32], zoom: int
) -> Iterator[tuple[TileCoord, NDArray[np.int32]]]:
    """The tiles of a zoom that polygons touch, in the order of the archive, each with them in the given order."""
    cells, fids = _touched(box, order, GRID_BITS - zoom, (_BUFFER << GRID_BITS - zoom) // EXTENT)
    fids = fids[np.argsort(cells, kind="stable")]
    cells.sort()
    first = np.flatnonzero(np.diff(cells, prepend=-1))
    ends = np.append(first[1:], len(cells))
    coords = [TileCoord(zoom, int(cell & 0xFFFFFFFF), int(cell >> 32)) for cell in cells[first]]
    for one in sorted(range(len(coords)), key=lambda one: tile_id(zoom, coords[one].x, coords[one].y)):
        yield coords[one], fids[first[one] : ends[one]]


@njit(cache=True)
def _touched(box, order, shift, buffer):  # type: ignore[no-untyped-def]
    """Row and column (in one number) of each tile that a polygon touches, and the polygon."""
    total = 0
    for fid in order:
        west, north, east, south = _range(box, fid, shift, buffer)
        total += (south + 1 - north) * (east + 1 - west)
    cells, fids = np.empty(total, np.int64), np.empty(total, np.int32)
    at = 0
    for fid in order:
        west, north, east, south = _range(box, fid, shift, buffer)
        for y in range(north, south + 1):
            for x in range(west, east + 1):
                cells[at], fids[at] = y << 32 | x, fid
                at += 1
    return cells, fids


@njit(cache=True)
def _range(box, fid, shift, buffer):  # type: ignore[no-untyped-def]
    """First column and row, last column and row."""
    most = (1 << (GRID_BITS - shift)) - 1
    west, north = max(np.int64(box[fid, 0]) - buffer, 0) >> shift, max(np.int64(box[fid, 1]) - buffer, 0) >> shift
    east = min((np.int64(box[fid, 2]) + buffer) >> shift, most)
    south = min((np.int64(box[fid, 3]) + buffer) >> shift, most)
    return west, north, east, south


def _along_curve(box: NDArray[np.uint32]) -> NDArray[np.int32]:
    """All polygons from neighbour to neighbour: by the middles of their boxes along the Z-order curve."""
    return np.argsort(_places(box), kind="stable").astype(np.int32)


@njit(cache=True)
def _places(box):  # type: ignore[no-untyped-def]
    """On the curve: the bits of column and row in turn."""
    places = np.empty(len(box), np.uint64)
    for at in range(len(box)):
        x = (np.uint64(box[at, 0]) + np.uint64(box[at, 2])) >> np.uint64(1)
        y = (np.uint64(box[at, 1]) + np.uint64(box[at, 3])) >> np.uint64(1)
        places[at] = _spread(x) | _spread(y) << np.uint64(1)
    return places


@njit(cache=True)
def _spread(number):  # type: ignore[no-untyped-def]
    """A 0 before each of 32 bits."""
    for shift, mask in _SPREAD:
        number = (number | number << np.uint64(shift)) & np.uint64(mask)
    return number


_SPREAD = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
