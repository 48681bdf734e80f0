"""The poller against a server of this test: conditional questions, failures, limits, restarts."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from data import ImportOptions, Store, Viewer, import_paths
from data.realtime import Binding, Realtime
from gtfs.realtime.simulator import Kind, simulate_day
from tests.gtfs.feeds import zip_feed
from tests.gtfs.realtime.street import DAY, at, message, street_feed, street_files, update, vehicle
from tests.web.conftest import Outcome
from web import realtime_source
from web.realtime_poller import Poller
from web.realtime_source import LONGEST_WAIT_S, Source, http_client

Machinami = Callable[..., Outcome]


@dataclass
class Operator:
    """A server that answers what it is told to, and remembers what it was asked."""

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def operator() -> Iterator[Operator]:
    made = Operator()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(dict(self.headers.items()))
            time.sleep(made.wait_s)
            unchanged = "ETag" in made.headers and self.headers.get("If-None-Match") == made.headers["ETag"]
            self.send_response(304 if unchanged else made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            content = b"" if unchanged else made.content
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_address[1]}/rt.pb"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("street")
    opened = Store.open(folder / "store")
    path = zip_feed(folder / "street.zip", changes=dict(street_files()))
    import_paths(opened, [path], viewer=Viewer.SYSTEM, options=ImportOptions())
    opened.close()
    return folder / "store"


@pytest.fixture
def store(imported: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of one import for each test."""
    opened = Store.open(shutil.copytree(imported, tmp_path / "store"))
    yield opened
    opened.close()


