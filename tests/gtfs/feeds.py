"""Small feeds written out as their files, so that a test shows its input."""

import zipfile
from pathlib import Path

from geo import Batch
from gtfs import feed_batches, read_feed

LOOP = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,みほん交通,https://example.lg.jp,Asia/Tokyo\n",
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,platform_code\n"
        "S,駅前,35.00,138.90,1,,\n"
        "S_1,駅前,35.00,138.90,0,S,01\n"
        "B,病院,35.00,138.91,0,,\n"
        "C,学校,35.01,138.91,0,,\n"
    ),
    "routes.txt": (
        "route_id,agency_id,route_short_name,route_long_name,route_type,route_color\n"
        "1,A,循環,市内循環線,3,e4007f\n"
        "2,A,,病院線,3,\n"
    ),
    "trips.txt": "route_id,service_id,trip_id,shape_id\n1,毎日,1a,\n1,毎日,1b,\n2,毎日,2a,\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "1a,07:00:00,07:00:00,S_1,1\n"
        "1a,07:05:00,07:05:00,B,2\n"
        "1a,07:10:00,07:10:00,C,10\n"
        "1a,07:15:00,07:15:00,S_1,11\n"
        "1b,25:10:00,25:10:00,S_1,1\n"
        "1b,25:15:00,25:15:00,B,2\n"
        "1b,25:20:00,25:20:00,C,10\n"
        "1b,25:25:00,25:25:00,S_1,11\n"
        "2a,08:00:00,08:00:00,B,1\n"
        "2a,08:09:00,08:09:00,S_1,2\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "毎日,1,1,1,1,1,1,1,20260401,20270331\n"
    ),
}
"""Route 1 runs round S_1, B, C twice a day; route 2 from B to S_1. No shapes."""


def folder_feed(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """LOOP with files replaced, added, or (None) left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**LOOP, **(changes or {})}.items():
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def zip_feed(path: Path, inside: str = "", changes: dict[str, str | bytes | None] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**LOOP, **(changes or {})}.items():
            if content is not None:
                archive.writestr(inside + name, content)
    return path


def layers(path: Path) -> dict[str, Batch]:
    return {batch.part: batch for batch in feed_batches(read_feed(path), name=path.name)}
