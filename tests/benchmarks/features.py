"""Features asked for by their id, searched and exported, in a city of 500,000 buildings with 35 attributes each."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import numpy as np
import orjson
import psutil
import pyarrow as pa
import shapely

from data.export import Export, Format
from data.export_file import write_export
from data.feature_table import FeatureTable, FeatureTableWriter
from data.record import LayerRecord, VersionRecord
from data.search import Search, search
from data.staged import FEATURES
from data.viewer import Visibility
from geo import BASE, Bounds, Column, Draw, GeometryType, Style, Text, Theme

COUNT = 500_000
_BATCH = 2_000
_LOOKS = 2_000
_SEARCHES = {
    "search_one_number": Search(filter="height_m >= 31"),
    "search_text_like": Search(filter="name LIKE '%99%' AND usage_code IN ('411', '421') AND NOT storeys_above < 3"),
    "search_words": Search(words="丁目7 建物9"),
    "search_box": Search(box=(138.83, 35.02, 138.85, 35.04)),
}


def run() -> dict[str, Any]:
    with TemporaryDirectory(prefix="machinami-bench-") as folder:
        path = Path(folder) / FEATURES
        began = time.perf_counter()
        ids = write_city(path)
        figures: dict[str, Any] = {"features": COUNT, "written_s": round(time.perf_counter() - began, 1)}
        figures |= {"file_mb": round(path.stat().st_size / 1e6), "index_mb": _index_mb(path.parent)}
        return {**figures, **look(path, ids), **searches(path), **exports(path, Path(folder))}


def write_city(path: Path) -> list[str]:
    random = np.random.default_rng(1)
    ids: list[str] = []
    writer: FeatureTableWriter | None = None
    for first in range(0, COUNT, _BATCH):
        table = _buildings(random, first)
        writer = writer or FeatureTableWriter(path, table.schema)
        writer.write(table)
        ids += table["feature_id"].to_pylist()
    assert writer is not None
    writer.close()
    return ids


def _buildings(random: np.random.Generator, first: int) -> pa.Table:
    numbers = np.arange(first, first + _BATCH)
    x, y = 138.8 + random.random(_BATCH) * 0.1, 35.0 + random.random(_BATCH) * 0.1
    shapes = shapely.box(x, y, x + 0.00012, y + 0.0001)
    number = {f"risk_{n}_depth_m": np.round(random.random(_BATCH) * 5, 2) for n in range(12)}
    text = {f"text_{n}": [f"{n}-{i % 9}" for i in numbers] for n in range(12)}
    return pa.table(
        {
            "feature_id": [f"bldg_{i:08x}-1f2e-4d3c-9b8a-{int(i) * 7919 % (1 << 48):012x}" for i in numbers],
            "name": [f"建物{i}" for i in numbers],
            "address": [f"見本県見本市大字{i % 997}丁目{i % 31}" for i in numbers],
            "height_m": np.round(random.lognormal(2, 0.5, _BATCH), 1),
            "storeys_above": random.integers(1, 10, _BATCH),
            "usage_code": random.choice(["401", "411", "421"], _BATCH),
            **number,
            **text,
            "attributes": [_tree(int(i)) for i in numbers],
            "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
        }
    )


def _tree(i: int) -> str:
    """About 1.6 kB, as a building of a PLATEAU city has it with details, risks and quality."""
    code = {"value": str(i % 97), "label": "住宅(集合住宅を除く)"}
    details = [
        {"name": f"uro:detail{n}", "value": round((i * (13 + n)) % 90_000 / 100, 2), "unit": "m2"} for n in range(8)
    ]
    risk = [{"name": f"uro:risk{n}", **code} for n in range(6)]
    quality = [{"name": f"uro:quality{n}", "value": "012", "label": "公共測量成果"} for n in range(4)]
    nodes = [
        {"name": "gml:name", "value": f"建物{i}"},
        *({"name": f"bldg:{name}", **code} for name in ("class", "usage", "roofType")),
        {"name": "bldg:measuredHeight", "value": round(3 + i * 7919 % 5000 / 100, 1), "unit": "m"},
        {"name": "uro:BuildingDetailAttribute", "items": details},
        {"name": "uro:RiverFloodingRiskAttribute", "items": risk},
        {"name": "uro:DataQualityAttribute", "items": quality},
        {"name": "uro:buildingID", "value": f"22203-bldg-{i}"},
        *({"name": f"汎用属性{n}", "value": str(i * n % 1000), "generic": True} for n in range(4)),
    ]
    return orjson.dumps(nodes).decode()


def _index_mb(folder: Path) -> float:
    return round(sum(file.stat().st_size for file in folder.glob("*.npy")) / 1e6, 1)


def look(path: Path, ids: list[str]) -> dict[str, float]:
    """Each look opens the table as a request does. The first in this process reads the footer and maps the index.

    Beside the time on the clock stands the processor time of all threads, which a busy machine does not stretch.
    """
    random = np.random.default_rng(2)
    looks = [_Look(path, ids[int(fid)]) for fid in random.integers(0, COUNT, _LOOKS)]
    times = np.array([_timed(look) for look in looks])
    cpu = np.array([_timed(look, time.process_time) for look in looks])
    figures = {"first": times[0], "p50": np.percentile(times[1:], 50), "p99": np.percentile(times[1:], 99)}
    figures |= {"cpu_p50": np.percentile(cpu, 50), "cpu_p99": np.percentile(cpu, 99)}
    return {f"by_id_{name}_ms": round(float(figure) * 1e3, 2) for name, figure in figures.items()}


@dataclass(frozen=True)
class _Look:
    path: Path
    feature_id: str

    def __call__(self) -> None:
        _, row = FeatureTable(self.path).find(self.feature_id)
        assert row["feature_id"] == self.feature_id


def _timed(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    call()
    return clock() - began


def searches(path: Path) -> dict[str, float]:
    table = FeatureTable(path)
    return {f"{name}_s": round(_timed(partial(search, table, asked)), 3) for name, asked in _SEARCHES.items()}


def exports(path: Path, folder: Path) -> dict[str, float]:
    table = FeatureTable(path)
    export = Export(_record(table), "1-00000000", table, search(table, Search()))
    figures: dict[str, float] = {}
    for format in (Format.GEOPARQUET, Format.CSV, Format.GEOJSON, Format.GEOPACKAGE):
        out = folder / f"out.{format.value}"
        with grown_memory() as grown:
            figures[f"export_{format.value}_s"] = round(_timed(partial(write_export, export, format, out)), 1)
        figures[f"export_{format.value}_grown_mb"] = grown[0]
        out.unlink()
    return figures


@contextmanager
def grown_memory() -> Iterator[list[int]]:
    """MB by which the process grew at most, looked at twenty times a second."""
    process, stop, grown = psutil.Process(os.getpid()), Event(), [0]
    before = process.memory_info().rss

    def watch() -> None:
        while not stop.wait(0.05):
            grown[0] = max(grown[0], round((process.memory_info().rss - before) / 1e6))

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield grown
    finally:
        stop.set()
        watcher.join()


def _record(table: FeatureTable) -> LayerRecord:
    names = [name for name in table.schema.names if name not in ("feature_id", "attributes", "geometry")]
    title = Text("建物", "Buildings")
    current = VersionRecord(
        kind="vector",
        geometry=GeometryType.POLYGON,
        bounds=Bounds(138.8, 35.0, 138.9, 35.1),
        min_zoom=0,
        max_zoom=14,
        feature_count=len(table),
        crs="EPSG:6697",
        vertical_datum=None,
        style=Style(Draw.FILL, (Theme.single("#808080", title),)),
        columns=tuple(Column(name, Text.same(name)) for name in names),
    )
    return LayerRecord(
        "bldg", title, BASE, "みほん市", "CC BY 4.0", Visibility.PUBLIC, "1-00000000", "2026-11-21T00:00:00Z", current
    )
