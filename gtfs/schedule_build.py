"""From the tables of a feed to a `Schedule`."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, parse_seconds
from gtfs.feed import Feed
from gtfs.pole import poles
from gtfs.route import agency_names, route_names
from gtfs.schedule import NO_START, Schedule
from gtfs.service import service_calendar
from gtfs.specification import NO_PICKUP
from gtfs.text_column import TextColumn
from gtfs.translation import ENGLISH, translate

_JAPAN = "Asia/Tokyo"
_HEX = r"[0-9A-Fa-f]{6}"


def build_schedule(feed: Feed) -> Schedule:
    """NoServiceError where the calendars tell no date at all. Trips and calls that
    name what is not there are left out."""
    known = poles(feed)
    calendar = service_calendar(feed)
    trips = feed.table("trips").dropna(subset=["trip_id", "service_id"]).drop_duplicates("trip_id")
    routes = feed.table("routes").dropna(subset=["route_id"]).drop_duplicates("route_id")
    calls = _written_out(_calls(feed, trips, list(known.stop_ids)), feed, trips)
    signs, call_sign = _headsigns(feed, trips, calls, list(known.names))
    shapes, shape_point, shape_lonlat = _shapes(feed)
    of_run = trips.iloc[calls.run_trip]
    return Schedule(
        zone=_zone(feed),
        first=calendar.first,
        service_runs=calendar.runs,
        stop_id=TextColumn.of(known.stop_ids),
        stop_name=TextColumn.of(known.names),
        stop_kana=TextColumn.of(known.kana),
        stop_english=TextColumn.of(known.english),
        stop_platform=TextColumn.of(known.platforms),
        stop_named=known.named,
        stop_lonlat=known.lonlat,
        stop_parent=known.parents,
        stop_boards=known.boards,
        **_route_columns(feed, routes),
        trip_id=TextColumn.of(_texts(of_run["trip_id"])),
        trip_route=_rows(routes["route_id"], of_run["route_id"]),
        trip_service=pd.Index(calendar.service_ids).get_indexer(pd.Index(of_run["service_id"])).astype(np.int32),
        trip_direction=of_run["direction_id"].fillna(-1).to_numpy(dtype=np.int8),
        trip_shape=_rows(shapes, of_run["shape_id"]),
        trip_start_s=calls.run_start,
        trip_headway_s=calls.run_headway,
        trip_call=calls.first,
        call_trip=calls.run,
        call_stop=calls.stop,
        call_arrival=calls.arrival,
        call_departure=calls.departure,
        call_sequence=calls.sequence,
        call_headsign=call_sign,
        call_pickup=calls.pickup,
        **signs,
        **_by_stop(calls, len(known), pd.Index(calendar.service_ids).get_indexer(pd.Index(of_run["service_id"]))),
        shape_point=shape_point,
        shape_lonlat=shape_lonlat,
    )


@dataclass(frozen=True, eq=False)
class _Calls:
    """By run and then in order."""

    run_trip: NDArray[np.int64]
    """(runs,): row of the trips"""
    run_start: NDArray[np.int32]
    run_headway: NDArray[np.int32]
    first: NDArray[np.int64]
    run: NDArray[np.int32]
    stop: NDArray[np.int32]
    arrival: NDArray[np.int32]
    departure: NDArray[np.int32]
    sequence: NDArray[np.int32]
    pickup: NDArray[np.int8]
    sign: NDArray[np.int32]
    """stop_headsign of stop_times.txt as a code, -1 for none"""
    signs: "pd.Index[Any]"


def _calls(feed: Feed, trips: pd.DataFrame, stop_ids: list[str]) -> _Calls:
    times = feed.table("stop_times")
    trip = pd.Index(trips["trip_id"]).get_indexer(pd.Index(times["trip_id"]))
    stop = pd.Index(stop_ids).get_indexer(pd.Index(times["stop_id"]))
    sequence = times["stop_sequence"].to_numpy(dtype="float64", na_value=np.inf)
    order = np.lexsort([sequence, trip])
    order = order[(trip[order] >= 0) & (stop[order] >= 0)]
    arrival, departure = parse_seconds(times["arrival_time"])[order], parse_seconds(times["departure_time"])[order]
    arrival, departure = (
        np.where(one == NO_TIME, other, one) for one, other in ((arrival, departure), (departure, arrival))
    )
    trip, stop, sequence = trip[order], stop[order], sequence[order]
    sign, signs = pd.factorize(times["stop_headsign"].iloc[order])
    told = np.searchsorted(trip, np.arange(len(trips) + 1))
    return _Calls(
        run_trip=np.arange(len(trips)),
        run_start=np.full(len(trips), NO_START, np.int32),
        run_headway=np.zeros(len(trips), np.int32),
        first=told.astype(np.int64),
        run=trip.astype(np.int32),
        stop=stop.astype(np.int32),
        arrival=_filled(arrival, trip),
        departure=_filled(departure, trip),
        sequence=np.where(np.isfinite(sequence), sequence, 0).astype(np.int32),
        pickup=times["pickup_type"].iloc[order].fillna(0).to_numpy(dtype=np.int8),
        sign=sign.astype(np.int32),
        signs=pd.Index(signs),
    )


def _filled(seconds: NDArray[Any], trip: NDArray[Any]) -> NDArray[np.int32]:
    """Blank times evenly between the known ones of the same trip, as whole minutes downwards; others stay NO_TIME."""
    known = np.flatnonzero(seconds != NO_TIME)
    blank = np.flatnonzero(seconds == NO_TIME)
    filled = seconds.astype(np.int32).copy()
    if not len(known) or not len(blank):
        return filled
    at = np.searchsorted(known, blank)
    before, after = known[np.maximum(at - 1, 0)], known[np.minimum(at, len(known) - 1)]
    inside = (before < blank) & (after > blank) & (trip[before] == trip[blank]) & (trip[after] == trip[blank])
    share = (blank - before) / np.maximum(after - before, 1)
    between = seconds[before] + share * (seconds[after] - seconds[before])
    filled[blank[inside]] = (np.floor(between[inside] / 60) * 60).astype(np.int32)
    return filled


def _written_out(calls: _Calls, feed: Feed, trips: pd.DataFrame) -> _Calls:
    """Every departure of frequencies.txt as a run of its own; trips that it names have no times of their own."""
    rows = feed.table("frequencies")
    if not len(rows):
        return calls
    trip = pd.Index(trips["trip_id"]).get_indexer(pd.Index(rows["trip_id"]))
    start, end = parse_seconds(rows["start_time"]), parse_seconds(rows["end_time"])
    headway = rows["headway_secs"].to_numpy(dtype="float64", na_value=0.0).astype(np.int64)
    about = (rows["exact_times"] != 1).fillna(True).to_numpy(dtype=bool)
    good = (trip >= 0) & (start != NO_TIME) & (end > start) & (headway > 0)
    named = set(trip[trip >= 0].tolist())
    runs = [(at, NO_START, 0) for at in range(len(trips)) if at not in named]
    for at in np.flatnonzero(good):
        every = int(headway[at])
        runs += [(int(trip[at]), leaves, every if about[at] else 0) for leaves in range(start[at], end[at], every)]
    return _expanded(calls, np.array(sorted(runs), dtype=np.int64).reshape(-1, 3))


def _expanded(calls: _Calls, runs: NDArray[np.int64]) -> _Calls:
    of = runs[:, 0]
    counts = calls.first[of + 1] - calls.first[of]
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    run = np.repeat(np.arange(len(runs)), counts)
    row = np.arange(first[-1]) - first[run] + calls.first[of[run]]
    begins = calls.departure[np.minimum(calls.first[of], max(len(calls.departure) - 1, 0))] if len(of) else of
    shift = np.where(runs[:, 1] == NO_START, 0, runs[:, 1] - begins)[run]
    arrival, departure = (
        np.where(one[row] == NO_TIME, NO_TIME, one[row] + shift).astype(np.int32)
        for one in (calls.arrival, calls.departure)
    )
    others = {name: getattr(calls, name)[row] for name in ("stop", "sequence", "pickup", "sign")}
    starts, headways = (runs[:, at].astype(np.int32) for at in (1, 2))
    return _Calls(
        of, starts, headways, first, run.astype(np.int32), others["stop"], arrival, departure,
        others["sequence"], others["pickup"], others["sign"], calls.signs,
    )  # fmt: skip


def _by_stop(calls: _Calls, stops: int, service: NDArray[Any]) -> dict[str, Any]:
    last = np.append(calls.run[1:] != calls.run[:-1], True)[: len(calls.run)]
    boards = np.flatnonzero(~last & (calls.pickup != NO_PICKUP) & (calls.departure != NO_TIME))
    order = boards[np.lexsort([calls.departure[boards], calls.stop[boards]])]
    return {
        "stop_first": np.searchsorted(calls.stop[order], np.arange(stops + 1)).astype(np.int64),
        "stop_departure": calls.departure[order],
        "stop_call": order.astype(np.int64),
        "stop_service": service[calls.run[order]].astype(np.int32),
    }


def _headsigns(
    feed: Feed, trips: pd.DataFrame, calls: _Calls, stop_names: list[str]
) -> tuple[dict[str, Any], NDArray[np.int32]]:
    """Where a bus says that it goes: stop_headsign, trip_headsign, destination of routes_jp, its last stop."""
    own = pd.Series(_texts(trips["trip_headsign"]), dtype=object)
    to: pd.Series[Any] = trips["route_id"].map(_first_by(feed.table("routes_jp"), "route_id")["destination_stop"])
    last = _last_stops(calls, len(trips))
    names = np.array([*stop_names, ""], dtype=object)
    trip_sign = own.where(own != "", pd.Series(_texts(to), dtype=object))
    trip_sign = trip_sign.where(trip_sign != "", pd.Series(names[last], dtype=object))
    texts = pd.Index(dict.fromkeys([*trip_sign, *(str(sign) for sign in calls.signs)]))
    by_trip = texts.get_indexer(pd.Index(trip_sign))[calls.run_trip][calls.run]
    by_sign = np.append(texts.get_indexer(calls.signs.astype(object)), -1)[calls.sign]
    english = _english_signs(feed, trips)
    told = {
        "headsign": TextColumn.of(texts),
        "headsign_english": TextColumn.of(english.get(text, "") for text in texts),
    }
    return told, np.where(calls.sign >= 0, by_sign, by_trip).astype(np.int32)


def _last_stops(calls: _Calls, trips: int) -> NDArray[np.int64]:
    """(trips,): row of the stop where each ends, -1 for a trip without calls."""
    last = np.full(trips, -1, dtype=np.int64)
    some = calls.first[1:] > calls.first[:-1]
    last[calls.run_trip[some]] = calls.stop[calls.first[1:][some] - 1]
    return last


def _english_signs(feed: Feed, trips: pd.DataFrame) -> dict[str, str]:
    """Of headsigns, and of stop names that a headsign may be."""
    told: dict[str, str] = {}
    for table, column in (("stops", "stop_name"), ("trips", "trip_headsign")):
        rows = feed.table(table)
        pairs = pd.DataFrame({"ja": rows[column], "en": translate(feed, table, column, ENGLISH)}).dropna()
        told |= dict(zip(pairs["ja"].map(str), pairs["en"].map(str), strict=True))
    rows = feed.table("translations")
    of_calls = rows[(rows["table_name"] == "stop_times").fillna(False) & (rows["language"] == "en").fillna(False)]
    pairs = of_calls[["field_value", "translation"]].dropna()
    return told | dict(zip(pairs["field_value"].map(str), pairs["translation"].map(str), strict=True))


def _route_columns(feed: Feed, routes: pd.DataFrame) -> dict[str, Any]:
    ids = routes["route_id"]
    agencies = feed.table("agency")
    english = pd.Series(translate(feed, "agency", "agency_name", ENGLISH).to_numpy(), index=agencies["agency_name"])
    english = english[~english.index.duplicated()]
    names: pd.Series[Any] = ids.map(agency_names(feed))
    alone = agencies["agency_id"].iloc[0] if len(agencies) == 1 else None
    short, long = (
        translate(feed, "routes", name, ENGLISH)[routes.index] for name in ("route_short_name", "route_long_name")
    )
    spoken = short.fillna(routes["route_short_name"]).fillna("") + " " + long.fillna("")
    columns: dict[str, pd.Series[Any]] = {
        "route_id": ids,
        "route_short": routes["route_short_name"],
        "route_name": ids.map(route_names(feed)),
        "route_english": spoken.where(short.notna() | long.notna(), "").str.strip(),
        "route_via": ids.map(_first_by(feed.table("routes_jp"), "route_id")["via_stop"]),
        "route_colour": _hex(routes["route_color"]),
        "route_text_colour": _hex(routes["route_text_color"]),
        "route_agency": names,
        "route_agency_id": routes["agency_id"].fillna(alone) if alone is not None else routes["agency_id"],
        "route_agency_english": names.map(english),
    }
    return {name: TextColumn.of(_texts(column)) for name, column in columns.items()}


def _hex(colours: "pd.Series[Any]") -> "pd.Series[Any]":
    return ("#" + colours.str.upper()).where(colours.str.fullmatch(_HEX).fillna(False))


def _shapes(feed: Feed) -> tuple["pd.Series[Any]", NDArray[np.int64], NDArray[np.float64]]:
    columns = ["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"]
    points = feed.table("shapes").dropna(subset=columns)
    codes, ids = pd.factorize(points["shape_id"])
    order = np.lexsort([points["shape_pt_sequence"].to_numpy(dtype="float64"), codes])
    lonlat = points[["shape_pt_lon", "shape_pt_lat"]].to_numpy(dtype="float64")[order]
    return pd.Series(ids, dtype=object), np.searchsorted(codes[order], np.arange(len(ids) + 1)).astype(np.int64), lonlat


def _zone(feed: Feed) -> str:
    told = feed.table("agency")["agency_timezone"].dropna()
    try:
        return ZoneInfo(str(told.iloc[0]).strip()).key if len(told) else _JAPAN
    except (KeyError, ValueError, OSError):
        return _JAPAN


def _first_by(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.dropna(subset=[column]).drop_duplicates(column).set_index(column)


def _rows(ids: "pd.Series[Any]", sought: "pd.Series[Any]") -> NDArray[np.int32]:
    return np.asarray(pd.Index(ids.astype(object)).get_indexer(pd.Index(sought.astype(object))), dtype=np.int32)


def _texts(column: "pd.Series[Any]") -> list[str]:
    return [str(text) for text in column.astype(object).where(column.notna(), "")]
