"""A question to the router with durations and clock times that say what they are."""

from datetime import date, time, timedelta
from typing import Final

from gtfs.measure.duration import minutes, seconds
from gtfs.routing import TravelQuery
from gtfs.routing.network import TRANSFER_M
from gtfs.routing.query import TRANSFER_S

Clock = time | timedelta
"""A time of day, or a duration since midnight for what is later than 24:00."""
WALK: Final = minutes(30)
LONGEST: Final = minutes(120)
WAIT: Final = seconds(60)


def ask(
    day: date,
    start: Clock,
    end: Clock,
    *,
    percentiles: tuple[int, ...] = (50,),
    arrive_by: bool = False,
    walk: timedelta = WALK,
    walk_speed_kmh: float = 4.68,
    longest: timedelta = LONGEST,
    rides: int = 8,
    wait: timedelta = WAIT,
    draws: int = 220,
    seed: int = 0,
) -> TravelQuery:
    """Every minute in [start, end) of `day`. `walk` is the longest walk of each of: to the first stop, from the last
    one, and without any ride; `longest` the longest trip, waits included. Between rides 770 s are walked at most, and
    1,200 m. Defaults are R5's (1.3 m/s are 4.68 km/h).

    InvalidQueryError for values that make no sense, TypeError for a bare number where a duration is asked for.
    """
    limit = whole_seconds(walk)
    return TravelQuery(
        day=day,
        window_from=clock_seconds(start),
        window_to=clock_seconds(end),
        percentiles=percentiles,
        arrive_by=arrive_by,
        walk_speed_ms=walk_speed_kmh / 3.6,
        access_s=limit,
        egress_s=limit,
        direct_s=limit,
        transfer_s=min(TRANSFER_S, int(TRANSFER_M / (walk_speed_kmh / 3.6))),
        max_rides=rides,
        max_trip_s=whole_seconds(longest),
        min_wait_s=whole_seconds(wait),
        draws=draws,
        seed=seed,
    )


def clock_seconds(clock: Clock) -> int:
    """Seconds of the service day."""
    if isinstance(clock, time):
        return clock.hour * 3600 + clock.minute * 60 + clock.second
    return whole_seconds(clock)


def whole_seconds(duration: timedelta) -> int:
    """TypeError for a bare number: nobody knows whether 30 means minutes or seconds."""
    if not isinstance(duration, timedelta):
        raise TypeError(f"a duration is minutes(30) or a timedelta, got {duration!r}")
    return round(duration.total_seconds())
