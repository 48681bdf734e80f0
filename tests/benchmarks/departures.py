"""Timetables made ready, and departures of the busiest stops, warm: the sample city, a real feed, a large one."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from data.sample import write_sample_city
from gtfs import read_feed
from gtfs.departure import departures, departures_on
from gtfs.motion import motion
from gtfs.schedule import Schedule
from gtfs.schedule_build import build_schedule
from gtfs.stop_area import StopArea, StopAreas, group_poles
from tests.benchmarks.feeds import write_feed
from tests.shared_data import shared_data

_AREAS, _REPEATS = 20, 25


def run() -> dict[str, Any]:
    with TemporaryDirectory(prefix="machinami-bench-") as folder:
        write_sample_city(Path(folder) / "city")
        sample = sorted((Path(folder) / "city").rglob("gtfs/*.zip"))
        figures = {"sample_city": _measured(sample, date(2026, 5, 13), Path(folder))}
        with suppress(pytest.skip.Exception):
            figures["donan_2020"] = _measured([shared_data("gtfs/donan_2020")], date(2020, 5, 13), Path(folder))
        write_feed(large := Path(folder) / "large.zip")
        figures["large_2_4_million_calls"] = _measured([large], date(2026, 5, 13), Path(folder))
        return figures


def _measured(paths: list[Path], day: date, folder: Path) -> dict[str, float]:
    feeds = {path.stem: read_feed(path) for path in paths}
    built, build_s = _timed(lambda: {name: build_schedule(feed) for name, feed in feeds.items()})
    schedules, load_s = _timed(lambda: {name: _mapped(one, folder / f"ready-{name}") for name, one in built.items()})
    areas, group_s = _timed(lambda: group_poles({name: one.poles() for name, one in schedules.items()}))
    _, motion_s = _timed(lambda: [motion(one, day) for one in schedules.values()])
    return {
        "stops": sum(len(one.stop_id) for one in schedules.values()),
        "areas": len(areas.areas),
        "build_s": build_s,
        "save_and_map_s": load_s,
        "group_s": group_s,
        "vehicles_of_a_day_s": motion_s,
        **_departures(schedules, areas, day),
    }


def _mapped(schedule: Schedule, folder: Path) -> Schedule:
    folder.mkdir()
    schedule.save(folder)
    return Schedule.load(folder)


def _departures(schedules: Mapping[str, Schedule], areas: StopAreas, day: date) -> dict[str, float]:
    """The busiest stops, at all hours of a day, after a first round."""
    busiest = sorted(areas.areas, key=lambda area: -_calls(schedules, area))[:_AREAS]
    zone = next(iter(schedules.values())).timezone
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    next_ones, processor, whole = [], [], []
    for repeat in range(_REPEATS + 1):
        for area in busiest:
            at = midnight + timedelta(hours=repeat % 24)
            began = time.thread_time()
            _, asked = _timed(lambda area=area, at=at: departures(schedules, area, at, limit=20))  # type: ignore[misc]
            used = time.thread_time() - began
            _, listed = _timed(lambda area=area: departures_on(schedules, area, day))  # type: ignore[misc]
            if repeat:
                next_ones.append(asked)
                processor.append(used)
                whole.append(listed)
    return {
        "departures_p50_ms": _percentile(next_ones, 50),
        "departures_p99_ms": _percentile(next_ones, 99),
        "departures_p99_processor_ms": _percentile(processor, 99),
        "day_of_a_stop_p50_ms": _percentile(whole, 50),
        "departures_a_day_at_the_busiest": len(departures_on(schedules, busiest[0], day).departures),
    }


def _calls(schedules: Mapping[str, Schedule], area: StopArea) -> int:
    bounds = ((schedules[pole.feed].stop_first, pole.row) for pole in area.poles)
    return sum(int(first[row + 1] - first[row]) for first, row in bounds)


def _percentile(seconds: list[float], percent: float) -> float:
    return round(float(np.percentile(seconds, percent)) * 1000, 2)


def _timed(task: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = task()
    return answer, round(time.perf_counter() - began, 5)
