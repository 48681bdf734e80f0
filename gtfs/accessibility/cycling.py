"""Cycling to the first stop, on one's own bicycle or from port to port on a shared one; from the last on a shared one.

Somebody who cycles b seconds is at the stop at the next full minute, ceil(b / 60), and goes on as somebody who sets out
there at that minute would. So travel times of every minute from the stops, moved by the minutes of the ride, are
travel times from the homes; of each minute the best counts, the walk to the stop included. Bicycles use the ways that
are open on foot. Whoever has left a vehicle at a stop may walk to a port, cycle to another and walk on: exact seconds,
the whole way within the same limit. One's own bicycle stays at the first stop, as R5 has it by default (its egress is
on foot unless a bicycle is asked for). There is no ride from door to door: a trip without a vehicle is on foot.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geo import Text
from geo.network import Snapped
from geo.network.compiled import compiled
from gtfs.errors import GtfsError
from gtfs.measure.percentile import nearest_rank
from gtfs.routing import UNREACHED, LinkedPlaces, MinuteTimes, Places, TransitNetwork, TravelQuery, TravelTimes
from gtfs.routing import minute_times as walked_minutes
from gtfs.routing import travel_times as walked_times
from gtfs.routing.query import LATEST_S
from gtfs.routing.walk import on_streets, walks
from gtfs.scenario.change import ChangeAccess

_WALK_MS = 1.3
_AT_STOP_S = 60
"""Being at a stop, as the router sees it, is a place beside it: to the street and back."""
_TO_STOP = "最初の停留所まで", "to the first stop"


class CyclingBackwardError(GtfsError, ValueError):
    """Cycling is reckoned from the departure on; an arrive-by question has none."""

    def __init__(self) -> None:
        super().__init__("cycling to the stops can't be combined with arrive-by")


def cycled(by: ChangeAccess | None) -> tuple[Text, ...]:
    """For explanations."""
    if by is None:
        return ()
    ports = (f"(ポート{len(by.ports)}か所)", f" from port to port ({len(by.ports)})") if by.ports else ("", "")
    where = ("最初の停留所までと最後の停留所から", "to the first stop and from the last") if by.ports else _TO_STOP
    how = f"{by.speed_kmh:g} km/h", f"{by.limit_min:g}"
    return (
        Text(
            f"{where[0]}自転車{ports[0]}、{how[0]}、{how[1]}分まで(または徒歩)。路線と待ち時間の例は徒歩の場合",
            f"by bicycle {where[1]}{ports[1]} at {how[0]} for up to {how[1]} minutes, or on foot; lines and "
            "waits are those of people on foot",
        ),
    )


def travel_times(
    network: TransitNetwork, start: LinkedPlaces, end: LinkedPlaces, query: TravelQuery, by: ChangeAccess | None
) -> TravelTimes:
    """`gtfs.routing.travel_times`, or with `by` the same with a bicycle."""
    if by is None:
        return walked_times(network, start, end, query)
    found = [
        nearest_rank(block.seconds, query.percentiles, axis=2) for block in minute_times(network, start, end, query, by)
    ]
    seconds = np.concatenate(found) if found else np.zeros((0, len(end), len(query.percentiles)), np.int16)
    return TravelTimes(query, seconds, start.snapped.distance_m, end.snapped.distance_m)


def minute_times(
    network: TransitNetwork, start: LinkedPlaces, end: LinkedPlaces, query: TravelQuery, by: ChangeAccess | None
) -> Iterator[MinuteTimes]:
    """`gtfs.routing.minute_times`, or with `by` the same with a bicycle."""
    if by is None:
        yield from walked_minutes(network, start, end, query)
        return
    if query.arrive_by:
        raise CyclingBackwardError
    rides = ride_minutes(network, start, by)
    stops, out = _ways_out(network, end, by) if by.ports else (np.zeros((0, 2)), np.zeros((0, len(end)), np.int32))
    on_board = replace(query, direct_s=0, egress_s=min(query.egress_s, _AT_STOP_S))
    for found in _by_bicycle(network, start, end, query, rides):
        if len(stops):
            homes = start.lonlat[found.origins]
            for at_stop in _by_bicycle(network, homes, stops, on_board, rides[found.origins]):
                rows = found.seconds[at_stop.origins]
                _ride_out(rows, np.ascontiguousarray(at_stop.seconds), out, query.max_trip_s)
        yield found


def _by_bicycle(
    network: TransitNetwork, start: Places, end: Places, query: TravelQuery, rides: NDArray[np.float64]
) -> Iterator[MinuteTimes]:
    """To the first stop by bicycle or on foot; `rides` (homes, S)."""
    for walked in _walked(network, start, end, query):
        yield replace(walked, seconds=_cycled(network, end, query, walked, rides[walked.origins]))


def _walked(network: TransitNetwork, start: Places, end: Places, query: TravelQuery) -> Iterator[MinuteTimes]:
    """`walked_minutes`; where no trip may be on foot alone, not even that of no metres at all."""
    for block in walked_minutes(network, start, end, query):
        on_foot = block.seconds < (0 if query.direct_s else query.min_wait_s)
        yield replace(block, seconds=np.where(on_foot, UNREACHED, block.seconds))


def _ways_out(
    network: TransitNetwork, end: LinkedPlaces, by: ChangeAccess
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Stops (E, 2) from which a shared bicycle leads on, and its seconds to the destinations (E, n), -1 for none."""
    served = np.flatnonzero(network.timetable.served)
    seconds = _from_port_to_port(network, network.stop_places[served], end.snapped, by)
    near = seconds <= by.limit_min * 60
    used = near.any(axis=1) & np.isfinite(network.timetable.stop_lonlat[served]).all(axis=1)
    whole = np.where(near, np.ceil(np.where(near, seconds, 0)), -1).astype(np.int32)
    return np.asarray(network.timetable.stop_lonlat[served[used]]), np.ascontiguousarray(whole[used])


