"""What can go wrong in gtfs. A feed that can't be read at all is a `geo.UnreadableError`, as for every reader.

GtfsError
├── UnknownTableError     a table that neither the feed nor the standard knows
├── DateOutsideError      a date that the feed's calendar says nothing about
├── NoServiceError        a feed whose calendars tell no date at all
└── InvalidQueryError     a question to the router with a value that makes no sense
"""

from datetime import date

from geo import Text


class GtfsError(Exception):
    """Every error of this package."""


class UnknownTableError(GtfsError, KeyError):
    def __str__(self) -> str:
        return f"the feed has no table {self.args[0]!r} and GTFS knows none"


class DateOutsideError(GtfsError, ValueError):
    """Never an empty timetable: nobody knows whether buses run on that date."""

    def __init__(self, day: date, first: date, last: date) -> None:
        super().__init__(
            f"{day.isoformat()} is outside the calendar of the feed, {first.isoformat()} to {last.isoformat()}"
        )
        self.day, self.first, self.last = day, first, last
        self.text = Text(
            f"{day.isoformat()} は時刻表の期間({first.isoformat()} ~ {last.isoformat()})の外です", str(self)
        )


class NoServiceError(GtfsError, ValueError):
    def __init__(self) -> None:
        super().__init__("the calendars of the feed tell no date at all")
        self.text = Text("運行日がひとつも書かれていない時刻表です", str(self))


class InvalidQueryError(GtfsError, ValueError):
    def __init__(self, name: str, value: object) -> None:
        super().__init__(f"{name}: {value!r} makes no sense in a travel query")
        self.name, self.value = name, value
