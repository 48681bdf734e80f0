"""Sections of line: which stops a vehicle runs between without another stop, on a date."""

from datetime import date

import pandas as pd

from gtfs.feed import Feed
from gtfs.measure.departure import timed_calls
from gtfs.measure.ptal import is_bus
from gtfs.measure.stop_place import stop_places
from gtfs.service import service_calendar


def sections_on(feed: Feed, day: date) -> pd.DataFrame:
    """Columns rail (anything but a bus), lon, lat, to_lon, to_lat: straight from pole to pole.

    Between two stops a section is there once for each kind, whatever the direction, the poles and however many lines
    run on it. DateOutsideError for a day that the calendar says nothing about.
    """
    running = service_calendar(feed).on(day)
    calls = timed_calls(feed)
    calls = calls[calls["service_id"].isin(running)]
    trips = calls.groupby("trip_id", sort=False)
    pairs = calls.assign(to_stop=trips["stop_id"].shift(-1), to_place=trips["place_id"].shift(-1))
    pairs = pairs[pairs["to_stop"].notna() & (pairs["stop_id"] != pairs["to_stop"])]
    rail = pairs["route_type"].map({kind: not is_bus(int(kind)) for kind in pairs["route_type"].unique()})
    # Poles that bear one name may still be some way apart.
    within = pairs["place_id"] == pairs["to_place"]
    one = pairs["place_id"].mask(within, pairs["stop_id"]).astype(str)
    other = pairs["to_place"].mask(within, pairs["to_stop"]).astype(str)
    keys = pd.DataFrame(
        {"rail": rail.astype(bool), "one": one.where(one < other, other), "other": other.where(one < other, one)}
    )
    once = pairs.assign(rail=keys["rail"])[~keys.duplicated()]
    at = stop_places(feed).dropna(subset=["lon", "lat"]).set_index("stop_id")[["lon", "lat"]]
    placed = once[["rail", "stop_id", "to_stop"]].join(at, on="stop_id").join(at.add_prefix("to_"), on="to_stop")
    return placed.dropna(subset=["lon", "to_lon"])[["rail", "lon", "lat", "to_lon", "to_lat"]].reset_index(drop=True)
