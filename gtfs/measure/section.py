"""Sections of line: which stops a vehicle runs between without another stop, on a date."""

from datetime import date

import pandas as pd

from gtfs.feed import Feed
from gtfs.measure.departure import timed_calls
from gtfs.measure.ptal import is_bus
from gtfs.measure.stop_place import stop_places
from gtfs.service import service_calendar


def sections_on(feed: Feed, day: date) -> pd.DataFrame:
    """Columns from_place, to_place, rail (anything but a bus), lon, lat, to_lon, to_lat: straight from stop to stop.

    A section is there once for each kind, whatever the direction and however many lines run on it. DateOutsideError
    for a day that the calendar says nothing about.
    """
    running = service_calendar(feed).on(day)
    calls = timed_calls(feed)
    calls = calls[calls["service_id"].isin(running)]
    following = calls.groupby("trip_id", sort=False)["place_id"].shift(-1)
    pairs = calls.assign(following=following).dropna(subset=["following"])
    pairs = pairs[pairs["place_id"] != pairs["following"]]
    ends = pairs[["place_id", "following"]]
    rail = {kind: not is_bus(int(kind)) for kind in pairs["route_type"].unique()}
    found = pd.DataFrame({
        "from_place": ends.min(axis=1),
        "to_place": ends.max(axis=1),
        "rail": pairs["route_type"].map(rail).to_numpy(dtype=bool),
    }).drop_duplicates().reset_index(drop=True)  # fmt: skip
    at = stop_places(feed).dropna(subset=["lon", "lat"]).groupby("place_id")[["lon", "lat"]].mean()
    placed = found.join(at, on="from_place").join(at.add_prefix("to_"), on="to_place")
    return placed.dropna(subset=["lon", "to_lon"]).reset_index(drop=True)
