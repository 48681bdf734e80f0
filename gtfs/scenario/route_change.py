"""Routes that run more often, faster, by other stops, or no more."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import Text
from gtfs.clock import NO_TIME, clock_text
from gtfs.feed import Feed
from gtfs.route import route_names
from gtfs.scenario.change import ChangeFrequency, ChangeSpeed, Headway, MoveStop, RemoveRoute, Reroute
from gtfs.scenario.line import run_times
from gtfs.scenario.place import Place, distances, route_row, stop_lonlat, stop_row, with_stops
from gtfs.scenario.rows import with_values, without_rows
from gtfs.scenario.trip import Trip, trips_of, ways, with_trips, without_trips


def change_frequency(feed: Feed, change: ChangeFrequency, place: Place) -> tuple[Feed, Text]:
    """Each service and direction by itself; new trips run as the old one that leaves nearest to them.

    With a factor departures are spread evenly among the old ones: n trips become round((n - 1) x factor) + 1, the
    first and last as they were. With a headway the departures in its times are replaced; others stay.
    """
    route_row(feed, change.route_id, place)
    old = trips_of(feed, change.route_id)
    new: list[Trip] = []
    for group in ways(old).values():
        timed = [trip for trip in group if trip.start != NO_TIME]
        starts = np.array([trip.start for trip in timed], dtype=np.float64)
        if not len(starts):
            new += group
        elif change.headway is not None:
            new += _each(timed, _regular(starts, change.headway))
        else:
            new += _each(timed, _spread(starts, change.factor or 1.0))
    changed = with_trips(without_trips(feed, _ids(feed, change.route_id)), _renamed(new))
    name = _name(feed, change.route_id)
    told = Text(
        f"路線「{name}」の便数を変更:{len(old)}便 → {len(new)}便(全ダイヤの計)",
        f"route '{name}': {len(old)} trips become {len(new)} (all timetables together)",
    )
    return changed, told


def change_speed(feed: Feed, change: ChangeSpeed, place: Place) -> tuple[Feed, Text]:
    """Times after the first departure are divided by the factor, stops included."""
    route_row(feed, change.route_id, place)
    old = trips_of(feed, change.route_id)
    new = [_faster(trip, change.factor) for trip in old]
    changed = with_trips(without_trips(feed, _ids(feed, change.route_id)), new)
    name = _name(feed, change.route_id)
    return changed, Text(
        f"路線「{name}」の所要時間を{1 / change.factor:.3g}倍に変更({len(new)}便)",
        f"route '{name}': journey times times {1 / change.factor:.3g} ({len(new)} trips)",
    )


def remove_route(feed: Feed, change: RemoveRoute, place: Place) -> tuple[Feed, Text]:
    """Route and trips; its stops stay, served or not."""
    route_row(feed, change.route_id, place)
    name, ids = _name(feed, change.route_id), _ids(feed, change.route_id)
    feed = without_trips(feed, ids)
    for table in ("routes", "routes_jp", "fare_rules"):
        if table in feed.tables and "route_id" in feed.tables[table]:
            gone = (feed.tables[table]["route_id"] == change.route_id).fillna(False)
            feed = without_rows(feed, table, gone)
    return feed, Text(f"路線「{name}」を廃止({len(ids)}便)", f"route '{name}' removed ({len(ids)} trips)")


def reroute(feed: Feed, change: Reroute, place: Place) -> tuple[Feed, Text]:
    """InvalidScenarioError where no trip goes from one of the stops to the other."""
    route_row(feed, change.route_id, place)
    ends = [
        stop_lonlat(feed, change.from_stop, place, "from_stop"),
        stop_lonlat(feed, change.to_stop, place, "to_stop"),
    ]
    name = _name(feed, change.route_id)
    feed, via, places = with_stops(feed, change.via, place, key="via", prefix=f"{change.route_id}-via")
    offsets = run_times(distances([ends[0], *places, ends[1]]), change.speed_kmh, change.dwell_s)
    back = run_times(distances([ends[1], *places[::-1], ends[0]]), change.speed_kmh, change.dwell_s)
    old = trips_of(feed, change.route_id)
    new, saved = [], []
    for trip in old:
        found = _rerouted(trip, change.from_stop, change.to_stop, via, offsets)
        if found is None and change.both_ways:
            found = _rerouted(trip, change.to_stop, change.from_stop, via[::-1], back)
        if found is not None:
            new.append(found[0])
            saved.append(found[1])
    if not new:
        told = {"route": change.route_id, "first": change.from_stop, "second": change.to_stop}
        raise place.error("not_between", "from_stop", **told)
    gone = {trip.trip_id for trip in new}
    kept = [trip for trip in old if trip.trip_id not in gone]
    feed = with_trips(without_trips(feed, _ids(feed, change.route_id)), [*kept, *new])
    minutes = float(np.mean(saved)) / 60
    return feed, Text(
        f"路線「{name}」の経路を変更:{len(new)}便が停留所{len(via)}か所を経由(所要時間は平均{minutes:+.1f}分)",
        f"route '{name}' rerouted: {len(new)} trips run by {len(via)} stops ({minutes:+.1f} minutes on average)",
    )


def move_stop(feed: Feed, change: MoveStop, place: Place) -> tuple[Feed, Text]:
    """The place only: the times of the trips stay as they are."""
    row = stop_row(feed, change.stop_id, place, "stop")
    was = stop_lonlat(feed, change.stop_id, place, "stop")
    moved = float(distances([was, change.to])[-1])
    chosen = feed.table("stops")["stop_id"] == change.stop_id
    feed = with_values(feed, "stops", chosen.fillna(False), {"stop_lon": change.to[0], "stop_lat": change.to[1]})
    name = str(row["stop_name"]) if isinstance(row["stop_name"], str) else change.stop_id
    return feed, Text(
        f"停留所「{name}」({change.stop_id})を{moved:.0f}m移設(時刻は変えない)",
        f"stop '{name}' ({change.stop_id}) moved by {moved:.0f} m (times unchanged)",
    )


def _name(feed: Feed, route_id: str) -> str:
    return str(route_names(feed).get(route_id, route_id))


def _ids(feed: Feed, route_id: str) -> list[str]:
    trips = feed.table("trips")
    return [str(one) for one in trips["trip_id"][(trips["route_id"] == route_id).fillna(False).to_numpy(dtype=bool)]]


def _spread(starts: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    count = round((len(starts) - 1) * factor) + 1
    return np.interp(np.linspace(0, len(starts) - 1, max(count, 1)), np.arange(len(starts)), starts)


def _regular(starts: NDArray[np.float64], headway: Headway) -> NDArray[np.float64]:
    outside = starts[(starts < headway.start_s) | (starts >= headway.end_s)]
    return np.sort(np.concatenate([outside, np.array(headway.departures(), dtype=np.float64)]))


def _each(old: list[Trip], starts: NDArray[np.float64]) -> list[Trip]:
    """One trip for each start; what leaves at an old time is the old trip."""
    leaves = np.array([trip.start for trip in old])
    found, used = [], set()
    for start in np.rint(starts).astype(np.int64):
        nearest = int(np.argmin(np.abs(leaves - start)))
        same = [at for at in np.flatnonzero(leaves == start) if at not in used]
        if same:
            used.add(same[0])
            found.append(old[same[0]])
        else:
            found.append(old[nearest].at(int(start), f"{old[nearest].trip_id}~{clock_text(int(start))}"))
    return found


def _renamed(trips: list[Trip]) -> list[Trip]:
    """Ids that came out the same are told apart by a number."""
    seen: dict[str, int] = {}
    found = []
    for trip in trips:
        count = seen[trip.trip_id] = seen.get(trip.trip_id, 0) + 1
        found.append(trip if count == 1 else trip.timed(trip.arrival, trip.departure, f"{trip.trip_id}~{count}"))
    return found


def _faster(trip: Trip, factor: float) -> Trip:
    return trip.timed(_divided(trip.arrival, trip.start, factor), _divided(trip.departure, trip.start, factor))


def _divided(times: NDArray[np.int64], start: int, factor: float) -> NDArray[np.int64]:
    moved = start + np.rint((times - start) / factor).astype(np.int64)
    return np.where(times == NO_TIME, NO_TIME, moved)


def _rerouted(
    trip: Trip, first: str, second: str, via: list[str], offsets: NDArray[np.int64]
) -> tuple[Trip, int] | None:
    """The trip by its new stops, and how much later it is after them; None where it does not go that way."""
    ids = trip.stop_ids
    if first not in ids or second not in ids[ids.index(first) + 1 :]:
        return None
    begin = ids.index(first)
    end = ids.index(second, begin + 1)
    leaves, arrives = int(trip.departure[begin]), int(trip.arrival[end])
    if NO_TIME in (leaves, arrives):
        return None
    later = leaves + int(offsets[0, -1]) - arrives
    middle = trip.calls.iloc[[begin] * len(via)].assign(stop_id=via)
    calls = trip.calls.iloc[: begin + 1], middle, trip.calls.iloc[end:]
    joined = pd.concat(calls)
    joined = joined.assign(stop_sequence=pd.array(range(1, len(joined) + 1), dtype="Int64"))
    if "shape_dist_traveled" in joined:
        joined["shape_dist_traveled"] = np.nan
    times = []
    for side, old in ((0, trip.arrival), (1, trip.departure)):
        after = np.where(old[end:] == NO_TIME, NO_TIME, old[end:] + later)
        times.append(np.concatenate([old[: begin + 1], leaves + offsets[side, 1:-1], after]))
    row = trip.row.copy()
    row["shape_id"] = pd.NA
    return Trip(row, joined, *times), later
