"""GET /api/feeds: the timetables of the map, how much runs on a date, and where its vehicles are."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from starlette.responses import Response

from data import LayerRecord
from data.feed import Timetables
from geo import GeometryType
from gtfs.hourly import Hourly, route_trips, stop_departures
from gtfs.motion import Path, motion
from gtfs.schedule import Schedule
from gtfs.text_column import TextColumn
from web.departure import IfNoneMatch, json_response
from web.errors import NoFeedError, OutsideCalendarError
from web.layer import LayerId
from web.model import WRONG_PARAMETER, error_answer
from web.model_stop import FeedDayModel, FeedList, MotionModel
from web.site import Site, SiteOf

router = APIRouter(prefix="/api/feeds", tags=["timetables"], responses=WRONG_PARAMETER)

_UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: error_answer("There is no such layer, none that you may see, or it keeps no timetable"),
    422: error_answer("The date is outside of the feed's calendar"),
    304: {"description": "Nothing has changed since the answer with this ETag"},
}
Day = Annotated[date, Query(description="The service date", alias="date", examples=["2026-05-11"])]
_DEGREE = 100_000
"""Coordinates are sent as whole numbers of so many to a degree: a metre."""


@router.get("", summary="Timetables", response_model=FeedList)
def list_feeds(site: SiteOf, if_none_match: IfNoneMatch = None) -> Response:
    """Layers of stops that keep a timetable, with the layer of its routes and the dates that it tells of."""
    known = site.timetables.latest()
    told = [
        {
            "layer": id,
            "routes": _routes_layer(site, known.layers[id]),
            "title": known.layers[id].title.as_json(),
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
            "zone": one.zone,
        }
        for id, one in known.schedules.items()
    ]
    return json_response({"feeds": told}, if_none_match, max_age=5)


@router.get("/{layer_id}/service", summary="How much runs on a date", response_model=FeedDayModel, responses=_UNKNOWN)
def show_service(site: SiteOf, layer_id: LayerId, day: Day, if_none_match: IfNoneMatch = None) -> Response:
    """Departures of every stop and trips of every route by the hour, first and last bus; rows are those of the layers'
    features (row = fid), null for a feature the timetable does not know."""
    known = site.timetables.latest()
    schedule = _schedule(known, layer_id, day)
    routes = _routes_layer(site, known.layers[layer_id])
    answer = {
        "layer": layer_id,
        "date": day.isoformat(),
        "stops": _rows(site, layer_id, schedule.stop_id, stop_departures(schedule, day)),
        "routes": _rows(site, routes, schedule.route_id, route_trips(schedule, day)) if routes else None,
    }
    return json_response(answer, if_none_match, max_age=60)


@router.get("/{layer_id}/trips", summary="Vehicles of a date", response_model=MotionModel, responses=_UNKNOWN)
def show_trips(site: SiteOf, layer_id: LayerId, day: Day, if_none_match: IfNoneMatch = None) -> Response:
    """All that is needed to know where each vehicle is at any second of a service date, by the timetable."""
    known = site.timetables.latest()
    schedule = _schedule(known, layer_id, day)
    return json_response(orjson.Fragment(_motion_json(schedule, layer_id, day)), if_none_match, max_age=60)


def _schedule(known: Timetables, layer_id: str, day: date) -> Schedule:
    if layer_id not in known.schedules:
        raise NoFeedError(layer_id)
    schedule = known.schedules[layer_id]
    if not schedule.covers(day):
        raise OutsideCalendarError(day, schedule.first, schedule.last)
    return schedule


def _routes_layer(site: Site, stops: LayerRecord) -> str | None:
    """The layer that the same import made of routes.txt, where the viewer may see it."""
    made = [name for name in stops.current.made_with if name != stops.id]
    seen = {record.id: record for record in site.store.layers(site.viewer)}
    found = (seen[name] for name in made if name in seen)
    return next((one.id for one in found if one.current.geometry is GeometryType.LINE), None)


def _rows(site: Site, layer_id: str, ids: TextColumn, hourly: Hourly) -> dict[str, Any]:
    record = site.store.layer(layer_id, site.viewer)
    features = site.store.column(layer_id, "feature_id", site.viewer, record.version)["feature_id"].to_pylist()
    row_of = {id: row for row, id in enumerate(ids)}
    rows = [row_of.get(id) for id in features]
    return {
        "layer": layer_id,
        "version": record.version,
        "hours": [None if row is None else hourly.counts[row].tolist() for row in rows],
        "one_way": [None if row is None else hourly.one_way[row].tolist() for row in rows],
        "headway": [None if row is None else _seconds(hourly.headway_s[row]) for row in rows],
        "first": [None if row is None else _seconds(hourly.first_s[row]) for row in rows],
        "last": [None if row is None else _seconds(hourly.last_s[row]) for row in rows],
    }


def _seconds(value: np.int32) -> int | None:
    return None if value < 0 else int(value)


@lru_cache(maxsize=16)
def _motion_json(schedule: Schedule, layer_id: str, day: date) -> bytes:
    moved = motion(schedule, day)
    columns = (schedule.route_short, schedule.route_name, schedule.route_colour)
    names = [dict(zip(("short", "name", "colour"), told, strict=True)) for told in zip(*columns, strict=True)]
    return orjson.dumps(
        {
            "layer": layer_id,
            "date": day.isoformat(),
            "midnight": schedule.epoch(day),
            "degree": _DEGREE,
            "paths": [_path_json(path) for path in moved.paths],
            "profiles": [profile.ravel().tolist() for profile in moved.profiles],
            "trips": moved.trips.ravel().tolist(),
            "routes": names,
        }
    )


def _path_json(path: Path) -> dict[str, Any]:
    """Points as differences from one to the next, which compress to little."""
    points = np.rint(path.lonlat * _DEGREE).astype(np.int64)
    return {
        "points": np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist(),
        "metres": _whole(path.metres),
        "stops": _whole(path.stops_m),
    }


def _whole(metres: NDArray[np.float64]) -> list[int]:
    return [int(one) for one in np.rint(metres)]
