"""Stops and their departures over HTTP: all operators together, only what the viewer may see."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data import ImportOptions, Store, Viewer, import_paths
from geo import Text
from gtfs.realtime.prediction import CallStatus, Prediction, PredictionSource
from gtfs.realtime.snapshot import FeedSnapshot, Notice, Selector, Snapshot
from gtfs.realtime.state import Quality, feed_state
from tests.gtfs.feeds import LOOP, folder_feed
from tests.web.conftest import Town
from web.app import build_api
from web.settings import Settings
from web.site import Site

AT = "2026-05-11T06:30"
OTHER: dict[str, str | bytes | None] = {
    "agency.txt": LOOP["agency.txt"].replace("みほん交通", "見本市"),
    "stop_times.txt": LOOP["stop_times.txt"].replace(":00:00,S_1", ":03:00,S_1"),
}


@pytest.fixture(scope="module")
def buses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two operators at the same poles; the feed of the city is internal."""
    folder = tmp_path_factory.mktemp("buses")
    paths = [folder_feed(folder / "files" / "loop"), folder_feed(folder / "files" / "city", OTHER)]
    store = Store.open(folder / "store")
    import_paths(store, paths, viewer=Viewer.SYSTEM, options=ImportOptions(attribution="みほん市"))
    for record in store.layers(Viewer.SYSTEM):
        if record.id.startswith("loop"):
            store.publish(record.id, Viewer.SYSTEM)
    yield Town(store, folder / "files")
    store.close()


@pytest.fixture(scope="module")
def inside(buses: Town) -> TestClient:
    return buses.client(internal=True)


def id_of(client: TestClient, name: str) -> str:
    (stop,) = client.get("/api/stops", params={"q": name}).json()["stops"]
    return str(stop["id"])


def test_the_departures_of_all_operators_stand_in_one_list(inside: TestClient) -> None:
    answer = inside.get(f"/api/stops/{id_of(inside, '駅前')}/departures", params={"at": AT, "limit": 2})
    told = answer.json()
    assert [(one["agency"]["ja"], one["scheduled"], one["minutes"]) for one in told["departures"]] == [
        ("みほん交通", "2026-05-11T07:00:00+09:00", 30),
        ("見本市", "2026-05-11T07:03:00+09:00", 33),
    ]
    assert told["source"] == "timetable"
    assert {one["status"] for one in told["departures"]} == {"timetable"}
    assert [one["attribution"] for one in told["sources"]] == ["みほん市", "みほん市"]


def test_the_public_sees_only_the_public_operator(buses: Town, inside: TestClient) -> None:
    public = buses.client()
    told = public.get(f"/api/stops/{id_of(inside, '駅前')}/departures", params={"at": AT}).json()
    assert {one["agency"]["ja"] for one in told["departures"]} == {"みほん交通"}
    hidden = next(
        pole for pole in inside.get("/api/stops?q=病院").json()["stops"][0]["poles"] if "city" in pole["layer"]
    )
    answer = public.get(f"/api/stops/{hidden['layer']}:{hidden['stop_id']}/departures")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "stop.unknown"


def test_a_stop_is_found_by_a_pole_and_by_its_name(inside: TestClient) -> None:
    told = inside.get("/api/stops/loop-stops:S_1/departures", params={"at": AT}).json()
    assert told["name"] == {"ja": "駅前", "en": "駅前"}
    assert inside.get("/api/stops/駅前/departures", params={"at": AT}).json() == told


def test_a_date_outside_every_calendar_is_an_error_that_names_the_range(inside: TestClient) -> None:
    for path in ("departures?at=2030-01-01T10:00", "timetable?date=2030-01-01"):
        answer = inside.get(f"/api/stops/駅前/{path}")
        assert answer.status_code == 422
        assert "2027-03-31" in answer.json()["error"]["message"]["ja"]


