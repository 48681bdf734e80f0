"""The bus feeds in GTFS-JP, on the main streets of the city."""

import csv
import datetime
import heapq
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot
from pathlib import Path

import numpy as np
import shapely
import shapely.ops
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from data.sample import timetable
from data.sample.facility import Facility
from data.sample.geography import Geography
from data.sample.plane import Plane
from data.sample.timetable import HOLIDAY, OBON_DAY, SATURDAY, WEEKDAY, Days, Line, Operator
from data.sample.town import Town

_POLE_OFFSET_M = 9.0
_SPEED_M_PER_MIN = 290.0
"""17 km/h with stops."""
Node = tuple[int, int]
"""A crossing, by its place in decimetres."""


@dataclass(frozen=True)
class _Edge:
    """A stretch of main road between two crossings, driven from `start` to `end`."""

    start: Node
    end: Node
    line: LineString
    number: int
    """Of the stretch; both directions share it."""
    forward: bool


@dataclass(frozen=True)
class Halt:
    """A stop's name and place; its poles stand left and right of the street."""

    id: str
    name: str
    kana: str
    english: str
    stretch: int
    along_m: float
    point: Point


@dataclass
class _Call:
    stop_id: str
    halt: Halt
    along_m: float


@dataclass
class _Pattern:
    """One direction of a line: where it drives and calls."""

    line: Line
    direction: int
    shape: LineString
    calls: list[_Call]


@dataclass
class _Feed:
    tables: dict[str, list[Sequence[object]]] = field(default_factory=dict)

    def add(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        self.tables.setdefault(table, []).extend(rows)


class BusNetwork:
    def __init__(
        self, geography: Geography, towns: Sequence[Town], facilities: Sequence[Facility], plane: Plane,
        operator: Operator,
    ) -> None:  # fmt: skip
        self._geography, self._plane, self._operator = geography, plane, operator
        self._edges = _graph(geography)
        self._halts = _halts(self._edges, geography, _Names(geography, towns, facilities, plane), operator)
        self._patterns = [pattern for line in operator.lines for pattern in self._line_patterns(line)]
        self._poles: dict[str, tuple[Halt, Point]] = {}
        self._collect_poles()

    def _line_patterns(self, line: Line) -> list[_Pattern]:
        out = self._pattern(line, 0, list(line.via))
        return [out, self._pattern(line, 1, list(line.via)[::-1])]

    def _pattern(self, line: Line, direction: int, via: list[tuple[float, float]]) -> _Pattern:
        board = self._geography.board_m
        nodes = [_nearest(self._edges, x * board, y * board) for x, y in via]
        path: list[_Edge] = []
        for start, end in pairwise(nodes):
            path += _shortest(self._edges, start, end)
        return _Pattern(line, direction, _joined(path), _calls(path, self._halts))

    def _collect_poles(self) -> None:
        for pattern in self._patterns:
            for call in pattern.calls:
                self._poles.setdefault(call.stop_id, (call.halt, _pole(call, pattern.shape, self._operator.pole_m)))

    @property
    def stops(self) -> int:
        return len(self._poles)

    def write(self, path: Path) -> int:
        """A zip without compression: the same bytes whatever the compressor of the machine."""
        feed = self._feed()
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as bundle:
            for name, columns in _COLUMNS.items():
                info = zipfile.ZipInfo(f"{name}.txt", (1980, 1, 1, 0, 0, 0))
                info.external_attr = 0o644 << 16
                bundle.writestr(info, _csv(columns, feed.tables.get(name, [])).encode(self._operator.encoding))
        return len(feed.tables["trips"])

    def _feed(self) -> _Feed:
        feed = _Feed()
        operator = self._operator
        _add_agency(feed, operator)
        _add_calendar(feed, operator.days)
        self._add_stops(feed)
        for pattern in self._patterns:
            self._add_shape(feed, pattern)
            _add_trips(feed, pattern, operator.days)
        for line in operator.lines:
            _add_route(feed, operator, line, [pattern for pattern in self._patterns if pattern.line is line])
        return feed

    def _add_stops(self, feed: _Feed) -> None:
        for stop_id in sorted(self._poles):
            halt, point = self._poles[stop_id]
            lon, lat = self._plane.to_lonlat(np.array([[point.x, point.y]]))[0].tolist()
            feed.add("stops", [(stop_id, halt.name, f"{lat:.6f}", f"{lon:.6f}", stop_id, 0, stop_id[-1])])
        names = {halt.name: halt for halt, _ in self._poles.values()}
        for name in sorted(names):
            halt = names[name]
            feed.add("translations", [("stops", "stop_name", "ja-Hrkt", halt.kana, name),
                                      ("stops", "stop_name", "en", halt.english, name)])  # fmt: skip

    def _add_shape(self, feed: _Feed, pattern: _Pattern) -> None:
        points = shapely.get_coordinates(pattern.shape)
        steps = np.concatenate([[0.0], np.cumsum(np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1)))])
        lonlat = self._plane.to_lonlat(points)
        feed.add("shapes", [
            (_shape_id(pattern), f"{lat:.6f}", f"{lon:.6f}", k, f"{step:.1f}")
            for k, ((lon, lat), step) in enumerate(zip(lonlat.tolist(), steps.tolist(), strict=True))
        ])  # fmt: skip


