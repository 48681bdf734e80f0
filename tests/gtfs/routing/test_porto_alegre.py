"""Published travel times of R5 on its own sample city, and the two ways of asking for the same times."""

from datetime import date

import pandas as pd
import pytest

from geo.network import read_osm_network
from gtfs import read_feed
from gtfs.routing import TransitNetwork, TravelQuery, build_transit_network, travel_times
from tests.shared_data import shared_data

R5 = {
    "89a901291abffff": 2,
    "89a9012a3cfffff": 78,
    "89a901295b7ffff": 45,
    "89a901284a3ffff": 60,
    "89a9012809bffff": 47,
    "89a901285cfffff": 38,
}
"""Minutes from the first of them: r5r's sample data, 13 May 2019, 14:00 to 15:00, median, 3.6 km/h, 30 min per walk."""


@pytest.fixture(scope="module")
def city() -> TransitNetwork:
    folder = shared_data("access/porto_alegre")
    feeds = {name: read_feed(folder / f"{name}.zip") for name in ("poa_eptc", "poa_trensurb")}
    return build_transit_network(feeds, date(2019, 5, 13), read_osm_network(folder / "poa_osm.pbf", name="poa"))


@pytest.fixture(scope="module")
def hexagons() -> pd.DataFrame:
    return pd.read_csv(shared_data("access/porto_alegre/poa_hexgrid.csv")).set_index("id")[["lon", "lat"]]


def test_travel_times_are_those_that_r5_published(city: TransitNetwork, hexagons: pd.DataFrame) -> None:
    query = TravelQuery(day=date(2019, 5, 13), window_from=14 * 3600, window_to=15 * 3600, walk_speed_ms=1.0)
    places = hexagons.loc[list(R5)].to_numpy()
    found = travel_times(city, places[:1], places, query)
    assert found.minutes[0, :, 0].tolist() == list(R5.values())


def test_a_sunday_has_fewer_trips_and_longer_times(city: TransitNetwork, hexagons: pd.DataFrame) -> None:
    folder = shared_data("access/porto_alegre")
    feeds = {name: read_feed(folder / f"{name}.zip") for name in ("poa_eptc", "poa_trensurb")}
    sunday = build_transit_network(feeds, date(2019, 5, 12), city.streets)
    places = hexagons.iloc[::60].to_numpy()
    window = {"window_from": 14 * 3600, "window_to": 15 * 3600}
    monday_s = travel_times(city, places, places, TravelQuery(day=date(2019, 5, 13), **window)).seconds
    sunday_s = travel_times(sunday, places, places, TravelQuery(day=date(2019, 5, 12), **window)).seconds
    assert sunday.timetable.trip_count < city.timetable.trip_count
    assert sunday_s.mean() > monday_s.mean()
