"""How long buses need from stop to stop: the timetable's seconds, or what was observed where there is enough of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from gtfs.realtime.trip_times import Seconds, TripSchedule

Segment = tuple[str, str, int]
"""Stop, next stop, hour of the day (25 is 1)."""

LEAST_SEEN: Final = 5
"""Observations, before a mean is believed."""
_LONGEST_S: Final = 3_600
_LATE_S: Final = 60
"""A bus that is so late at a stop does not wait at the next one: what it needs is a running time."""


@dataclass(frozen=True)
class RunningTimes:
    """Means of observed seconds from departure to departure. Without any the timetable is believed."""

    mean_s: Mapping[Segment, float] = field(default_factory=dict)

    def segments(self, trip: TripSchedule, at_s: float) -> Seconds:
        """Seconds between the calls of the trip, shape (n - 1,), for a bus that runs at these ServiceSeconds."""
        if not self.mean_s:
            return trip.segment_s
        hour = int(at_s // 3600) % 24
        pairs = zip(trip.stop_ids, trip.stop_ids[1:], trip.segment_s, strict=False)
        return np.array([self.mean_s.get((here, there, hour), planned) for here, there, planned in pairs])


def learn_running_times(observed: pd.DataFrame) -> RunningTimes:
    """From observations (see `observation`) of any number of days.

    A running time is taken where the bus set out late: chosen by how it arrived, slow runs alone would be counted.
    """
    if observed.empty:
        return RunningTimes()
    order = observed.sort_values(["service_date", "trip_id", "start_s", "call"], kind="stable")
    later = order.shift(-1)
    same = np.logical_and.reduce([_equal(order, later, name) for name in ("service_date", "trip_id", "start_s")])
    seconds = (later["observed_s"] - order["observed_s"]).to_numpy(dtype=float)
    late = (order["observed_s"] - order["scheduled_s"]).to_numpy(dtype=float) > _LATE_S
    follows = (later["call"] - order["call"]).to_numpy(dtype=float) == 1
    kept = same & follows & late & (seconds >= 0) & (seconds < _LONGEST_S)
    hour = (order["observed_s"] // 3600 % 24).astype("int64")
    chosen = pd.DataFrame({"here": order["stop_id"], "there": later["stop_id"], "hour": hour, "s": seconds})[kept]
    groups: Any = chosen.groupby(["here", "there", "hour"])["s"].agg(["mean", "count"])
    enough = groups[groups["count"] >= LEAST_SEEN]["mean"]
    return RunningTimes({(str(a), str(b), int(h)): float(mean) for (a, b, h), mean in enough.items()})


def _equal(one: pd.DataFrame, other: pd.DataFrame, column: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    return np.asarray((one[column] == other[column]).to_numpy(dtype=bool, na_value=False))