def test_an_answer_that_has_not_changed_is_not_sent_again(inside: TestClient) -> None:
    first = inside.get("/api/stops/駅前/departures", params={"at": AT})
    again = inside.get(
        "/api/stops/駅前/departures", params={"at": AT}, headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert "max-age=5" in first.headers["cache-control"]


def test_the_timetable_of_a_date_goes_on_past_midnight_and_knows_its_days(inside: TestClient) -> None:
    told = inside.get("/api/stops/病院/timetable", params={"date": "2026-05-11"}).json()
    assert [one["service_time"] for one in told["departures"]] == ["7:05", "7:05", "8:00", "8:00", "25:15", "25:15"]
    assert [(kind["label"]["ja"], len(kind["dates"])) for kind in told["kinds"]] == [("毎日", 28)]


def live_client(buses: Town, at: datetime, quality: Quality, *predictions: Prediction) -> TestClient:
    notice = Notice(
        "n1", Text("駅前は工事中です", "Works at the station"), selectors=(Selector(stop_id="S"),), effect="DETOUR"
    )
    feed = FeedSnapshot("loop-stops", feed_state(quality, at, seconds=300), (), predictions, (), (notice,))
    site = Site.build(Settings(store=buses.store.path, internal=True), buses.store)
    snapshot = Snapshot(at, 1, (feed,))
    site.timetables.read_snapshot = lambda: snapshot
    return TestClient(build_api(site, Path("nowhere")), base_url="http://localhost")


def prediction(trip: str, status: CallStatus, day: date, seconds: int, late_s: int | None) -> Prediction:
    scheduled = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() - 9 * 3600 + seconds
    told = None if late_s is None else datetime.fromtimestamp(scheduled + late_s, UTC)
    return Prediction(
        trip_id=trip, stop_sequence=1, stop_id="S_1", scheduled_s=seconds, predicted=told, delay_s=late_s,
        source=PredictionSource.UPDATES, status=status, feed="loop-stops", service_date=day,
    )  # fmt: skip


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Seven minutes past seven in Japan on 11 May 2026."""
    now = datetime(2026, 5, 10, 22, 7, tzinfo=UTC)
    monkeypatch.setattr("web.departure.now_utc", lambda: now)
    return now


def test_a_late_bus_is_waited_for_and_says_how_late(buses: Town, clock: datetime) -> None:
    late = prediction("1a", CallStatus.PREDICTED, date(2026, 5, 11), 25_200, 600)
    told = live_client(buses, clock, Quality.LIVE, late).get("/api/stops/駅前/departures").json()
    first = told["departures"][0]
    assert (first["scheduled"], first["expected"]) == ("2026-05-11T07:00:00+09:00", "2026-05-11T07:10:00+09:00")
    assert (first["minutes"], first["delay_s"], first["status"], first["source"]) == (3, 600, "predicted", "updates")
    assert told["source"] == "realtime"
    assert [one["header"]["en"] for one in told["notices"]] == ["Works at the station"]


def test_a_cancelled_trip_is_told_until_it_should_have_left(buses: Town, clock: datetime) -> None:
    canceled = prediction("1b", CallStatus.CANCELED, date(2026, 5, 11), 90_600, None)
    told = live_client(buses, clock, Quality.LIVE, canceled).get("/api/stops/駅前/departures").json()
    assert [one["status"] for one in told["departures"] if one["trip_id"] == "1b" and "loop" in one["layer"]] == [
        "canceled"
    ]


def test_of_a_stale_feed_nothing_is_predicted_and_it_is_said(buses: Town, clock: datetime) -> None:
    late = prediction("1a", CallStatus.PREDICTED, date(2026, 5, 11), 25_200, 600)
    told = live_client(buses, clock, Quality.STALE, late).get("/api/stops/駅前/departures").json()
    assert told["source"] == "timetable"
    assert {one["status"] for one in told["departures"]} == {"timetable"}
    assert "300" in told["realtime"][0]["reason"]["ja"]
    assert told["departures"][0]["scheduled"] > "2026-05-11T07:03"
