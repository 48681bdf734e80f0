"""A question to the router: when, how far on foot, and which percentiles of the travel time."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gtfs.errors import InvalidQueryError

MINUTE_S: Final = 60
DAY_S: Final = 86_400
LATEST_S: Final = 36 * 3600
"""A window ends by noon of the day after: later is another service day's question."""
LONGEST_TRIP_S: Final = 8 * 3600
"""Times are kept in 16 bits."""
TRANSFER_S: Final = 770
"""1,000 m at 1.3 m/s: as far as R5 looks for another stop (`TRANSFER_DISTANCE_LIMIT_METERS`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelQuery:
    """Defaults are those of Conveyal R5. InvalidQueryError when a value makes no sense.

    Of every minute in [window_from, window_to) the fastest trip is taken that leaves then, or with `arrive_by` the one
    that arrives then and leaves last. A percentile is the nearest rank over the minutes: element
    ceil(p / 100 * n) - 1 of the n sorted times, never interpolated; a minute without a trip counts as the slowest.
    """

    day: date
    """The service day: seconds count from its noon minus 12 hours."""
    window_from: int
    """ServiceSeconds of the first departure; 25:10:00 is 90,600."""
    window_to: int
    """ServiceSeconds, not part of the window."""
    percentiles: tuple[int, ...] = (50,)
    """1 to 100, ascending."""
    arrive_by: bool = False
    walk_speed_ms: float = 1.3
    access_s: int = 1800
    """Longest walk to the first stop, the way from the door to the street included."""
    egress_s: int = 1800
    """Longest walk from the last stop."""
    transfer_s: int = TRANSFER_S
    """Longest walk between two rides."""
    direct_s: int = 1800
    """Longest trip that is only a walk."""
    max_rides: int = 8
    max_trip_s: int = 7200
    """Counted from the minute of departure, the first wait included, to the minute of arrival."""
    min_wait_s: int = 60
    """At every boarding, the first included."""
    draws: int = 220
    """How often over the window the unknown minutes of headway services are drawn; 0: always wait half a headway."""
    seed: int = 0
    """Of those draws; the same seed gives the same answer."""

    def __post_init__(self) -> None:
        _check(0 <= self.window_from < self.window_to <= LATEST_S, "window_from", self.window_from)
        _check(bool(self.percentiles), "percentiles", self.percentiles)
        _check(all(isinstance(p, int) and 1 <= p <= 100 for p in self.percentiles), "percentiles", self.percentiles)
        _check(tuple(sorted(set(self.percentiles))) == tuple(self.percentiles), "percentiles", self.percentiles)
        _check(0.1 <= self.walk_speed_ms <= 10, "walk_speed_ms", self.walk_speed_ms)
        for name in ("access_s", "egress_s", "transfer_s", "direct_s"):
            _check(0 <= getattr(self, name) <= LONGEST_TRIP_S, name, getattr(self, name))
        _check(0 <= self.max_rides <= 16, "max_rides", self.max_rides)
        _check(MINUTE_S <= self.max_trip_s <= LONGEST_TRIP_S, "max_trip_s", self.max_trip_s)
        _check(0 <= self.min_wait_s <= 3600, "min_wait_s", self.min_wait_s)
        _check(0 <= self.draws <= 10_000, "draws", self.draws)

    @property
    def minutes(self) -> NDArray[np.int32]:
        """(k,): ServiceSeconds of every minute of the window, ascending."""
        return np.arange(self.window_from, self.window_to, MINUTE_S, dtype=np.int32)

    def ranks(self, count: int) -> NDArray[np.int64]:
        """(percentiles,): which of `count` sorted times each percentile is."""
        return np.array([-(-p * count // 100) - 1 for p in self.percentiles], dtype=np.int64)


def _check(holds: bool, name: str, value: object) -> None:
    if not holds:
        raise InvalidQueryError(name, value)
