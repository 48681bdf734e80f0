"""What runs on a date, of several feeds together: departures, stops and sections of line; ids tell the feed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import clock_text
from gtfs.errors import DateOutsideError
from gtfs.feed import Feed
from gtfs.measure.departure import departures_on
from gtfs.measure.section import sections_on
from gtfs.measure.stop_place import stop_places

Window = tuple[time, time]
_DAY_S = 86_400


@dataclass(frozen=True, eq=False)
class ServiceDay:
    """Made with `service_day`. Ids are `feed:id`, so stops of two feeds are two even where they share a pole."""

    day: date
    window: Window | None
    feeds: Mapping[str, Feed]
    """Those that know the day."""
    left_out: Mapping[str, tuple[date, date]]
    """The others, with the dates that they do know."""
    departures: pd.DataFrame
    """Of `departures_on`."""

    @property
    def clock(self) -> tuple[str, str]:
        """The window; of a whole service day from 0:00 to 24:00 or the last departure."""
        if self.window:
            return self.window[0].isoformat(), self.window[1].isoformat()
        last = int(self.departures["seconds"].max()) + 60 if len(self.departures) else 0
        return clock_text(0), clock_text(max(last, _DAY_S))

    @cached_property
    def stops(self) -> pd.DataFrame:
        """Every pole with a place, served or not: stop_id, place_id, name, lon, lat."""
        parts = [_named(name, stop_places(feed), "stop_id", "place_id") for name, feed in self.feeds.items()]
        return pd.concat(parts).dropna(subset=["lon", "lat"]).reset_index(drop=True)

    @cached_property
    def sections(self) -> pd.DataFrame:
        """Of `sections_on`."""
        return pd.concat([sections_on(feed, self.day) for feed in self.feeds.values()], ignore_index=True)

    def lines(self, departures: pd.DataFrame) -> list[dict[str, str]]:
        """The lines that some of the departures belong to, by feed and id."""
        names = pd.concat([_line_names(name, feed) for name, feed in self.feeds.items()])
        used = names[names.index.isin(departures["route_id"].unique())].sort_index()
        return [
            {"feed": str(row.feed), "route_id": str(row.route_id), "name": str(row.line)} for row in used.itertuples()
        ]


def service_day(feeds: Mapping[str, Feed], day: date, window: Window | None = None) -> ServiceDay:
    """DateOutsideError where no feed knows the day."""
    parts: dict[str, pd.DataFrame] = {}
    outside: dict[str, DateOutsideError] = {}
    for name, feed in feeds.items():
        try:
            found = departures_on(feed, day, window)
        except DateOutsideError as error:
            outside[name] = error
            continue
        parts[name] = _named(name, found, "stop_id", "place_id", "route_id", "trip_id")
    if outside and not parts:
        raise next(iter(outside.values()))
    left_out = {name: (error.first, error.last) for name, error in outside.items()}
    known = {name: feeds[name] for name in parts}
    return ServiceDay(day, window, known, left_out, pd.concat(parts.values(), ignore_index=True))


def feed_key(feed: str, id: str) -> str:
    return f"{feed}:{id}"


def _named(feed: str, table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table.assign(**{column: _keys(feed, table[column]) for column in columns})


def _keys(feed: str, ids: "pd.Series[Any]") -> NDArray[Any]:
    return np.array([feed_key(feed, str(id)) for id in ids], dtype=object)


def _line_names(feed: str, read: Feed) -> pd.DataFrame:
    """Index `feed:route_id`; the short name, else the long one, else the id."""
    routes = read.table("routes").dropna(subset=["route_id"]).drop_duplicates("route_id")
    ids = routes["route_id"].astype(str)
    line = (
        routes["route_short_name"].replace("", pd.NA).fillna(routes["route_long_name"].replace("", pd.NA)).fillna(ids)
    )
    return pd.DataFrame({"feed": feed, "route_id": ids, "line": line}).set_axis(_keys(feed, ids))
