"""MLIT's service-accessibility index of areas: towns, mesh squares, a municipality."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo import InvalidLayerError
from geo.crs import metric_crs, project_points
from gtfs.accessibility.answer import Answer
from gtfs.accessibility.cumulative import with_id
from gtfs.accessibility.reason import Reason
from gtfs.accessibility.service_day import ServiceDay, service_day
from gtfs.accessibility.service_index import explain_index
from gtfs.accessibility.site import Sites, sites
from gtfs.feed import Feed
from gtfs.measure.parameter import SERVICE_ACCESS_KINDS
from gtfs.measure.ptal import is_bus
from gtfs.measure.service_access import ServiceAccess, service_access

COLUMNS = ("time_access", "space_access", "total_access")


@dataclass(frozen=True)
class AccessTotal:
    """Of all inhabited areas together."""

    kind: str
    """`all`, `rail` or `bus`."""
    time: float
    space: float
    total: float
    stops: int
    departures: int
    line_km: float
    area_km2: float


@dataclass(frozen=True, eq=False)
class AreaAccess(Answer):
    """`table`: the areas with time_access, space_access, total_access what they are made of, for all kinds, and the
    `reason` for nothing."""

    totals: tuple[AccessTotal, ...]

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "totals": [dict(vars(one)) for one in self.totals]}


def service_accessibility(
    feeds: Mapping[str, Feed], day: date, areas: gpd.GeoDataFrame, *, people: str = "population"
) -> AreaAccess:
    """Departures a day at the mean stop (time), km of line by km² (space), their product (total).

    Lines run straight from stop to stop; a section counts once. The totals are of the areas with people, where people
    are known: they stand for inhabitable land (可住地). Areas must not overlap. InvalidLayerError for places that are
    no areas.
    """
    found, service = sites(areas), service_day(feeds, day)
    shapes = found.features.geometry.to_numpy()
    if not len(shapes) or not np.isin(shapely.get_type_id(shapes), (3, 6)).all():
        raise InvalidLayerError("the index needs areas: polygons")
    inhabited = found.amounts(people) > 0 if people in found.features else np.zeros(len(found), dtype=bool)
    ground = _Ground.of(found, service)
    whole = ground.access("all")
    reason = np.where(whole.stops > 0, Reason.REACHED, Reason.NO_STOP)
    table = found.features.assign(
        time_access=whole.time,
        space_access=whole.space,
        total_access=whole.total,
        stops=whole.stops,
        day_departures=whole.departures,
        line_km=whole.line_km,
        area_km2=whole.area_km2,
        reason=reason,
    )
    rules = {
        "index": "MLIT サービスのアクセシビリティ指標",
        "time": "departures a day at the mean stop",
        "space": "km of line, straight from stop to stop, by km² of area",
        "total": "time x space",
        "area": "areas with people" if inhabited.any() else "all areas",
        "lines": service.lines(service.departures),
    }
    together = np.where(inhabited | ~inhabited.any(), 0, -1)
    totals = tuple(_total(kind, ground.access(kind, together)) for kind in SERVICE_ACCESS_KINDS)
    explanation = explain_index("service_accessibility", service, rules, reason)
    return AreaAccess(with_id(table, found.ids), explanation, totals)


@dataclass(frozen=True, eq=False)
class _Ground:
    """Areas, poles and sections on one plane."""

    areas: NDArray[Any]
    poles: pd.DataFrame
    departures: pd.DataFrame
    """With `rail`."""
    sections: NDArray[Any]
    on_rails: NDArray[np.bool_]

    @classmethod
    def of(cls, areas: Sites, service: ServiceDay) -> "_Ground":
        stops, sections, departures = service.stops, service.sections, service.departures
        west, south, east, north = areas.features.total_bounds
        plane = metric_crs(float(west + east) / 2, float(south + north) / 2)
        xy = project_points(stops[["lon", "lat"]].to_numpy(), plane)
        start = project_points(sections[["lon", "lat"]].to_numpy(), plane)
        end = project_points(sections[["to_lon", "to_lat"]].to_numpy(), plane)
        rails = {kind: not is_bus(int(kind)) for kind in departures["route_type"].unique()}
        return cls(
            areas=areas.features.geometry.to_crs(plane).to_numpy(),
            poles=stops[["stop_id", "place_id"]].assign(x=xy[:, 0], y=xy[:, 1]),
            departures=departures.assign(rail=departures["route_type"].map(rails).astype(bool)),
            sections=np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object),
            on_rails=sections["rail"].to_numpy(dtype=bool),
        )

    def access(self, kind: str, group: NDArray[Any] | None = None) -> ServiceAccess:
        rows, drawn = self.departures, np.ones(len(self.sections), dtype=bool)
        if kind != "all":
            rows, drawn = rows[rows["rail"] == (kind == "rail")], self.on_rails == (kind == "rail")
        counted = rows.groupby("stop_id").size().rename("departures")
        return service_access(
            self.areas, self.poles.join(counted, on="stop_id", how="inner"), self.sections[drawn], group
        )


def _total(kind: str, one: ServiceAccess) -> AccessTotal:
    return AccessTotal(
        kind=kind,
        time=float(one.time[0]),
        space=float(one.space[0]),
        total=float(one.total[0]),
        stops=int(one.stops[0]),
        departures=int(one.departures[0]),
        line_km=float(one.line_km[0]),
        area_km2=float(one.area_km2[0]),
    )