def _graph(geography: Geography) -> list[_Edge]:
    """Main roads cut at every crossing, and long ones in the middle too, both ways."""
    net = shapely.line_merge(shapely.union_all([road.line for road in geography.roads]))
    edges = []
    for number, part in enumerate(_stretches(net, 0.45 * geography.board_m)):
        start, end = (_node(Point(part.coords[k])) for k in (0, -1))
        edges.append(_Edge(start, end, part, number, True))
        edges.append(_Edge(end, start, part.reverse(), number, False))
    return edges


def _stretches(net: BaseGeometry, longest_m: float) -> Iterable[LineString]:
    for line in shapely.get_parts(net).tolist():
        count = max(1, round(line.length / longest_m))
        parts = [shapely.ops.substring(line, k / count, (k + 1) / count, normalized=True) for k in range(count)]
        yield from (part for part in parts if isinstance(part, LineString) and part.length > 2)


def _node(point: Point) -> Node:
    return round(point.x * 10), round(point.y * 10)


def _nearest(edges: list[_Edge], x: float, y: float) -> Node:
    nodes = sorted({edge.start for edge in edges})
    return min(nodes, key=lambda node: (hypot(node[0] / 10 - x, node[1] / 10 - y), node))


def _shortest(edges: list[_Edge], start: Node, goal: Node) -> list[_Edge]:
    leaving: dict[Node, list[int]] = {}
    for k, edge in enumerate(edges):
        leaving.setdefault(edge.start, []).append(k)
    came: dict[Node, int] = {}
    best = {start: 0.0}
    queue = [(0.0, start)]
    while queue:
        metres, node = heapq.heappop(queue)
        if node == goal:
            break
        for k in leaving.get(node, []):
            edge = edges[k]
            reached = metres + edge.line.length
            if reached < best.get(edge.end, float("inf")):
                best[edge.end], came[edge.end] = reached, k
                heapq.heappush(queue, (reached, edge.end))
    path: list[_Edge] = []
    node = goal
    while node != start:
        path.insert(0, edges[came[node]])
        node = path[0].start
    return path


def _joined(path: list[_Edge]) -> LineString:
    points = [path[0].line.coords[0]]
    for edge in path:
        points += list(edge.line.coords)[1:]
    return LineString(points)


def _halts(edges: list[_Edge], geography: Geography, names: "_Names", operator: Operator) -> dict[int, list[Halt]]:
    """Stops of each stretch, evenly spaced, named after what is near."""
    spacing = operator.spacing_m * min(1.0, geography.scale**0.5)
    found: dict[int, list[Halt]] = {}
    count = 0
    for edge in edges:
        if not edge.forward:
            continue
        for along in _places(edge.line, spacing, geography):
            point = edge.line.interpolate(along)
            count += 1
            halt = Halt(f"{operator.stop_prefix}{count:04d}", *names.take(point), edge.number, along, point)
            found.setdefault(edge.number, []).append(halt)
    return found


def _places(line: LineString, spacing: float, geography: Geography) -> list[float]:
    """Metres along a stretch; the avenues of the station have a stop right at its squares."""
    number = max(1, round(line.length / spacing)) if line.length > 0.3 * spacing else 0
    places = [line.length * (k + 0.5) / number for k in range(number)]
    for end, at in ((Point(line.coords[0]), min(12.0, line.length / 3)), (Point(line.coords[-1]), line.length - 12.0)):
        if end.distance(geography.station) < 0.08 * geography.board_m:
            places = sorted([at, *(place for place in places if abs(place - at) > 0.5 * spacing)])
    return places


_MORE_NAMES = (
    ("入口", "いりぐち", "Entrance"), ("公園前", "こうえんまえ", "Park"), ("会館前", "かいかんまえ", "Hall"),
    ("角", "かど", "Corner"), ("神社前", "じんじゃまえ", "Shrine"), ("車庫前", "しゃこまえ", "Depot"),
)  # fmt: skip


