"""The buildings of all files of one check, held against each other. They wait on disk, one table for each file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from data.repeated import RepeatedKeys
from data.shard import SourceResult
from data.shard_file import read_table
from geo import Problem
from geo.citygml.place import placed

if TYPE_CHECKING:
    from geo.check.neighbour import Neighbour

_TABLE = "buildings.parquet"
_BUILDINGS = frozenset({"bldg", "ubld"})
_BOX = ("west", "south", "east", "north")


@dataclass(frozen=True)
class BuildingFile:
    """The buildings of one file."""

    name: str
    path: Path
    box: tuple[float, float, float, float]
    """West, south, east, north of those above the ground; NaN without any."""


def keep_buildings(result: SourceResult, folder: Path) -> tuple[BuildingFile | None, list[Problem]]:
    """Writes what files are held against each other by, and judges the codes of cities on the way; None where the file
    has no building."""
    shards = [(part.part, shard) for part in result.parts if part.part in _BUILDINGS for shard in part.shards]
    if not shards:
        return None, []
    problems: list[Problem] = []
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.concat_tables([_kept(shard, part, result.source.name, problems) for part, shard in shards])
    pq.write_table(table, folder / _TABLE, compression="lz4")
    west, south = (pc.min(table[name]).as_py() for name in _BOX[:2])
    east, north = (pc.max(table[name]).as_py() for name in _BOX[2:])
    box = (west, south, east, north) if west is not None else (np.nan, np.nan, np.nan, np.nan)
    return BuildingFile(result.source.name, folder / _TABLE, box), problems


def _kept(shard: Path, part: str, name: str, problems: list[Problem]) -> pa.Table:
    from geo.check.building_id import check_city_codes, parse_identity

    table = read_table(shard, columns=["feature_id", "attributes", "geometry"])
    identities = [parse_identity(one) for one in table["attributes"].to_pylist()]
    outlines = shapely.from_wkb(table["geometry"].to_numpy())
    ids = table["feature_id"].to_pylist()
    problems += placed(check_city_codes(identities, ids, name=name), ids, outlines)
    bounds = shapely.bounds(outlines)
    if part == "ubld":  # Underground they may well be below a building.
        bounds[:] = np.nan
    columns = {name: pa.array(bounds[:, number], from_pandas=True) for number, name in enumerate(_BOX)}
    return pa.table(
        {"feature_id": table["feature_id"], "geometry": table["geometry"], **columns}
        | {"building_ids": pa.array([one.ids for one in identities], pa.list_(pa.string()))}
    )


def find_between(files: Sequence[BuildingFile]) -> Iterator[Problem]:
    """Building IDs that two files have, and buildings of two files that stand in each other."""
    if len(files) > 1:
        yield from _repeated_ids(files)
        yield from _overlaps(files)


def _repeated_ids(files: Sequence[BuildingFile]) -> Iterator[Problem]:
    keys = RepeatedKeys()
    for file in files:
        keys.add(pc.list_flatten(pq.read_table(file.path, columns=["building_ids"])["building_ids"]).to_pylist())
    first: dict[str, tuple[str, str]] = {}
    """The file and the gml:id that each had first."""
    for file, again in zip(files, keys.find(), strict=True):
        if not again.any():
            continue
        table = pq.read_table(file.path, columns=["feature_id", "geometry", "building_ids"]).combine_chunks()
        row = pc.list_parent_indices(table["building_ids"]).to_numpy()[again]
        ids = pc.list_flatten(table["building_ids"]).filter(pa.array(again)).to_pylist()
        yield from _in_others(file.name, ids, table.take(pa.array(row)), first)


def _in_others(
    name: str, ids: Sequence[str], features: pa.Table, first: dict[str, tuple[str, str]]
) -> Iterator[Problem]:
    """Of the `ids` of some `features` of a file, one by one, those that a file before it had."""
    places = shapely.centroid(shapely.from_wkb(features["geometry"].to_numpy()))
    for id, feature, place in zip(ids, features["feature_id"].to_pylist(), places, strict=True):
        other, its_feature = first.setdefault(id, (name, feature))
        if other != name and its_feature != feature:
            lonlat = round(float(place.x), 7), round(float(place.y), 7)
            yield Problem("citygml.building_id_in_files", name, feature, None, lonlat, {"id": id, "other": other})


def _overlaps(files: Sequence[BuildingFile]) -> Iterator[Problem]:
    from geo.check.neighbour import check_neighbours

    boxes = shapely.box(*np.array([file.box for file in files]).T)
    later, earlier = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    pairs = sorted((b, a) for a, b in zip(earlier.tolist(), later.tolist(), strict=True) if a < b)
    for b, a in pairs:
        common = shapely.intersection(boxes[a], boxes[b]).bounds
        one, two = _within(files[a], common), _within(files[b], common)
        if len(one.ids) and len(two.ids):
            yield from check_neighbours(one, two)


def _within(file: BuildingFile, common: Sequence[float]) -> "Neighbour":
    """Its buildings whose bounds reach into `common`: west, south, east, north."""
    from geo.check.neighbour import Neighbour

    west, south, east, north = common
    reaches = (pc.field("west") <= east) & (pc.field("east") >= west)
    reaches &= (pc.field("south") <= north) & (pc.field("north") >= south)
    table = pq.read_table(file.path, columns=["feature_id", "geometry"], filters=reaches)
    return Neighbour(file.name, table["feature_id"].to_pylist(), shapely.from_wkb(table["geometry"].to_numpy()))
