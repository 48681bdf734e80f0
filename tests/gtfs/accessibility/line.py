"""A line whose travel times can be written down: A to B, 4.56 km east, every 30 minutes, 10 minutes of ride.

From A a minute m after a departure one waits 30 - m minutes (at least one): over an hour the times are 11 to 40
minutes, each twice.
"""

from datetime import date, time
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gtfs import Feed, read_feed
from gtfs.accessibility import TravelQuery, ask
from tests.gtfs.feeds import folder_feed

DAY = date(2026, 6, 1)
SUNDAY = date(2026, 6, 7)
A, B = (138.90, 35.0), (138.95, 35.0)
NORTH_400_M = 0.0036058
"""Degrees of latitude at 35 degrees north: 400 m by GRS 80 (110,941 m a degree)."""


def line_feed(folder: Path, *, ride_min: int = 10, headway_min: int = 30, days: str = "1,1,1,1,1,1,0") -> Feed:
    """Both ways from 6:00 to 22:00, Monday to Saturday."""
    trips, times = (
        ["route_id,service_id,trip_id,direction_id,shape_id"],
        ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"],
    )
    for direction, stops in enumerate((("A", "B"), ("B", "A"))):
        for start in range(6 * 60, 22 * 60, headway_min):
            trip = f"{direction}-{start}"
            trips.append(f"L,D,{trip},{direction},")
            for sequence, (stop, at) in enumerate(zip(stops, (start, start + ride_min), strict=True)):
                clock = f"{at // 60:02d}:{at % 60:02d}:00"
                times.append(f"{trip},{clock},{clock},{stop},{sequence}")
    head = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date"
    changes: dict[str, str | bytes | None] = {
        "stops.txt": f"stop_id,stop_name,stop_lat,stop_lon\nA,市役所,{A[1]},{A[0]}\nB,病院,{B[1]},{B[0]}\n",
        "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nL,A,1,病院線,3\n",
        "trips.txt": "\n".join(trips) + "\n",
        "stop_times.txt": "\n".join(times) + "\n",
        "calendar.txt": f"{head}\nD,{days},20260401,20270331\n",
    }
    return read_feed(folder_feed(folder, changes))


def places(rows: dict[str, tuple[float, float]], **columns: list[float]) -> gpd.GeoDataFrame:
    lonlat = pd.DataFrame(rows.values(), columns=["lon", "lat"])
    points = gpd.points_from_xy(lonlat["lon"], lonlat["lat"])
    return gpd.GeoDataFrame({"feature_id": list(rows), **columns}, geometry=points, crs="EPSG:4326")


def an_hour(percentiles: tuple[int, ...] = (50,), *, day: date = DAY, arrive_by: bool = False) -> TravelQuery:
    return ask(day, time(8), time(9), percentiles=percentiles, arrive_by=arrive_by)