class _Names:
    """Each name once: a public building near by, else the town, else the town and a direction."""

    def __init__(
        self, geography: Geography, towns: Sequence[Town], facilities: Sequence[Facility], plane: Plane
    ) -> None:
        self._towns = towns
        self._tree = shapely.STRtree([town.area for town in towns])
        self._used: set[str] = set()
        self._board = geography.board_m
        self._station = geography.station
        kinds = ("city_hall", "hospital", "library", "high_school", "junior_high_school", "elementary_school",
                 "fish_market", "community_centre")  # fmt: skip
        known = [one for one in facilities if one.kind in kinds]
        self._known = sorted(known, key=lambda one: (kinds.index(one.kind), one.name))
        places = np.array([one.place for one in self._known]).reshape(-1, 2)
        self._places = [Point(x, y) for x, y in plane.from_lonlat(places).tolist()] if len(places) else []

    def take(self, point: Point) -> tuple[str, str, str]:
        name = next(name for name in self._candidates(point) if name[0] not in self._used)
        self._used.add(name[0])
        return name

    def _candidates(self, point: Point) -> Iterable[tuple[str, str, str]]:
        if point.distance(self._station) < 0.1 * self._board:
            north = point.y > self._station.y
            yield ("みほん駅北口", "みほんえききたぐち", "Mihon Station North") if north else (
                "みほん駅南口", "みほんえきみなみぐち", "Mihon Station South")  # fmt: skip
        for one, place in zip(self._known, self._places, strict=True):
            if place.distance(point) < 190:
                short = one.name.removeprefix("みほん市立").removeprefix("みほん県立")
                kana = one.kana.removeprefix("ミホンシリツ").removeprefix("ミホンケンリツ")
                yield f"{short}前", f"{_hiragana(kana)}まえ", one.english
        town = self._towns[int(self._tree.nearest(point))].name
        yield town.ja, town.kana, town.en
        for ja, kana, en in _MORE_NAMES:
            yield f"{town.base[0]}{ja}", f"{town.base[1]}{kana}", f"{town.base[2]} {en}"
        for n in range(2, 1000):
            yield f"{town.base[0]}第{n}", f"{town.base[1]}だい{n}", f"{town.base[2]} No. {n}"


def _hiragana(katakana: str) -> str:
    return "".join(chr(ord(letter) - 0x60) if "ァ" <= letter <= "ヶ" else letter for letter in katakana)


def _calls(path: list[_Edge], halts: dict[int, list[Halt]]) -> list[_Call]:
    calls: list[_Call] = []
    driven = 0.0
    for edge in path:
        length = edge.line.length
        here = halts.get(edge.number, [])
        for halt in here if edge.forward else here[::-1]:
            along = halt.along_m if edge.forward else length - halt.along_m
            calls.append(_Call(f"{halt.id}_{'1' if edge.forward else '2'}", halt, driven + along))
        driven += length
    return calls


def _pole(call: _Call, shape: LineString, farther_m: float) -> Point:
    """On the left of the driving direction, beside the street."""
    along = min(max(call.along_m + farther_m, 0.0), shape.length - 3.1)
    here, there = shape.interpolate(along), shape.interpolate(along + 3)
    length = max(here.distance(there), 1e-6)
    ux, uy = (there.x - here.x) / length, (there.y - here.y) / length
    return Point(here.x - uy * _POLE_OFFSET_M, here.y + ux * _POLE_OFFSET_M)


def _shape_id(pattern: _Pattern) -> str:
    return f"{pattern.line.id}_{pattern.direction}"


def _add_agency(feed: _Feed, operator: Operator) -> None:
    name, url = operator.name, f"https://example.com/{operator.file.replace('_', '-')}"
    feed.add("agency", [(operator.id, name.ja, url, "Asia/Tokyo", "ja", operator.phone)])
    feed.add("agency_jp", [(operator.id, operator.official, "4100000", "みほん県みほん市駅前町1番1号", "代表",
                            "見本 花子")])  # fmt: skip
    feed.add("office_jp", [("honsha", "本社営業所", f"{url}/office", operator.phone[:-1] + "2")])
    feed.add("feed_info", [("みほん市（架空）", "https://example.com/mihon", "ja", timetable.START, timetable.END,
                            f"{timetable.START}_sample")])  # fmt: skip
    fares = {operator.fare, 100} if operator.fare == 220 else {operator.fare}
    feed.add("fare_attributes", [(f"flat_{fare}", fare, "JPY", 0, 0, operator.id) for fare in sorted(fares)[::-1]])
    feed.add("translations", [("agency", "agency_name", "ja-Hrkt", operator.kana, name.ja),
                              ("agency", "agency_name", "en", name.en, name.ja)])  # fmt: skip


def _add_calendar(feed: _Feed, services: Sequence[Days]) -> None:
    feed.add("calendar", [(one.id, *one.week.split(","), one.start, one.end) for one in services if "1" in one.week])
    own_obon = any(one.kind == OBON_DAY for one in services)
    for day in timetable.HOLIDAYS:
        _add_exceptions(feed, services, day, HOLIDAY)
    for day in timetable.OBON:
        _add_exceptions(feed, services, day, OBON_DAY if own_obon else SATURDAY)


