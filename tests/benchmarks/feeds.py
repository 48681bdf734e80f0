"""A feed of 2.4 million stop_times: read, judged by date, counted; and statistics beside gtfs-kit's on a part of it."""

import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import psutil

from gtfs import Feed, read_feed

ROUTES, TRIPS_A_ROUTE, CALLS = 400, 200, 30
"""400 x 200 x 30 = 2.4 million."""
_STOPS = 8_000
_DAY = date(2026, 5, 13)
_PART = 20
"""gtfs-kit is measured on every 20th route: it takes minutes for all."""


def run() -> dict[str, Any]:
    with TemporaryDirectory(prefix="machinami-bench-") as folder:
        path = Path(folder) / "large.zip"
        write_feed(path)
        figures: dict[str, Any] = {
            "stop_times": ROUTES * TRIPS_A_ROUTE * CALLS, "zip_mb": round(path.stat().st_size / 1e6, 1),
            "import": _imported(path, Path(folder)),
        }  # fmt: skip
        feed, figures["read_s"] = _timed(lambda: read_feed(path))
        return {**figures, **_large(feed), "beside_gtfs_kit": _beside(feed)}


def _imported(path: Path, folder: Path) -> dict[str, float]:
    """`machinami import` in a process of its own, with its children: seconds, and the most memory at any time.

    Processor time tells what the import costs where other work shares the cores.
    """
    command = [sys.executable, "-m", "web.cli", "--store", str(folder / "store"), "import", str(path)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "MALLOC_ARENA_MAX": "2"})
    most, used = 0, dict[int, float]()
    while process.poll() is None:
        most = max(most, _memory(process.pid, used))
        time.sleep(0.1)
    seconds = time.perf_counter() - began
    return {
        "seconds": round(seconds, 1), "processor_s": round(sum(used.values()), 1), "peak_mb": round(most / 1e6),
        "status": float(process.returncode),
    }  # fmt: skip


