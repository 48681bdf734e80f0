"""OeV-Gueteklassen of the Swiss ARE: class A to D of a place by the category of its stops and the way there.

The tables and how far they could be checked: `gtfs.measure.parameter`.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.measure import parameter as given
from gtfs.measure.plane import LonLat, near_pairs
from gtfs.specification import mode

_GROUPS = {"Rail": "rail", "Subway": "rail", "Monorail": "rail", "Aerial lift": "cableway", "Funicular": "cableway"}
_RANK = {"rail_node": 0, "rail": 1, "road": 2, "cableway": 3}


def interval_min(departures: NDArray[Any], window_min: float) -> NDArray[np.float64]:
    """Minutes between departures in one direction, of departures in both; infinity where there is none."""
    count = np.asarray(departures, dtype=np.float64) / 2
    minutes: NDArray[np.float64] = np.divide(window_min, count, out=np.full(count.shape, np.inf), where=count > 0)
    return minutes


def stop_category(group: str, interval: float) -> int:
    """1 (best) to 5, 0 for none, of `rail_node`, `rail`, `road` or `cableway`."""
    if interval == given.QUALITY_INTERVALS_MIN[-1]:
        return given.QUALITY_CATEGORIES[group][-1]
    step = int(np.searchsorted(given.QUALITY_INTERVALS_MIN, interval, side="right"))
    return given.QUALITY_CATEGORIES[group][step] if step < len(given.QUALITY_INTERVALS_MIN) else 0


def stop_categories(departures: pd.DataFrame, *, nodes: Collection[str] = ()) -> pd.DataFrame:
    """Of `departures_on(feed, day, QUALITY_WINDOW)`: index place_id, columns group, departures, interval_min, category.

    Where several kinds of transport stop, the higher one decides, by its own departures. `nodes` are the places
    that count as railway junctions: no timetable says which.
    """
    groups = departures["route_type"].map(lambda type: _GROUPS.get(mode(int(type)).en, "road"))
    groups = groups.mask((groups == "rail") & departures["place_id"].isin(list(nodes)), "rail_node")
    counted = departures.groupby([departures["place_id"], groups.rename("group")]).size().rename("departures")
    table = counted.reset_index()
    table = table.iloc[np.argsort(table["group"].map(_RANK).to_numpy(), kind="stable")].drop_duplicates("place_id")
    start, end = given.QUALITY_WINDOW
    window = (end.hour - start.hour) * 60
    interval = interval_min(table["departures"].to_numpy(), window)
    category = [stop_category(group, one) for group, one in zip(table["group"], interval, strict=True)]
    return table.assign(interval_min=interval, category=category).set_index("place_id").sort_index()


def quality_class(points: LonLat, stops: LonLat, category: NDArray[np.int64]) -> NDArray[np.str_]:
    """`A` to `D` of each point, empty outside; straight lines, as ARE has it, and the best stop decides."""
    served = np.flatnonzero(category > 0)
    point, stop, metres = near_pairs(points, np.asarray(stops)[served], given.QUALITY_DISTANCES_M[-1])
    step = np.searchsorted(given.QUALITY_DISTANCES_M, metres)
    classes = np.array([["", "", "", ""], *given.QUALITY_CLASSES.values()])
    rank = {"A": 0, "B": 1, "C": 2, "D": 3, "": 4}
    score = np.vectorize(rank.__getitem__, otypes=[np.int64])(classes)
    best = np.full(len(points), 4)
    np.minimum.at(best, point, score[np.asarray(category)[served][stop], step])
    letters: NDArray[np.str_] = np.array(["A", "B", "C", "D", ""])[best]
    return letters