def _add_exceptions(feed: _Feed, services: Sequence[Days], day: str, kind: str) -> None:
    """Instead of what runs on this day of the week, what is of this kind; nothing where there is none."""
    for one in services:
        if one.start <= day <= one.end:
            runs = one.week.split(",")[_weekday(day)] == "1"
            if runs and one.kind != kind:
                feed.add("calendar_dates", [(one.id, day, 2)])
            elif not runs and one.kind == kind:
                feed.add("calendar_dates", [(one.id, day, 1)])


def _weekday(day: str) -> int:
    return datetime.date(int(day[:4]), int(day[4:6]), int(day[6:])).weekday()


def _add_route(feed: _Feed, operator: Operator, line: Line, patterns: list[_Pattern]) -> None:
    calls = patterns[0].calls
    first, middle, last = calls[0].halt.name, calls[len(calls) // 2].halt.name, calls[-1].halt.name
    fare = "flat_100" if line.short.startswith("C") else f"flat_{operator.fare}"
    feed.add(
        "routes",
        [(line.id, operator.id, line.short, line.name.ja, f"{first}～{middle}～{last}", 3, line.colour, "FFFFFF")],
    )
    feed.add("routes_jp", [(line.id, timetable.START, first, middle, last)])
    feed.add("fare_rules", [(fare, line.id)])
    feed.add("translations", [("routes", "route_long_name", "ja-Hrkt", line.kana, line.name.ja),
                              ("routes", "route_long_name", "en", line.name.en, line.name.ja)])  # fmt: skip


def _add_trips(feed: _Feed, pattern: _Pattern, services: Sequence[Days]) -> None:
    line, calls = pattern.line, pattern.calls
    minutes = [int((call.along_m - calls[0].along_m) / _SPEED_M_PER_MIN) for call in calls]
    target = calls[len(calls) // 2].halt.name + "方面循環" if line.circle else calls[-1].halt.name
    periods_of = {WEEKDAY: line.service.weekday, SATURDAY: line.service.saturday, HOLIDAY: line.service.holiday,
                  OBON_DAY: line.service.holiday}  # fmt: skip
    if line.circle:
        middle = calls[len(calls) // 2].halt
        feed.add("translations", [("trips", "trip_headsign", "ja-Hrkt", f"{middle.kana}ほうめんじゅんかん", target),
                                  ("trips", "trip_headsign", "en", f"Loop via {middle.english}", target)])  # fmt: skip
    for days in services:
        if days.lines and line.id not in days.lines:
            continue
        service, periods = days.id, periods_of[days.kind]
        late = line.last_bus if days.kind == WEEKDAY and pattern.direction == 0 else ()
        shift = days.later_min + (0 if pattern.direction == 0 else 7)
        departures = [start + shift for low, high, headway in periods for start in range(low, high, headway)]
        for number, start in enumerate([*departures, *late], start=1):
            trip = f"{line.id}_{service}_{pattern.direction}_{number:03d}"
            feed.add("trips", [(line.id, service, trip, target, pattern.direction, _shape_id(pattern), 1, "honsha")])
            feed.add("stop_times", [
                (trip, _clock(start + after), _clock(start + after), call.stop_id, k, f"{call.along_m:.1f}")
                for k, (call, after) in enumerate(zip(calls, minutes, strict=True), start=1)
            ])  # fmt: skip


def _clock(minute: int) -> str:
    """25:10:00 for ten past one of the next morning: the service day goes on."""
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


_COLUMNS = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone,agency_lang,agency_phone",
    "agency_jp": "agency_id,agency_official_name,agency_zip_number,agency_address,agency_president_pos,"
                 "agency_president_name",
    "office_jp": "office_id,office_name,office_url,office_phone",
    "stops": "stop_id,stop_name,stop_lat,stop_lon,zone_id,location_type,platform_code",
    "routes": "route_id,agency_id,route_short_name,route_long_name,route_desc,route_type,route_color,route_text_color",
    "routes_jp": "route_id,route_update_date,origin_stop,via_stop,destination_stop",
    "trips": "route_id,service_id,trip_id,trip_headsign,direction_id,shape_id,wheelchair_accessible,jp_office_id",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
    "calendar_dates": "service_id,date,exception_type",
    "fare_attributes": "fare_id,price,currency_type,payment_method,transfers,agency_id",
    "fare_rules": "fare_id,route_id",
    "shapes": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled",
    "feed_info": "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version",
    "translations": "table_name,field_name,language,translation,field_value",
}  # fmt: skip


def _csv(columns: str, rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns.split(","))
    writer.writerows(rows)
    return out.getvalue()
