"""300 signs and 1,000 map clients at one machine's server, with new realtime data every 15 s; all on the loopback.

Signs ask for the departures of their stop every 15 s. Map clients do one of two things: keep the stream of changes
open, or ask for all vehicles every 15 s. Clients begin at random moments, as displays and people do, and connect anew
for each question. The load generator, the receiver and the two web processes share the machine's cores.
"""

import asyncio
import json
import os
import random
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np
import psutil

from data import ImportOptions, Store, Viewer, import_paths
from data.realtime import Realtime
from gtfs import read_feed
from gtfs.realtime.simulator import Conditions, Kind, Simulation, simulate_day
from gtfs.realtime.snapshot import Snapshot
from gtfs.realtime.tracker import FeedTracker
from gtfs.realtime.trip_times import TripTimes
from gtfs.realtime.watch import Reading
from tests.gtfs.feeds import zip_feed
from tests.gtfs.realtime.street import STOPS, street_files

SIGNS, MAPS = 300, 1_000
EVERY_S = 15.0
LASTS_S = 75.0
_LEAST_EVENT = 200
"""Bytes; heartbeats have fewer."""
OPERATORS = 5
WORKERS = 2


def run() -> dict[str, Any]:
    _allow_connections()
    with TemporaryDirectory(prefix="machinami-bench-") as folder:
        store = _city(Path(folder))
        with _receiving(store) as receiver, _served(store) as (port, pid):
            stops = asyncio.run(_stops(port))
            streamed, polled = (
                _cpu_share(pid, partial(_run_load, port, stops, one, receiver)) for one in (_stream, _poll)
            )
            memory = sum(one.memory_info().rss for one in psutil.Process(pid).children(recursive=True))
        store.close()
    return {
        "signs": SIGNS,
        "map_clients": MAPS,
        "every_s": EVERY_S,
        "web_processes": WORKERS,
        "vehicles": receiver.vehicles,
        "predictions": receiver.predictions,
        "snapshot_kb": round(receiver.bytes / 1e3),
        "snapshot_made_ms": round(1e3 * float(np.median(receiver.made_s)), 1),
        "maps_on_the_stream": streamed,
        "maps_that_ask": polled,
        "server_mb": round(memory / 1e6),
    }


