"""The street's timetable, read once."""

from pathlib import Path

import pytest

from gtfs import Feed
from gtfs.realtime.trip_times import TripTimes
from tests.gtfs.realtime.street import street_feed


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return street_feed(Path(tmp_path_factory.mktemp("street")) / "feed")


@pytest.fixture(scope="session")
def schedule(feed: Feed) -> TripTimes:
    return TripTimes(feed)
