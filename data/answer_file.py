"""An answer as a file by the ending of its name (.parquet, .csv, .geojson, .gpkg), with its explanation beside it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

import geopandas as gpd
import orjson
import pandas as pd

from data.accessibility import Result
from data.errors import InvalidQueryError
from geo import Text

EXPLANATION = ".explanation.json"


def write_answer(result: Result, path: Path) -> list[Path]:
    """The files written; each appears whole or not at all. InvalidQueryError for an ending that is none of the above,
    and for a table without places as a map file."""
    table = result.answer.table
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise InvalidQueryError(
            Text(
                f"書き出せる形式は {'、'.join(_WRITERS)} です({path.name})",
                f"the endings that can be written are {', '.join(_WRITERS)} ({path.name})",
            )
        )
    if path.suffix.lower() in _MAPS and not isinstance(table, gpd.GeoDataFrame):
        raise InvalidQueryError(
            Text(
                "所要時間の表に形状はありません。.parquet か .csv にしてください",
                "a matrix has no places: use .parquet or .csv",
            )
        )
    explanation = path.with_name(path.name + EXPLANATION)
    told = {key: value for key, value in result.as_json().items() if key != "rows"}
    _write(path, lambda partial: write(table, partial))
    _write(explanation, lambda partial: _write_json(told, partial))
    return [path, explanation]


def _write(path: Path, write: Callable[[Path], None]) -> None:
    partial = path.with_name(f".{uuid4().hex}{path.suffix}")
    try:
        write(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_json(told: Mapping[str, object], path: Path) -> None:
    path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """UTF-8 with a byte order mark, which Excel in Japanese needs; points as lon and lat."""
    rows = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    if isinstance(table, gpd.GeoDataFrame) and (table.geom_type == "Point").all():
        rows = rows.assign(lon=table.geometry.x, lat=table.geometry.y)
    rows.to_csv(path, index=False, encoding="utf-8-sig")


def _write_map(driver: str) -> Callable[[pd.DataFrame, Path], None]:
    def write(table: pd.DataFrame, path: Path) -> None:
        gpd.GeoDataFrame(table).to_file(path, driver=driver)

    return write


_MAPS = frozenset({".geojson", ".gpkg"})
_WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".geojson": _write_map("GeoJSON"),
    ".gpkg": _write_map("GPKG"),
}
