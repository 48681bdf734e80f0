"""What the sources of an import gave, on disk, in a way that a later import can take over.

    <folder>/0.arrow, 0.surfaces.arrow, 1.arrow ...   features of one batch, and the same in space (data.shard_file)
    <folder>/read.json                                written last: the source is read to its end

A killed import leaves such folders in its staging folder; the next import of the same bytes moves the finished ones
into its own instead of reading again.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.detect import Source
from geo import Column, ColumnType, Count, GeometryType, LevelCount, Problem, Text

if TYPE_CHECKING:
    # Who only hands results on loads nothing that reads files.
    import pyarrow as pa

    from geo.raster import RasterSummary
    from geo.terrain import TerrainPiece

SUFFIX = ".arrow"
"""Of shards (see data.shard_file)."""
RESULT = "read.json"


@dataclass
class PartResult:
    """What one source gave for one layer."""

    key: str
    """Name of the layer inside the input; empty when there is only one."""
    part: str
    """The reader's own name for it, which decides how it is shown."""
    geometry_type: GeometryType
    source: Source
    shards: list[Path] = field(default_factory=list)
    schema: "pa.Schema | None" = None
    columns: dict[str, Column] = field(default_factory=dict)
    counts: list[Count] = field(default_factory=list)
    levels: list[LevelCount] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    crs: str = ""
    vertical_datum: str | None = None


@dataclass(frozen=True)
class SourceResult:
    source: Source
    parts: tuple[PartResult, ...] = ()
    failure: Problem | None = None
    """Why nothing of this source is used."""
    grid: "tuple[RasterSummary, Path] | None" = None
    """A grid as it will be served, and where it lies."""
    terrain: "TerrainPiece | None" = None


def surfaces_path(shard: Path) -> Path:
    """Where a shard's features in space stand, if it has any."""
    return shard.with_suffix(f".surfaces{SUFFIX}")


def keep_result(result: SourceResult, folder: Path) -> None:
    """Says that `folder` holds all of `result`. Grids are not kept: they are cut and merged where they lie."""
    if result.grid is None and result.terrain is None and result.failure is None:
        text = json.dumps([_part_json(part) for part in result.parts], ensure_ascii=False)
        partial = folder / "read.partial"
        partial.write_text(text, encoding="utf-8")
        partial.rename(folder / RESULT)


def kept_result(source: Source, folder: Path) -> SourceResult | None:
    """What `folder` holds of `source`; None when it isn't read to its end."""
    try:
        parts = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return SourceResult(source, tuple(_part(stored, source, folder) for stored in parts))


def adopt_results(keys: Iterable[str], left: Iterable[Path], target: Path) -> None:
    """Moves finished folders called by one of the `keys` out of the folders `left` by killed imports into `target`."""
    wanted = set(keys)
    for folder in (folder for one in left for folder in one.glob("shards/*")):
        if folder.name in wanted and (folder / RESULT).exists() and not (target / folder.name).exists():
            with suppress(FileNotFoundError):  # Another import that begins now was quicker.
                folder.rename(target / folder.name)


def begin_result(folder: Path) -> None:
    """An empty folder, also where another process died in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _part_json(part: PartResult) -> dict[str, Any]:
    return {
        "key": part.key,
        "part": part.part,
        "geometry_type": part.geometry_type.value,
        "shards": [shard.name for shard in part.shards],
        "columns": [column.as_json() for column in part.columns.values()],
        "counts": [[one.feature_type, one.lod, one.read, one.stored, one.kept_out] for one in part.counts],
        "levels": [astuple(one) for one in part.levels],
        "problems": [
            [one.rule, one.file, one.feature, one.line, one.lonlat, dict(one.parameters)] for one in part.problems
        ],
        "crs": part.crs,
        "vertical_datum": part.vertical_datum,
    }


def _part(stored: Mapping[str, Any], source: Source, folder: Path) -> PartResult:
    from data.feature_table import unified_schema
    from data.shard_file import read_schema

    shards = [folder / name for name in stored["shards"]]
    columns = [_column(one) for one in stored["columns"]]
    return PartResult(
        key=stored["key"],
        part=stored["part"],
        geometry_type=GeometryType(stored["geometry_type"]),
        source=source,
        shards=shards,
        schema=unified_schema([read_schema(shard) for shard in shards]) if shards else None,
        columns={column.name: column for column in columns},
        counts=[Count(*one) for one in stored["counts"]],
        levels=[LevelCount(*one) for one in stored["levels"]],
        problems=[_problem(*one) for one in stored["problems"]],
        crs=stored["crs"],
        vertical_datum=stored["vertical_datum"],
    )


def _column(stored: Mapping[str, Any]) -> Column:
    return Column(stored["name"], Text(**stored["label"]), ColumnType(stored["type"]), stored["unit"])


def _problem(
    rule: str, file: str, feature: str | None, line: int | None, lonlat: list[float] | None, told: dict[str, str]
) -> Problem:
    return Problem(rule, file, feature, line, (lonlat[0], lonlat[1]) if lonlat else None, told)
