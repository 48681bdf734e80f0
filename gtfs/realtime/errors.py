"""What can go wrong in realtime.

GtfsError
└── RealtimeError
    ├── GarbageError          bytes that are no GTFS-Realtime message
    ├── TimeZoneError         a feed whose agency has no time zone that is one
    └── DayWithoutTripsError  a simulation of a date on which nothing runs
"""

from datetime import date

from geo import Text
from gtfs.errors import GtfsError


class RealtimeError(GtfsError, ValueError):
    """`text` is what a person reads."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class GarbageError(RealtimeError):
    pass


class TimeZoneError(RealtimeError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text(f"agency.txtの時間帯「{name}」がありません", f"agency.txt names no time zone that exists: {name!r}")
        )


class DayWithoutTripsError(RealtimeError):
    def __init__(self, day: date) -> None:
        super().__init__(Text(f"{day.isoformat()}に運行する便がありません", f"no trip runs on {day.isoformat()}"))