def ride_minutes(network: TransitNetwork, start: LinkedPlaces, by: ChangeAccess) -> NDArray[np.float64]:
    """Whole minutes by bicycle from each home to each stop (homes, S); infinite beyond the limit."""
    served = np.flatnonzero(network.timetable.served)
    minutes = np.full((len(start), len(network.stop_places)), np.inf)
    stops = network.stop_places[served]
    found = _from_port_to_port(network, start.snapped, stops, by) if by.ports else _own(network, start, served, by)
    minutes[:, served] = np.ceil(found / 60)
    return np.where(minutes <= by.limit_min, minutes, np.inf)


def _own(
    network: TransitNetwork, start: LinkedPlaces, served: NDArray[np.intp], by: ChangeAccess
) -> NDArray[np.float64]:
    speed = by.speed_kmh / 3.6
    stops = network.stop_places[served]
    links = walks(network.streets, network.person, start.snapped, stops, by.limit_min * 60 * speed)
    return _dense(links.start, links.place, links.cost, len(served)) / speed


def _from_port_to_port(network: TransitNetwork, start: Snapped, end: Snapped, by: ChangeAccess) -> NDArray[np.float64]:
    """On foot to a port, by bicycle to another, on foot to the end: seconds, walks at 1.3 m/s."""
    ways, speed = (network.streets, network.person), by.speed_kmh / 3.6
    ports = on_streets(*ways, np.array(by.ports))
    limit_s = by.limit_min * 60
    before = walks(*ways, start, ports, limit_s * _WALK_MS)
    ride = walks(*ways, ports, ports, limit_s * speed)
    after = walks(*ways, ports, end, limit_s * _WALK_MS)
    count = len(by.ports)
    to_port = _dense(before.start, before.place, before.cost, count) / _WALK_MS
    riding = _dense(ride.start, ride.place, ride.cost, count) / speed
    np.fill_diagonal(riding, np.inf)
    from_port = _dense(after.start, after.place, after.cost, len(end)) / _WALK_MS
    return _least_sums(_least_sums(to_port, riding), from_port)


def _least_sums(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """min over k of first[i, k] + second[k, j]."""
    least = np.full((len(first), second.shape[1]), np.inf)
    for middle in range(len(second)):
        np.minimum(least, first[:, middle, np.newaxis] + second[middle], out=least)
    return least


def _dense(
    start: NDArray[np.int64], place: NDArray[np.int32], cost: NDArray[np.float64], columns: int
) -> NDArray[np.float64]:
    dense = np.full((len(start) - 1, columns), np.inf)
    dense[np.repeat(np.arange(len(start) - 1), np.diff(start)), place] = cost
    return dense


def _cycled(
    network: TransitNetwork, end: Places, query: TravelQuery, walked: MinuteTimes, rides: NDArray[np.float64]
) -> NDArray[np.int16]:
    """The better of walking and cycling, of every minute."""
    best = walked.seconds.copy()
    used = np.flatnonzero(np.isfinite(rides).any(axis=0))
    if not len(used):
        return best
    longest = int(rides[np.isfinite(rides)].max())
    end_s = min(query.window_to + longest * 60, LATEST_S)
    repeats = best.shape[2] // len(query.minutes)
    # As many draws in each minute as before, so that they stay side by side.
    draws = repeats * len(range(query.window_from, end_s, 60)) if query.draws else 0
    later = replace(query, window_to=end_s, draws=draws)
    # The router knows places, not stops: whoever sets out at the place of a stop is at the stop.
    places = np.asarray(network.timetable.stop_lonlat[used])
    known = np.isfinite(places).all(axis=1)
    used, places = used[known], places[known]
    for block in _walked(network, places, end, later):
        shift = rides[:, used[block.origins]]
        whole = np.where(np.isfinite(shift), shift, -1).astype(np.int32)
        _better(best, np.ascontiguousarray(block.seconds), whole, repeats, query.max_trip_s)
    return best


@compiled
def _better(best, later, shift, repeats, longest):  # type: ignore[no-untyped-def]
    """best (homes, places, minutes), later (stops, places, more minutes), shift (homes, stops) in minutes, -1: none."""
    for home in range(len(shift)):
        for stop in range(shift.shape[1]):
            ride = shift[home, stop]
            if ride < 0:
                continue
            step = ride * repeats
            for place in range(best.shape[1]):
                for minute in range(min(best.shape[2], later.shape[2] - step)):
                    after = np.int32(later[stop, place, minute + step]) + 60 * ride
                    if after < best[home, place, minute] and after <= longest:
                        best[home, place, minute] = after


@compiled
def _ride_out(best, at_stop, ride, longest):  # type: ignore[no-untyped-def]
    """best (homes, places, minutes), at_stop (homes, stops, minutes), ride (stops, places) in seconds, -1: none."""
    for home in range(best.shape[0]):
        for stop in range(ride.shape[0]):
            for place in range(ride.shape[1]):
                if ride[stop, place] < 0:
                    continue
                for minute in range(best.shape[2]):
                    there = np.int32(at_stop[home, stop, minute]) + ride[stop, place]
                    if there < best[home, place, minute] and there <= longest:
                        best[home, place, minute] = there
