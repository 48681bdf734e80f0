"""Buses on the road of the sample city: while the demo runs, two of its timetables are played as GTFS-Realtime.

The third operator has none, as in a real city: signs show its timetable and say so.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data import Store

PLAYED = ("mihon-bus-stops", "mihon-harbour-stops")
_KINDS = ("trip_updates", "vehicle_positions", "alerts")

Command = tuple[str, ...]


@contextmanager
def played_buses(store: "Store") -> Iterator[list[Command]]:
    """Names the simulated feeds to the store, and gives the commands that play them; forgotten at the end.

    None where the store has feeds of its own, or today is outside of the sample's calendar.
    """
    from data import Viewer
    from data.realtime import Binding, Realtime

    realtime = Realtime(store)
    ports = {} if realtime.bindings() else {layer: _free_port() for layer in PLAYED if _runs_today(store, layer)}
    if not ports:
        yield []
        return
    realtime.bind([Binding(layer, _addresses(port)) for layer, port in ports.items()], Viewer.SYSTEM)
    try:
        yield [("realtime", "simulate", layer, "--port", str(port)) for layer, port in ports.items()]
    finally:
        realtime.bind([], Viewer.SYSTEM)


def _runs_today(store: "Store", layer: str) -> bool:
    from zoneinfo import ZoneInfo

    from data import UnknownLayerError, Viewer
    from data.feed import schedule

    try:
        timetable = schedule(store, layer, Viewer.SYSTEM)
    except UnknownLayerError:
        return False
    today = datetime.now(ZoneInfo(timetable.zone)).date()
    return 0 <= (today - timetable.first).days < len(timetable.service_runs[0])


def _addresses(port: int) -> tuple[str, ...]:
    return tuple(f"http://127.0.0.1:{port}/{kind}.pb" for kind in _KINDS)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
