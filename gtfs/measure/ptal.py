"""Public Transport Accessibility Level of Transport for London: how good service is around a place."""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.measure import parameter as given
from gtfs.specification import mode

_BLOCK: Final = 10_000
"""Points looked at together: a point may have hundreds of lines."""


def is_bus(route_type: int) -> bool:
    """Bus, coach and trolleybus, the extended types included."""
    return mode(route_type).en in {"Bus", "Trolleybus"}


def access_index(walks: pd.DataFrame, service: pd.DataFrame, points: int) -> NDArray[np.float64]:
    """The index of `points` places, shape (points,).

    `walks`: columns point (row, from 0), stop, metres. `service`: columns stop, line, mode (text), bus (bool),
    per_hour (departures in the better direction of the peak hour). A line is boarded at the nearest stop that it
    serves; its walk, half its headway and the reliability margin make the access time, 30 / time the equivalent
    doorstep frequency (EDF); the best line of each mode counts whole, all others half.
    """
    running = service[service["per_hour"] > 0]
    found = np.zeros(points)
    for _, part in walks.groupby(walks["point"] // _BLOCK, sort=False):
        index = _index(part, running)
        found[index.index] = index
    return found


def _index(walks: pd.DataFrame, service: pd.DataFrame) -> "pd.Series[float]":
    """By point, of those that have any service."""
    lines = walks.merge(service, on="stop")
    reach = np.where(lines["bus"], given.PTAL_BUS_M, given.PTAL_RAIL_M)
    lines = lines[lines["metres"].to_numpy() <= reach]
    nearest = lines.sort_values(["point", "metres", "per_hour"], ascending=[True, True, False], kind="stable")
    nearest = nearest.drop_duplicates(["point", "mode", "line"])
    frequency = pd.Series(doorstep_frequency(nearest["metres"], nearest["per_hour"], nearest["bus"]), nearest.index)
    by_mode = frequency.groupby([nearest["point"], nearest["mode"]])
    best, all_lines = by_mode.max(), by_mode.sum()
    index = given.PTAL_BEST_WEIGHT * best + given.PTAL_OTHER_WEIGHT * (all_lines - best)
    summed: pd.Series[float] = index.groupby(level=0).sum()
    return summed


def doorstep_frequency(metres: Any, per_hour: Any, bus: Any) -> NDArray[np.float64]:
    """EDF = 30 / (walk + half the headway + reliability), minutes."""
    walk = np.asarray(metres, dtype=np.float64) / given.PTAL_WALK_M_PER_MIN
    margin = np.where(np.asarray(bus, dtype=bool), given.PTAL_BUS_RELIABILITY_MIN, given.PTAL_RAIL_RELIABILITY_MIN)
    wait = 30 / np.asarray(per_hour, dtype=np.float64) + margin
    return np.asarray(30 / (walk + wait), dtype=np.float64)


def band(index: NDArray[np.float64]) -> NDArray[np.str_]:
    """`0`, `1a` ... `6b` of each index, which the bands give to two decimals."""
    highest = np.array([edge for edge, _ in given.PTAL_BANDS])
    names = np.array([name for _, name in given.PTAL_BANDS])
    rounded = np.round(index, 2)
    # What rounds to 0.00 is still some service.
    rounded = np.where((index > 0) & (rounded == 0), 0.01, rounded)
    found: NDArray[np.str_] = names[np.searchsorted(highest, rounded)]
    return found


def peak_service(departures: pd.DataFrame, *, by: str = "stop_id") -> pd.DataFrame:
    """`service` of `departures_on(feed, day, PTAL_WINDOW)`: of each line at a stop its better direction."""
    keys = [by, "route_id", "route_type", "direction"]
    counted = departures.groupby(keys).size().rename("per_hour").reset_index()
    best = counted.groupby([by, "route_id", "route_type"])["per_hour"].max().reset_index()
    types = best["route_type"].astype(int)
    return pd.DataFrame({
        "stop": best[by],
        "line": best["route_id"],
        "mode": [mode(one).en for one in types],
        "bus": [is_bus(one) for one in types],
        "per_hour": best["per_hour"].astype(np.float64),
    })  # fmt: skip