def _cpu_share(pid: int, load: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the load measures, and the processor time of the server in it: of all cores, which others may share."""
    began = _cpu_s(pid)
    measured = load()
    return {**measured, "server_cpu_s": round(_cpu_s(pid) - began, 1), "server_wall_s": LASTS_S}


def _cpu_s(pid: int) -> float:
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in processes)


def _allow_connections() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _city(folder: Path) -> Store:
    """A bus every two minutes each way, by each of five operators, day and night."""
    store = Store.open(folder / "store")
    options = ImportOptions()
    for number in range(OPERATORS):
        path = zip_feed(folder / f"operator{number}.zip", changes=_files(number))
        import_paths(store, [path], viewer=Viewer.SYSTEM, options=options)
        store.publish(f"operator{number}-stops", Viewer.SYSTEM)
    return store


def _files(number: int) -> dict[str, str | bytes | None]:
    """The street of the tests, elsewhere, on all dates around today."""
    year = datetime.now(UTC).year
    files = dict(street_files(120, hours=(0, 24)))
    for name, column in {"stops.txt": 2, "shapes.txt": 1}.items():
        head, *rows = files[name].splitlines()
        cells = [row.split(",") for row in rows]
        for row in cells:
            row[column] = f"{float(row[column]) + 0.01 * number:.5f}"
        files[name] = "\n".join([head, *(",".join(row) for row in cells)]) + "\n"
    files["stops.txt"] = files["stops.txt"].replace("停留所", f"第{number}停留所")
    files["calendar.txt"] = files["calendar.txt"].replace("20260401,20270331", f"{year}0101,{year}1231")
    return {**files}


# The receiver: what `machinami realtime` does, on a simulated day


@dataclass
class Receiver:
    store: Store
    written: list[float] = field(default_factory=list)
    made_s: list[float] = field(default_factory=list)
    vehicles: int = 0
    predictions: int = 0
    bytes: int = 0

    def follow(self, stop: threading.Event) -> None:
        realtime, days = Realtime(self.store), list(self._days())
        number = 0
        while not stop.is_set():
            number += 1
            began, now = time.perf_counter(), datetime.now(UTC)
            for simulation, tracker in days:
                for kind in (Kind.UPDATES, Kind.POSITIONS):
                    tracker.take(kind, Reading(now, simulation.content(kind, now)))
            snapshot = Snapshot(now, number, tuple(tracker.snapshot(now) for _, tracker in days))
            realtime.write(snapshot)
            self.made_s.append(time.perf_counter() - began)
            self.written.append(time.time())
            self.vehicles = sum(len(feed.vehicles) for feed in snapshot.feeds)
            self.predictions = sum(len(feed.predictions) for feed in snapshot.feeds)
            self.bytes = realtime.snapshot_path.stat().st_size
            stop.wait(EVERY_S - (time.perf_counter() - began))

    def _days(self) -> Iterator[tuple[Simulation, FeedTracker]]:
        now = datetime.now(UTC)
        today = now.astimezone(ZoneInfo("Asia/Tokyo")).date()
        for number in range(OPERATORS):
            feed = read_feed(self.store.path.parent / f"operator{number}.zip")
            tracker = FeedTracker(f"operator{number}-stops", TripTimes(feed), [Kind.UPDATES, Kind.POSITIONS], now)
            yield simulate_day(feed, today, Conditions(seed=number)), tracker


@contextmanager
def _receiving(store: Store) -> Iterator[Receiver]:
    receiver, stop = Receiver(store), threading.Event()
    thread = threading.Thread(target=receiver.follow, args=(stop,))
    thread.start()
    while not receiver.written:
        time.sleep(0.1)
    try:
        yield receiver
    finally:
        stop.set()
        thread.join()


@contextmanager
def _served(store: Store) -> Iterator[tuple[int, int]]:
    command = [sys.executable, "-m", "web.cli", "--lang", "en", "--store", str(store.path), "serve", "--port", "0"]
    options = ["--no-worker", "--no-realtime", "--workers", str(WORKERS)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen([*command, *options], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r":(\d+)/", process.stdout.readline())
        assert found
        yield int(found.group(1)), process.pid
    finally:
        process.terminate()
        process.wait(30)


# The clients

MapClient = Callable[[int, float, "Measured"], Awaitable[None]]


@dataclass
class Measured:
    """Seconds of requests, by who asked; and when events came."""

    ends: float
    signs: list[float] = field(default_factory=list)
    maps: list[float] = field(default_factory=list)
    events: list[float] = field(default_factory=list)
    """Unix time at which a change came."""
    failures: int = 0


async def _stops(port: int) -> list[str]:
    """A stop for each sign; the first question waits until the timetables are built, by each web process."""
    found: list[str] = []
    for _ in range(8):
        _, body = await _ask(port, f"/api/stops?limit={OPERATORS * STOPS}")
        found = [stop["id"] for stop in json.loads(body)["stops"]]
        await _ask(port, f"/api/stops/{quote(found[0])}/departures")
    return found


def _run_load(port: int, stops: list[str], map_client: MapClient, receiver: Receiver) -> dict[str, Any]:
    return asyncio.run(_load(port, stops, map_client, receiver))


async def _load(port: int, stops: list[str], map_client: MapClient, receiver: Receiver) -> dict[str, Any]:
    chance = random.Random(7)
    measured = Measured(time.monotonic() + LASTS_S)
    clients = [_sign(port, stops[number % len(stops)], chance.random() * EVERY_S, measured) for number in range(SIGNS)]
    clients += [map_client(port, chance.random() * EVERY_S, measured) for _ in range(MAPS)]
    await asyncio.gather(*clients)
    return {
        "sign_requests": len(measured.signs),
        **_percentiles("sign", measured.signs),
        **(_percentiles("map", measured.maps) if measured.maps else _delivered(measured.events, receiver.written)),
        "failures": measured.failures,
    }


def _percentiles(name: str, seconds: list[float]) -> dict[str, float]:
    ranks = {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    return {f"{name}_{rank}_ms": round(1e3 * float(np.percentile(seconds, at)), 1) for rank, at in ranks.items()}


def _delivered(events: list[float], written: list[float]) -> dict[str, float]:
    """From the moment a snapshot was complete, and from the moment the first client of all had it."""
    came, made = np.sort(np.array(events)), np.array(written)
    turn = np.searchsorted(made, came, side="right") - 1
    first = {number: came[turn == number].min() for number in np.unique(turn)}
    after_first = came - np.array([first[number] for number in turn])
    return {
        "events": len(events),
        **_percentiles("event_after_snapshot", list(came - made[turn])),
        **_percentiles("event_after_first_client", list(after_first)),
    }


async def _ask(port: int, path: str, etag: str = "") -> tuple[str, bytes]:
    """ETag and body of an answer, on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    condition = f"If-None-Match: {etag}\r\n" if etag else ""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{condition}\r\n".encode())
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304")):
        raise RuntimeError(head[:100])
    found = re.search(rb"etag: (\S+)", head, re.IGNORECASE)
    return (found.group(1).decode() if found else ""), body


async def _sign(port: int, stop: str, begins_s: float, measured: Measured) -> None:
    await _ask_every(port, f"/api/stops/{quote(stop)}/departures?limit=10", begins_s, measured, measured.signs)


async def _poll(port: int, begins_s: float, measured: Measured) -> None:
    await _ask_every(port, "/api/realtime/vehicles", begins_s, measured, measured.maps)


async def _ask_every(port: int, path: str, begins_s: float, measured: Measured, into: list[float]) -> None:
    await asyncio.sleep(begins_s)
    etag = ""
    while time.monotonic() < measured.ends:
        began = time.perf_counter()
        try:
            etag, _ = await _ask(port, path, etag)
            into.append(time.perf_counter() - began)
        except (OSError, RuntimeError):
            measured.failures += 1
        await asyncio.sleep(max(EVERY_S - (time.perf_counter() - began), 0))


async def _stream(port: int, begins_s: float, measured: Measured) -> None:
    """As a browser does: compressed. Of 1,000 clients in one process each decodes only how much came."""
    await asyncio.sleep(begins_s)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/realtime/stream HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n")
    try:
        await reader.readuntil(b"\r\n\r\n")
        is_first = True
        while time.monotonic() < measured.ends:
            length = int(await asyncio.wait_for(reader.readuntil(b"\r\n"), measured.ends - time.monotonic() + 0.1), 16)
            await reader.readexactly(length + 2)
            if length > _LEAST_EVENT:
                if not is_first:  # everything, as it was when the client came
                    measured.events.append(time.time())
                is_first = False
    except TimeoutError:
        pass
    except (OSError, asyncio.IncompleteReadError):
        measured.failures += 1
    writer.close()
