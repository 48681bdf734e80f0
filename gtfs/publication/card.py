"""What a page says about a feed for download: who, how much, from when to when, which version."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gtfs.errors import NoServiceError
from gtfs.feed import Feed, read_feed
from gtfs.service import service_calendar


@dataclass(frozen=True)
class FeedCard:
    agency_ids: tuple[str, ...]
    """Without those of operators that have none."""
    operators: tuple[str, ...]
    """Names, as agency.txt has them."""
    publisher: str
    """Empty where feed_info.txt does not tell, as `version`."""
    version: str
    first: date | None
    """First and last date of the timetable; None where it tells no date."""
    last: date | None
    size_bytes: int
    sha256: str
    routes: int
    stops: int
    """Poles and platforms, without stations."""
    trips: int

    def covers(self, day: date) -> bool:
        return self.first is not None and self.last is not None and self.first <= day <= self.last

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "FeedCard":
        """Of what `as_json` gave."""
        days = {key: told[key] and date.fromisoformat(told[key]) for key in ("first", "last")}
        texts = {key: tuple(told[key]) for key in ("agency_ids", "operators")}
        return cls(**{**told, **days, **texts})

    def as_json(self) -> dict[str, Any]:
        return {
            "agency_ids": list(self.agency_ids),
            "operators": list(self.operators),
            "publisher": self.publisher,
            "version": self.version,
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
            "routes": self.routes,
            "stops": self.stops,
            "trips": self.trips,
        }


def feed_card(path: Path, feed: Feed | None = None) -> FeedCard:
    """Of the zip at `path`; `feed` where it has been read already. UnreadableError for what is no feed."""
    known = feed or read_feed(path)
    content = path.read_bytes()
    first, last = _period(known)
    stops = known.table("stops")
    poles = stops["location_type"].fillna(0).eq(0)
    agency = known.table("agency")
    return FeedCard(
        agency_ids=tuple(dict.fromkeys(str(id) for id in agency["agency_id"].dropna())),
        operators=tuple(dict.fromkeys(str(name) for name in agency["agency_name"].dropna())),
        publisher=_told(known, "feed_publisher_name"),
        version=_told(known, "feed_version"),
        first=first,
        last=last,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        routes=len(known.table("routes")),
        stops=int(poles.sum()),
        trips=len(known.table("trips")),
    )


def _period(feed: Feed) -> tuple[date | None, date | None]:
    try:
        calendar = service_calendar(feed)
    except NoServiceError:
        return None, None
    return calendar.first, calendar.last


def _told(feed: Feed, column: str) -> str:
    values = feed.table("feed_info")[column].dropna()
    return str(values.iloc[0]) if len(values) else ""
