"""Transit deserts (公共交通空白地域): people too far from a stop, or from what they need, by walks on streets."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo.network import Snapped, StreetNetwork, arc_metres, nearest_facility, nearest_from_places
from gtfs.accessibility.answer import Answer
from gtfs.accessibility.cumulative import with_id
from gtfs.accessibility.explanation import Travel, explain
from gtfs.accessibility.reason import Reason
from gtfs.accessibility.site import sites
from gtfs.measure.parameter import DesertRule
from gtfs.measure.plane import nearest_m
from gtfs.measure.ptal import is_bus
from gtfs.routing import LinkedPlaces, TransitNetwork, TravelQuery, link_places

_ON_STREETS = "metres along streets, the ways between street, door and stop included"
_STRAIGHT = "straight line: no street network"


@dataclass(frozen=True)
class DesertTotals:
    """People; NaN in the column counts as not known and in none of them."""

    people: float
    left_out: float
    places: int
    left_out_places: int
    distinct_nodes: int
    """Ends of the streets that the places lie on: what is searched, however many places there are."""

    @property
    def share(self) -> float:
        return self.left_out / self.people if self.people else float("nan")

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "share": self.share if self.people else None}


@dataclass(frozen=True, eq=False)
class Deserts(Answer):
    """`table`: the homes with station_m, bus_stop_m (infinite without one), served, and `left_out` people."""

    totals: DesertTotals

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "totals": self.totals.as_json()}


def deserts(
    network: TransitNetwork,
    homes: gpd.GeoDataFrame,
    query: TravelQuery,
    *,
    people: str = "population",
    rule: DesertRule | None = None,
) -> Deserts:
    """Homes (mesh cells by their middle, or buildings) farther than the rule's distances from station and bus stop.

    On streets every home is measured where it lies on its street: one search from all stops reaches the ends of every
    street, and each home takes the better end. Exact within the rule's larger distance. A stop counts with the rule's
    departures on the query's day from 0:00 to 24:00, whatever the window.
    """
    chosen, places = rule or DesertRule(), sites(homes)
    counts = day_departures(network)
    served = counts >= max(chosen.departures, 1)
    rail = _rail_stops(network)
    at = None
    if network.streets is not None:
        at = link_places(network, places.lonlat, limit_m=max(chosen.station_m, chosen.bus_stop_m))
    station_m = _metres(network, at, places.lonlat, served & rail)
    bus_stop_m = _metres(network, at, places.lonlat, served & ~rail)
    reached = (station_m <= chosen.station_m) | (bus_stop_m <= chosen.bus_stop_m)
    amount = places.amounts(people)
    table = places.features.assign(
        station_m=station_m, bus_stop_m=bus_stop_m, served=reached, left_out=np.where(reached, 0.0, amount)
    )
    off = np.zeros(len(places)) if at is None else at.snapped.distance_m
    totals = desert_totals(amount, reached, network.streets, at.snapped if at else None)
    explanation = explain(
        "deserts",
        network,
        query,
        travel=Travel(0),
        origin_snap_m=off,
        destination_snap_m=network.stop_places.distance_m[served],
        rules={
            "station_m": chosen.station_m,
            "bus_stop_m": chosen.bus_stop_m,
            "departures": chosen.departures,
            "stops": int(served.sum()),
            "lines": _lines_of(network, served),
            "metres": _STRAIGHT if at is None else _ON_STREETS,
            "distinct_nodes": totals.distinct_nodes,
        },
        unreached=np.where(np.isnan(off), Reason.OFF_STREETS, np.where(reached, Reason.REACHED, Reason.NO_STOP)),
    )
    return Deserts(with_id(table, places.ids), explanation, totals)


def day_departures(network: TransitNetwork) -> NDArray[np.int64]:
    """Departures at every stop (S,) from 0:00 to 24:00 of the day."""
    timetable, counts = network.timetable, np.zeros(network.timetable.stop_count, dtype=np.int64)
    for pattern in range(len(timetable.pattern_route)):
        rows = slice(timetable.pattern_position[pattern], timetable.pattern_position[pattern + 1])
        calls = slice(timetable.pattern_call[pattern], timetable.pattern_call[pattern + 1])
        times = timetable.departure[calls].reshape(rows.stop - rows.start, -1)
        leaving = ((times >= 0) & (times < 86_400)).sum(axis=1)
        if headway := int(timetable.pattern_headway[pattern]):
            first, last = timetable.pattern_span[pattern]
            leaving = np.full(len(leaving), -(-(int(last) - int(first)) // headway))
        np.add.at(counts, timetable.position_stop[rows], np.where(timetable.position_board[rows], leaving, 0))
    return counts


def _rail_stops(network: TransitNetwork) -> NDArray[np.bool_]:
    """Stops at which anything but a bus calls."""
    timetable = network.timetable
    rail = np.zeros(timetable.stop_count, dtype=bool)
    positions = np.diff(timetable.pattern_position)
    types = np.repeat(timetable.route_type[timetable.pattern_route], positions)
    on_rails = np.array([not is_bus(int(one)) for one in np.unique(types)], dtype=bool)
    chosen = on_rails[np.searchsorted(np.unique(types), types)] if len(types) else np.zeros(0, bool)
    rail[timetable.position_stop[chosen]] = True
    return rail


def _lines_of(network: TransitNetwork, stops: NDArray[np.bool_]) -> list[dict[str, str]]:
    """Lines that call at the stops."""
    timetable = network.timetable
    route = np.repeat(timetable.pattern_route, np.diff(timetable.pattern_position))
    used = np.unique(route[stops[timetable.position_stop]])
    return [
        {
            "feed": timetable.feeds[int(timetable.route_feed[row])],
            "route_id": timetable.route_id[int(row)],
            "name": timetable.route_name[int(row)],
        }
        for row in used
    ]


def _metres(
    network: TransitNetwork, places: LinkedPlaces | None, lonlat: NDArray[np.float64], stops: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """From the nearest of the stops to each place; infinite where there is no way.

    Walks up to the places' limit are exact to the metre. Beyond it the stop nearest by street decides, whose own way
    to the street is added.
    """
    if network.streets is None or places is None:
        chosen = network.timetable.stop_lonlat[stops]
        return nearest_m(lonlat, chosen[np.isfinite(chosen).all(axis=1)])
    facilities = network.stop_places[stops]
    best = np.full(len(places), np.inf)
    if not facilities.found.any():
        return best
    links = places.from_stops
    near = np.repeat(stops, np.diff(links.start))
    np.minimum.at(best, links.place[near], links.cost[near].astype(np.float64))
    costs = arc_metres(network.streets, network.person)
    nodes = nearest_facility(network.streets, facilities, costs)
    found = nearest_from_places(network.streets, places.snapped, facilities, nodes, costs)
    own = np.where(found.facility >= 0, facilities.distance_m[found.facility], np.inf)
    by_street: NDArray[np.float64] = found.cost + places.snapped.distance_m + own
    return np.asarray(np.fmin(best, by_street))


def desert_totals(
    amount: NDArray[np.float64],
    reached: NDArray[np.bool_],
    streets: StreetNetwork | None,
    snapped: Snapped | None,
) -> DesertTotals:
    """`amount`: people of each place, 0 where not known."""
    nodes = 0
    if streets is not None and snapped is not None:
        nodes = len(np.unique(streets.edge_nodes[snapped.edge[snapped.found]]))
    out = float(amount[~reached].sum())
    return DesertTotals(float(amount.sum()), out, len(amount), int((~reached).sum()), nodes)
