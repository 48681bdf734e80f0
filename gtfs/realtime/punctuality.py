"""How punctual buses were, by route, stop or hour, and of what share of the calls anything is known.

A call is on time from one minute early to five minutes late: the window of the British Traffic Commissioners (Senior
Traffic Commissioner, Statutory Document No. 14). Both limits can be given.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from gtfs.errors import DateOutsideError
from gtfs.realtime.trip_times import TripTimes

By = Literal["route", "stop", "hour"]

EARLY_S: Final = 60
LATE_S: Final = 300
_COLUMN: Final = {"route": "route_id", "stop": "stop_id", "hour": "hour"}


@dataclass(frozen=True)
class Punctuality:
    rows: pd.DataFrame
    """By route_id, stop_id or hour (of the service day, 24 and on after midnight): scheduled and observed calls,
    completeness, mean_s, median_s, p90_s (delays in seconds), on_time, early, late (shares of the observed calls; NaN
    where none was)."""
    scheduled: int
    observed: int
    days: int
    """Service dates that the calendar tells of, those without any observation among them."""

    @property
    def completeness(self) -> float:
        """Share of the scheduled calls that were observed; NaN where nothing runs."""
        return self.observed / self.scheduled if self.scheduled else float("nan")


def punctuality(
    schedule: TripTimes,
    observed: pd.DataFrame,
    days: Sequence[date],
    by: By,
    *,
    early_s: int = EARLY_S,
    late_s: int = LATE_S,
) -> Punctuality:
    """Of the calls of `days`; see `observation` for the columns of `observed`. Runs of frequencies.txt are left out.

    DateOutsideError where the calendar tells of none of the days.
    """
    known = [day for day in days if schedule.calendar.covers(day)]
    if days and not known:
        raise DateOutsideError(days[0], schedule.calendar.first, schedule.calendar.last)
    scheduled = _scheduled(schedule, known, by)
    rows = observed[observed["service_date"].isin(known) & (observed["start_s"] < 0)]
    rows = rows.assign(hour=rows["scheduled_s"] // 3600, delay=rows["observed_s"] - rows["scheduled_s"])
    measured = _measured(rows, _COLUMN[by], early_s, late_s)
    counts = pd.Series(scheduled, name="scheduled", dtype="int64").rename_axis(_COLUMN[by])
    table = counts.to_frame().join(measured, how="left").sort_index()
    table["observed"] = table["observed"].fillna(0).astype("int64")
    table.insert(2, "completeness", table["observed"] / table["scheduled"])
    return Punctuality(table.reset_index(), int(counts.sum()), int(table["observed"].sum()), len(known))


def _scheduled(schedule: TripTimes, days: Sequence[date], by: By) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for day in days:
        for trip in schedule.trips_on(day):
            match by:
                case "route":
                    counts[trip.route_id] += len(trip.stop_ids)
                case "stop":
                    counts.update(trip.stop_ids)
                case "hour":
                    counts.update((np.round(trip.departure_s).astype(int) // 3600).tolist())
    return counts


def _measured(rows: pd.DataFrame, column: str, early_s: int, late_s: int) -> pd.DataFrame:
    groups = rows.groupby(column)["delay"]
    early = (rows["delay"] < -early_s).groupby(rows[column]).mean()
    late = (rows["delay"] > late_s).groupby(rows[column]).mean()
    return pd.DataFrame(
        {
            "observed": groups.size(),
            "mean_s": groups.mean(),
            "median_s": groups.median(),
            "p90_s": groups.quantile(0.9),
            "on_time": 1 - early - late,
            "early": early,
            "late": late,
        }
    )
