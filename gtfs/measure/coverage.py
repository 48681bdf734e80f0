"""People near stops: MLIT's measures of the public transport of a city, and who is left out (公共交通空白地域)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.measure.parameter import MLIT_TRUNK_DEPARTURES, DesertRule
from gtfs.measure.plane import LonLat, nearest_m
from gtfs.measure.ptal import is_bus

WALK_RULE = "straight line"


@dataclass(frozen=True)
class Covered:
    """People within reach of stops, and those that are not."""

    served: NDArray[np.bool_]
    """Of each point."""
    people: float
    covered: float
    trunk: NDArray[np.bool_]
    """Within reach of 基幹的公共交通: a stop with 30 departures a day each way."""
    trunk_covered: float

    @property
    def share(self) -> float:
        return self.covered / self.people if self.people else float("nan")

    @property
    def trunk_share(self) -> float:
        return self.trunk_covered / self.people if self.people else float("nan")


def stop_service(departures: pd.DataFrame) -> pd.DataFrame:
    """Of `departures_on(feed, day)`: index place_id, columns rail (bool), departures, each_way, line_each_way.

    `line_each_way` is what the best line offers in its weaker direction, `each_way` the sum over the lines. A line
    that leaves a stop one way only, as on a loop or at its end, counts with that way.
    """
    rail = ~departures["route_type"].map(lambda type: is_bus(int(type))).to_numpy(dtype=bool)
    ways = departures.groupby(["place_id", "route_id", "direction"]).size()
    weaker = ways.groupby(["place_id", "route_id"]).min().groupby("place_id")
    table = pd.DataFrame({
        "departures": departures.groupby("place_id").size(),
        "each_way": weaker.sum(),
        "line_each_way": weaker.max(),
    })  # fmt: skip
    return table.assign(rail=table.index.isin(departures.loc[rail, "place_id"].unique()))


def within_reach(
    points: LonLat, stops: LonLat, rail: NDArray[np.bool_], rule: DesertRule | None = None
) -> NDArray[np.bool_]:
    """Whether each point lies within 800 m of a station or 300 m of a bus stop (the rule's distances), straight."""
    chosen = rule or DesertRule()
    by_rail = nearest_m(points, stops[rail]) <= chosen.station_m
    return np.asarray(by_rail | (nearest_m(points, stops[~rail]) <= chosen.bus_stop_m))


def people_covered(
    points: LonLat, people: NDArray[Any], stops: LonLat, service: pd.DataFrame, rule: DesertRule | None = None
) -> Covered:
    """`service` of `stop_service`, row by row with `stops`. People that are not known (NaN) are not counted."""
    chosen = rule or DesertRule()
    rail = service["rail"].to_numpy(dtype=bool)
    used = service["departures"].to_numpy() >= chosen.departures
    served = within_reach(points, stops[used], rail[used], chosen)
    frequent = service["each_way"].to_numpy() >= MLIT_TRUNK_DEPARTURES
    trunk = within_reach(points, stops[frequent], rail[frequent], chosen)
    known = np.nan_to_num(np.asarray(people, dtype=np.float64))
    return Covered(served, float(known.sum()), float(known[served].sum()), trunk, float(known[trunk].sum()))