def _memory(pid: int, used: dict[int, float]) -> int:
    """Memory of the process and its children that nobody shares; their processor time so far goes into `used`."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for one in (parent, *parent.children(recursive=True)):
            total += one.memory_full_info().uss
            times = one.cpu_times()
            used[one.pid] = times.user + times.system
    except psutil.Error:
        pass
    return total


def _large(feed: Feed) -> dict[str, float]:
    from gtfs.day_service import services_of_date
    from gtfs.generation import find_revisions
    from gtfs.service_kind import service_profiles
    from gtfs.statistics import stop_statistics, trip_statistics

    work: dict[str, Callable[[], Any]] = {
        "trip_statistics_s": lambda: trip_statistics(feed),
        "stop_statistics_s": lambda: stop_statistics(feed, _DAY),
        "services_of_date_s": lambda: services_of_date(feed, _DAY),
        "service_kinds_s": lambda: service_profiles(feed),
        "generations_s": lambda: find_revisions(feed),
    }
    return {name: _timed(task)[1] for name, task in work.items()}


def _beside(feed: Feed) -> dict[str, Any]:
    from gtfs.statistics import stop_statistics, trip_statistics

    trips = feed.table("trips")
    part = trips[trips["route_id"].isin(feed.table("routes")["route_id"][::_PART])]
    times = feed.table("stop_times")
    few = Feed({**feed.tables, "trips": part, "stop_times": times[times["trip_id"].isin(part["trip_id"])]}, feed.files)
    kit = few.kit
    mine, trips_s = _timed(lambda: trip_statistics(few))
    theirs, kit_trips_s = _timed(kit.compute_trip_stats)
    stops, stops_s = _timed(lambda: stop_statistics(few, _DAY))
    kit_stops, kit_stops_s = _timed(lambda: kit.compute_stop_stats([f"{_DAY:%Y%m%d}"]))
    return {
        "stop_times": len(few.table("stop_times")),
        "trip_statistics_s": trips_s,
        "gtfs_kit_trip_statistics_s": kit_trips_s,
        "trip_statistics_times_faster": round(kit_trips_s / trips_s, 1),
        "stop_statistics_s": stops_s,
        "gtfs_kit_stop_statistics_s": kit_stops_s,
        "stop_statistics_times_faster": round(kit_stops_s / stops_s, 1),
        "same_values": str(_same(mine, theirs) and _same(stops, kit_stops)),
    }


def _same(mine: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    pd.testing.assert_frame_equal(mine, theirs, check_dtype=False, rtol=1e-9)
    return True


def _timed(task: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    result = task()
    return result, round(time.perf_counter() - began, 3)


def write_feed(path: Path) -> None:
    """Lines that wander over a city of 8,000 stops, one trip every few minutes, on three services, with shapes."""
    random = np.random.default_rng(1)
    lonlat = np.column_stack([138.7 + 0.4 * random.random(_STOPS), 35.0 + 0.3 * random.random(_STOPS)])
    stops = [_walk(random) for _ in range(ROUTES)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, rows in _small_tables(lonlat, stops).items():
            archive.writestr(f"{name}.txt", rows.to_csv(index=False))
        with archive.open("stop_times.txt", "w", force_zip64=True) as file:
            for number, called in enumerate(stops):
                rows = _stop_times(number, called)
                file.write(rows.to_csv(index=False, header=number == 0).encode())


def _walk(random: np.random.Generator) -> np.ndarray[Any, Any]:
    return random.choice(_STOPS, CALLS, replace=False)


def _small_tables(lonlat: np.ndarray[Any, Any], stops: list[np.ndarray[Any, Any]]) -> dict[str, pd.DataFrame]:
    services = ("平日", "土曜", "日祝")
    week = {"平日": "1111100", "土曜": "0000010", "日祝": "0000001"}
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    trips = [
        (f"R{route}", services[trip % 3], f"R{route}_{trip:03d}", trip % 2, f"S{route}")
        for route in range(ROUTES)
        for trip in range(TRIPS_A_ROUTE)
    ]
    shapes = [
        (f"S{route}", *lonlat[stop][::-1].round(6).tolist(), at)
        for route, called in enumerate(stops)
        for at, stop in enumerate(called.tolist())
    ]
    return {
        "agency": pd.DataFrame([("A", "みほんバス", "https://example.lg.jp", "Asia/Tokyo")],
                               columns=["agency_id", "agency_name", "agency_url", "agency_timezone"]),
        "stops": pd.DataFrame({"stop_id": [f"P{n}" for n in range(_STOPS)],
                               "stop_name": [f"停留所{n // 2}" for n in range(_STOPS)],
                               "stop_lat": lonlat[:, 1].round(6), "stop_lon": lonlat[:, 0].round(6)}),
        "routes": pd.DataFrame([(f"R{n}", "A", str(n), f"{n}号線", 3) for n in range(ROUTES)],
                               columns=["route_id", "agency_id", "route_short_name", "route_long_name", "route_type"]),
        "trips": pd.DataFrame(trips, columns=["route_id", "service_id", "trip_id", "direction_id", "shape_id"]),
        "calendar": pd.DataFrame([(one, *map(int, week[one]), "20260401", "20270331") for one in services],
                                 columns=["service_id", *days, "start_date", "end_date"]),
        "shapes": pd.DataFrame(shapes, columns=["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"]),
    }  # fmt: skip


def _stop_times(route: int, stops: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Trips leave every five minutes from 6 o'clock, so that the last ones run beyond midnight."""
    trips = np.repeat(np.arange(TRIPS_A_ROUTE), CALLS)
    at = np.tile(np.arange(CALLS), TRIPS_A_ROUTE)
    minutes = 360 + 5 * trips + 3 * at
    clock = [f"{minute // 60:02d}:{minute % 60:02d}:00" for minute in minutes.tolist()]
    return pd.DataFrame(
        {"trip_id": [f"R{route}_{trip:03d}" for trip in trips.tolist()], "arrival_time": clock, "departure_time": clock,
         "stop_id": [f"P{stop}" for stop in np.tile(stops, TRIPS_A_ROUTE).tolist()], "stop_sequence": at + 1}
    )  # fmt: skip
