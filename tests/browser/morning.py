"""The sample city's buses on the road, at any hour: its feeds in a time zone where it is now ten o'clock.

So everything that takes part (receiver, server, browser) goes by its own clock, and nothing has to be told another one.
"""

import subprocess
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

from data import Store, Viewer
from data.feed import stored_feed
from data.realtime import Binding, Realtime
from geo import Text
from gtfs.realtime.simulator import Conditions, Kind, Simulation, simulate_day
from gtfs.realtime.trip_times import feed_zone
from web.realtime_simulation import serve_simulation

BUILDINGS = 1000
"""As many as make the stops that the pictures name."""
_PARTS = ("gtfs", "admin", "population")
_OPERATORS = {
    "mihon_bus": Text("みほんバス", "Mihon Bus"),
    "mihon_community": Text("コミュニティバス", "Community bus"),
    "mihon_harbour": Text("みほん港湾交通", "Mihon Harbour Transit"),
}
_HOUR = 10
_SUSPENDED = {"mihon-harbour-stops": "h0030_2"}
"""A pole of 船町, so that its sign has an alert to show."""
_CONDITIONS = Conditions(seed=9, canceled_share=0.25, roughness=0.8)
_PLAYED = ("mihon-bus-stops", "mihon-harbour-stops")


def fill_morning(store: Path, machinami: Sequence[str]) -> None:
    """Makes the sample city and imports what buses need, with its timetables moved. `machinami`: the command with its
    store."""
    folder = store.parent / "sample-city"
    made = ["sample", str(folder), "--buildings", str(BUILDINGS)]
    subprocess.run([*machinami, *made], check=True, stdout=subprocess.DEVNULL)
    zone = _zone(datetime.now(UTC))
    for path in (folder / "gtfs").glob("*.zip"):
        _move(path, zone)
    terms = ("--licence", "CC0 1.0", "--attribution", "みほん市")
    parts = [str(folder / part) for part in _PARTS]
    done = subprocess.run([*machinami, "import", *parts, *terms], stdout=subprocess.DEVNULL)
    assert done.returncode in (0, 3)
    _name_operators(store)


def _name_operators(folder: Path) -> None:
    """As the demo does: layers are called after their operators, not after their files."""
    store = Store.open(folder)
    for record in store.layers(Viewer.SYSTEM):
        for file, name in _OPERATORS.items():
            if file in record.title.ja:
                title = Text(record.title.ja.replace(file, name.ja), record.title.en.replace(file, name.en))
                store.describe(record.id, Viewer.SYSTEM, {"title": title.as_json()})
    store.close()


def _zone(now: datetime) -> str:
    """Etc/GMT-3 is three hours ahead of Greenwich."""
    ahead = (_HOUR - now.hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"


def _move(path: Path, zone: str) -> None:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["agency.txt"] = files["agency.txt"].replace(b"Asia/Tokyo", zone.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@contextmanager
def played(folder: Path) -> Iterator[None]:
    """Two operators report their buses, with delays and cancellations; the third has only its timetable."""
    stop = threading.Event()
    store = Store.open(folder)
    addresses = {layer: _serve(_simulation(store, layer), stop) for layer in _PLAYED}
    bindings = [Binding(layer, tuple(f"{url}{kind}.pb" for kind in Kind)) for layer, url in addresses.items()]
    Realtime(store).bind(bindings, Viewer.SYSTEM)
    try:
        yield
    finally:
        stop.set()
        Realtime(store).bind([], Viewer.SYSTEM)
        store.close()


def _simulation(store: Store, layer: str) -> Simulation:
    feed = stored_feed(store, layer, Viewer.SYSTEM)
    simulation = simulate_day(feed, datetime.now(feed_zone(feed)).date(), _CONDITIONS)
    return replace(simulation, suspended_stop=_SUSPENDED.get(layer, simulation.suspended_stop))


def _serve(simulation: Simulation, stop: threading.Event) -> str:
    told: Queue[str] = Queue()
    threading.Thread(target=serve_simulation, args=(simulation, 0, stop, told.put), daemon=True).start()
    return told.get(timeout=30)
