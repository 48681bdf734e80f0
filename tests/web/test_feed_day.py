"""How much runs on a date, row by row of the layers' features."""

from collections.abc import Iterator

import pytest

from data import ImportOptions, Store, Viewer, import_paths
from tests.gtfs.feeds import folder_feed
from tests.web.conftest import Town


@pytest.fixture(scope="module")
def buses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("feed")
    store = Store.open(folder / "store")
    import_paths(store, [folder_feed(folder / "loop")], viewer=Viewer.SYSTEM, options=ImportOptions())
    store.publish("loop-stops", Viewer.SYSTEM)
    yield Town(store, folder)
    store.close()


def test_feeds_name_their_layers_as_far_as_they_may_be_seen(buses: Town) -> None:
    (inside,) = buses.client(internal=True).get("/api/feeds").json()["feeds"]
    (outside,) = buses.client().get("/api/feeds").json()["feeds"]
    assert (inside["layer"], inside["routes"]) == ("loop-stops", "loop-routes")
    assert (outside["layer"], outside["routes"]) == ("loop-stops", None)
    assert (inside["first"], inside["last"]) == ("2026-04-01", "2027-03-31")


def test_counts_stand_in_the_order_of_the_features(buses: Town) -> None:
    client = buses.client(internal=True)
    told = client.get("/api/feeds/loop-stops/service?date=2026-05-11").json()
    ids = buses.store.column("loop-stops", "feature_id", Viewer.SYSTEM)["feature_id"].to_pylist()
    row = ids.index("B")
    assert told["stops"]["hours"][row][7:9] == [1, 1]
    assert (told["stops"]["first"][row], told["stops"]["last"][row]) == (25_500, 90_900)
    assert [sum(hours) for hours in told["routes"]["hours"]] == [2, 1]


def test_vehicles_are_sent_once_and_unchanged(buses: Town) -> None:
    client = buses.client()
    first = client.get("/api/feeds/loop-stops/trips?date=2026-05-11")
    told = first.json()
    assert len(told["trips"]) == 4 * 3
    assert told["midnight"] == 1_778_425_200
    again = client.get("/api/feeds/loop-stops/trips?date=2026-05-11", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_dates_and_layers_without_timetable_are_refused(buses: Town) -> None:
    client = buses.client(internal=True)
    assert client.get("/api/feeds/loop-stops/service?date=2030-01-01").status_code == 422
    assert client.get("/api/feeds/loop-routes/service?date=2026-05-11").status_code == 404
    assert client.get("/api/feeds/loop-stops/trips").status_code == 422