def source(address: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Source:
    return Source(address, "rt.pb", 15, Random(1), clock)


def test_what_has_not_changed_is_not_sent_again(operator: Operator) -> None:
    operator.content, operator.headers = b"abc", {"ETag": '"1"', "Last-Modified": "Tue, 24 Nov 2026 00:00:00 GMT"}
    one = source(operator.address)
    with http_client() as client:
        first, second = one.read(client), one.read(client)
    assert (first.content, first.unchanged) == (b"abc", False)
    assert (second.content, second.unchanged) == (None, True)
    assert operator.asked[1]["If-Modified-Since"] == "Tue, 24 Nov 2026 00:00:00 GMT"


def test_failures_are_readings_with_reasons_and_make_the_waits_longer(operator: Operator) -> None:
    operator.status = 500
    one = source(operator.address)
    waits = []
    with http_client() as client:
        for _ in range(12):
            asked = time.monotonic()
            reading = one.read(client)
            if not waits:  # 15 s from the answer on, however long that took
                assert one.due - time.monotonic() <= 15 <= one.due - asked
            waits.append(one.due - time.monotonic())
            assert reading.failure is not None
            assert "500" in reading.failure.en
        operator.status = 200
        assert one.read(client).failure is None
    assert all(wait <= LONGEST_WAIT_S for wait in waits)
    assert min(waits[-3:]) > 100
    assert one.failures == 0


def test_a_server_that_asks_for_patience_gets_it(operator: Operator) -> None:
    operator.status, operator.headers = 429, {"Retry-After": "120"}
    one = source(operator.address)
    with http_client() as client:
        one.read(client)
    assert one.due - time.monotonic() > 110


def test_slow_huge_and_missing_sources_are_given_up(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_source, "LIMIT_BYTES", 1_000)
    operator.content = b"x" * 2_000
    (tmp_path / "big.pb").write_bytes(b"x" * 2_000)
    with http_client() as client:
        told = [source(address).read(client).failure for address in (operator.address, str(tmp_path / "big.pb"))]
        assert [one.en for one in told if one] == ["larger than 1000 bytes"] * 2
        assert source(str(tmp_path / "none.pb")).read(client).failure
        assert source("http://127.0.0.1:1/rt.pb").read(client).failure
    operator.wait_s = 0.5
    with httpx.Client(timeout=0.1) as impatient:
        failure = source(operator.address).read(impatient).failure
    assert failure is not None
    assert failure.en == "no answer in time"


class Clock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


def test_the_poller_follows_buses_keeps_observations_and_goes_on_after_a_restart(
    operator: Operator, store: Store
) -> None:
    clock, realtime = Clock(at(7, 10)), Realtime(store)
    binding = Binding("street-stops", (operator.address,))

    def poll(poller: Poller, metres: float) -> Any:
        operator.content = message(clock(), vehicle("東0700", metres, clock()))
        for line in poller._lines:
            for one in line.sources:
                one.due = 0
        with ThreadPoolExecutor(2) as pool:
            return poller.turn(pool)

    first = Poller(store, [binding], clock=clock)
    poll(first, 1_400)
    clock.moment += timedelta(seconds=60)
    poll(first, 2_100)
    first.keep_observations()
    again = Poller(store, [binding], clock=clock)
    clock.moment += timedelta(seconds=15)
    snapshot = poll(again, 2_200)
    assert snapshot.number == 3
    assert realtime.snapshot(Viewer.SYSTEM) == snapshot
    assert snapshot.feeds[0].vehicles[0].next_stop_id == "s5"
    assert len(realtime.observations("street-stops", DAY, DAY, Viewer.SYSTEM)) == 2


def test_a_layer_that_is_gone_is_told_and_the_others_go_on(operator: Operator, store: Store) -> None:
    clock = Clock(at(7, 10))
    operator.content = message(clock(), update("東0700", {"stopSequence": 3, "departure": {"delay": 60}}))
    bindings = [Binding("removed-stops", (operator.address,)), Binding("street-stops", (operator.address,))]
    with ThreadPoolExecutor(2) as pool:
        gone, street = Poller(store, bindings, clock=clock).turn(pool).feeds
    assert (gone.state.quality.value, gone.predictions) == ("silent", ())
    assert "removed-stops" in gone.state.reason.en
    assert street.predictions


def test_the_command_keeps_its_feeds_receives_once_and_shows_their_state(
    operator: Operator, store: Store, machinami: Machinami
) -> None:
    operator.content = b"<html>Not Found</html>"
    options = ("--store", store.path, "realtime")
    assert machinami(*options).status == 2
    once = machinami(*options, "--once", "--feed", f"street-stops={operator.address}?key=secret")
    assert once.status == 0
    assert "street-stops: garbage" in once.out
    assert "secret" not in once.out
    again = machinami(*options, "--once", lang="ja")
    assert "運行情報を読めません" in again.out
    assert machinami(*options, "--forget").status == 0
    assert machinami(*options, "--once").status == 2


def test_wrong_feeds_are_told_in_one_line(store: Store, machinami: Machinami) -> None:
    for wrong in ("street-stops", "nothing=http://127.0.0.1/", "street-routes=http://127.0.0.1/"):
        told = machinami("--store", store.path, "realtime", "--once", "--feed", wrong)
        assert told.status == 1
        assert told.err.startswith("Error: ")


def test_punctuality_is_shown_with_its_completeness(store: Store, machinami: Machinami) -> None:
    from tests.gtfs.realtime.test_punctuality import seen

    Realtime(store).observe("street-stops", [seen(0, 0), seen(1, 301)])
    asked = ("--store", store.path, "realtime", "punctuality", "street-stops")
    found = machinami(*asked, "--json").json
    assert (found["scheduled"], found["observed"], found["days"]) == (720, 2, 1)
    assert found["rows"][0]["on_time"] == 0.5
    assert "2 of 720" in machinami(*asked, "--by", "hour").out
    assert machinami(*asked, "--from", "2030-01-01", "--to", "2030-01-02").status == 1


def test_a_simulated_hour_is_written_as_files(tmp_path: Path, machinami: Machinami) -> None:
    feed = zip_feed(tmp_path / "street.zip", changes=dict(street_files()))
    asked = ("realtime", "simulate", feed, "--date", DAY.isoformat(), "--from", "07:00", "--to", "07:01")
    assert machinami(*asked, "--out", tmp_path / "out").status == 0
    files = sorted(path.name for path in (tmp_path / "out" / "vehicle_positions").iterdir())
    assert files == ["070000.pb", "070015.pb", "070030.pb", "070045.pb", "070100.pb"]
    written = (tmp_path / "out" / "trip_updates" / "070100.pb").read_bytes()
    simulation = simulate_day(street_feed(tmp_path / "feed"), DAY)
    assert written == simulation.content(Kind.UPDATES, at(7, 1))
    assert machinami(*asked[:-1], "7", "--out", tmp_path / "out").status == 2
