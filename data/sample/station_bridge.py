"""Over the tracks at the station: steps up and down on both sides, and lifts for those who can't take them."""

from dataclasses import dataclass, field

import numpy as np
from shapely import LineString

from data.sample.geography import Geography
from data.sample.plane import Points

_RISE_M = 6.4


@dataclass(frozen=True)
class StationPath:
    line: LineString
    width_m: float
    tags: dict[str, str]
    above: bool = False
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)


def station_bridge(geography: Geography) -> list[StationPath]:
    centre, along, across = _axes(geography)
    # Beside the station building, clear of its roof.
    centre = centre - along * 52 * max(geography.scale**0.5, 0.5)
    tops = [centre + side * across * 10.0 for side in (-1, 1)]
    over = _line(tops[0], tops[1])
    name = {"name": "みほん駅自由通路", "name:ja": "みほん駅自由通路", "name:en": "Mihon Station Walkway"}
    found = [StationPath(over, 4.0, {"highway": "footway", "bridge": "yes", "layer": "1", "width": "4",
                                     "wheelchair": "yes", "covered": "yes", **name}, above=True)]  # fmt: skip
    for side, top in zip((-1, 1), tops, strict=True):
        found += _side(top, side * across, along, _avenue_end(geography, centre, side * across))
    return found


def _avenue_end(geography: Geography, centre: Points, away: Points) -> Points:
    """Where the avenue on that side of the station begins."""
    ends = [np.array(road.line.coords[k]) for road in geography.roads if road.function == "4" for k in (0, -1)]
    beyond = [end for end in ends if float((end - centre) @ away) > 0]
    return min(beyond, key=lambda end: float(((end - centre) ** 2).sum()))


def _axes(geography: Geography) -> tuple[Points, Points, Points]:
    rail, at = geography.railway, geography.railway.project(geography.station)
    here, there = rail.interpolate(at), rail.interpolate(at + 5)
    along = np.array([there.x - here.x, there.y - here.y]) / here.distance(there)
    return np.array([here.x, here.y]), along, np.array([-along[1], along[0]])


def _side(top: Points, away: Points, along: Points, avenue: Points) -> list[StationPath]:
    """Steps lead away from the tracks; the lift stands at the end of the bridge."""
    bottom, lift = top + away * 13.0, top + along * 5.0
    out = bottom + away * 4.0
    steps = {"highway": "steps", "step_count": str(round(_RISE_M / 0.16)), "incline": "down", "handrail": "yes",
             "width": "3", "wheelchair": "no", "bicycle": "no"}  # fmt: skip
    landing = {"highway": "footway", "bridge": "yes", "layer": "1", "width": "2", "wheelchair": "yes"}
    square = {"highway": "footway", "width": "4", "surface": "paving_stones", "wheelchair": "yes"}
    elevator = {"highway": "elevator", "wheelchair": "yes", "foot": "yes"}
    return [
        StationPath(_line(top, bottom), 3.0, steps),
        StationPath(_line(top, lift), 2.0, landing, node_tags={1: elevator}),
        StationPath(_line(lift, out + along * 2.0, out), 4.0, square),
        StationPath(_line(bottom, out, avenue), 4.0, square),
    ]


def _line(*points: Points) -> LineString:
    return LineString(np.round(np.array(points), 2))
