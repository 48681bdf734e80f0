"""The difference of two timetables drawn and told: GeoJSON for a map, a page with a picture for reading."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo import Language, Text
from gtfs.clock import clock_text
from gtfs.day_service import RouteService
from gtfs.difference import Change, DayKind, Difference, RouteChange
from gtfs.distance import scale
from gtfs.feed import Feed
from gtfs.page import Speaker, page, table
from gtfs.route_line import route_lines
from gtfs.stop_difference import StopChange, StopChangeKind

_WORDS: Final = {
    "title": Text("時刻表の比較", "Two timetables compared"),
    "days": Text("典型的な日の便数", "Trips on a typical day"),
    "day": Text("日", "Day"),
    "dates": Text("比べた日付", "Dates compared"),
    "before": Text("前", "Before"),
    "after": Text("後", "After"),
    "change": Text("増減", "Change"),
    "map": Text("図", "Picture"),
    "map_note": Text(
        "赤: 廃止、緑: 新設、青: 変更・改称、橙: 移設した停留所、灰: 変わらない路線。"
        "重なるところは新設、廃止、変更の順に上に描きます。",
        "Red: removed; green: added; blue: changed or renamed; orange: stops that moved; grey: routes that stay. Where "
        "routes share a street, added ones lie above removed ones, and those above changed ones.",
    ),
    "routes": Text("路線", "Routes"),
    "route": Text("路線", "Route"),
    "kind": Text("変化", "What"),
    "trips": Text("便(前 → 後)", "Trips (before → after)"),
    "headway": Text("間隔(分)", "Headway (min)"),
    "times": Text("始発・終発", "First and last"),
    "calls": Text("停留所の増減", "Stops of the route"),
    "stops": Text("停留所", "Stops"),
    "stop": Text("停留所", "Stop"),
    "metres": Text("移動(m)", "Moved (m)"),
    "ids": Text("ID(前 → 後)", "Id (before → after)"),
    "no_routes": Text("路線の変化はありません。", "No route has changed."),
    "no_stops": Text("停留所の変化はありません。", "No stop has changed."),
    "added": Text("新設", "added"),
    "removed": Text("廃止", "removed"),
    "changed": Text("変更", "changed"),
    "moved": Text("移設", "moved"),
    "renamed": Text("改称", "renamed"),
}
_WIDTH: Final = 960
_MOST_HEIGHT: Final = 720
_COLOURS: Final = {
    Change.SAME: "#c9c7cf", Change.CHANGED: "#2f5d8f", Change.REMOVED: "#b3261e", Change.ADDED: "#1b6e3a",
}  # fmt: skip
_STOP_COLOURS: Final = {
    StopChangeKind.ADDED: "#1b6e3a", StopChangeKind.REMOVED: "#b3261e", StopChangeKind.MOVED: "#b26a00",
    StopChangeKind.RENAMED: "#2f5d8f",
}  # fmt: skip


def difference_geojson(difference: Difference, before: Feed, after: Feed) -> dict[str, Any]:
    """Changed stops as points (a moved one as a line from its old place) and changed routes as lines."""
    features = [_stop_feature(stop) for stop in difference.stops if stop.lonlat]
    for route, line in _drawn(difference, before, after):
        if route.change is not Change.SAME:
            trips = {
                f"trips_{kind.value}_{side}": day.trips[at]
                for kind, day in route.days.items()
                for at, side in enumerate(("before", "after"))
            }
            told = {"kind": "route", "change": route.change.value, "name": route.name, **trips}
            features.append({"type": "Feature", "geometry": shapely.geometry.mapping(line), "properties": told})
    return {"type": "FeatureCollection", "features": features}


def _stop_feature(stop: StopChange) -> dict[str, Any]:
    place: dict[str, Any] = {"type": "Point", "coordinates": stop.lonlat}
    if stop.kind is StopChangeKind.MOVED and stop.lonlat_before:
        place = {"type": "LineString", "coordinates": [stop.lonlat_before, stop.lonlat]}
    told = stop.as_json()
    kept = {key: told[key] for key in ("change", "name", "name_before", "before", "after", "metres")}
    return {"type": "Feature", "geometry": place, "properties": {"kind": "stop", **kept}}


def _drawn(difference: Difference, before: Feed, after: Feed) -> Iterator[tuple[RouteChange, Any]]:
    old, new = (route_lines(feed)[0] for feed in (before, after))
    for route in difference.routes:
        lines: pd.DataFrame = old if route.after is None else new
        id = route.before if route.after is None else route.after
        if id is not None and id in lines.index:
            yield route, lines.loc[id, "line"]


def difference_html(
    difference: Difference, before: Feed, after: Feed, names: tuple[str, str], language: Language
) -> str:
    """The whole page with its picture; `names`: what the two are called."""
    say = Speaker(_WORDS, language)
    title = f"{say('title')}: {escape(names[0])} → {escape(names[1])}"
    changed = [route for route in difference.routes if route.change is not Change.SAME]
    body = [
        f"<h1>{title}</h1>",
        f"<h2>{say('days')}</h2>",
        table(("day", "dates", "before", "after", "change"), list(_day_rows(difference, say)), say),
        f"<h2>{say('map')}</h2><p>{say('map_note')}</p>{difference_svg(difference, before, after)}",
        f"<h2>{say('routes')}</h2>",
        table(("kind", "route", "trips", "headway", "times", "calls"), [_route_row(one, say) for one in changed], say)
        if changed
        else f"<p>{say('no_routes')}</p>",
        f"<h2>{say('stops')}</h2>",
        table(("kind", "stop", "ids", "metres"), [_stop_row(one, say) for one in difference.stops], say)
        if difference.stops
        else f"<p>{say('no_stops')}</p>",
    ]
    return page(title, "\n".join(body), language)


def lines(difference: Difference, language: Language) -> Iterator[str]:
    """The same in plain words: trips by kind of day, then changed routes and stops."""
    words = {key: text.in_language(language) for key, text in _WORDS.items()}
    for kind in DayKind:
        before, after = difference.trips(kind)
        yield f"{kind.text.in_language(language)}  {before:,} → {after:,}  ({after - before:+,})"
    for route in difference.routes:
        if route.change is not Change.SAME:
            trips = ", ".join(
                f"{kind.text.in_language(language)} {day.trips[0]} → {day.trips[1]}" for kind, day in route.days.items()
            )
            yield f"{words[route.change.value]}  {route.name}  {trips}"
    for stop in difference.stops:
        metres = f"  {stop.metres:,.0f} m" if stop.metres and stop.kind is StopChangeKind.MOVED else ""
        yield f"{words[stop.kind.value]}  {stop.name} ({stop.after_id or stop.before_id}){metres}"


def _day_rows(difference: Difference, say: Speaker) -> Iterator[str]:
    for kind, dates in difference.dates.items():
        before, after = difference.trips(kind)
        compared = " → ".join(day.isoformat() if day else "-" for day in dates)
        yield (
            f'<tr><td>{say.text(kind.text)}</td><td>{compared}</td><td class="n">{before:,}</td>'
            f'<td class="n">{after:,}</td><td class="n">{after - before:+,}</td></tr>'
        )


def _route_row(route: RouteChange, say: Speaker) -> str:
    days = {kind: day for kind, day in route.days.items() if kind in route.days}
    trips = _per_day(say, {kind: f"{day.trips[0]} → {day.trips[1]}" for kind, day in days.items()})
    headways = _per_day(say, {
        kind: " → ".join("-" if one is None else f"{one:g}" for one in day.headways) for kind, day in days.items()
    })  # fmt: skip
    times = _per_day(say, {kind: f"{_span(day.before)} → {_span(day.after)}" for kind, day in days.items()})
    calls = [f'<span class="added">+{escape(name)}</span>' for name in route.stops_added]
    calls += [f'<span class="removed">-{escape(name)}</span>' for name in route.stops_removed]
    kind = route.change.value
    return (
        f'<tr><td class="{kind}">{say(kind)}</td><td>{escape(route.name)}</td><td class="whole">{trips}</td>'
        f'<td class="whole">{headways}</td><td class="whole">{times}</td>'
        f"<td>{', '.join(calls)}</td></tr>"
    )


def _per_day(say: Speaker, texts: Mapping[DayKind, str]) -> str:
    return "<br>".join(f"{say.text(kind.text)} {escape(text)}" for kind, text in texts.items())


def _span(route: RouteService | None) -> str:
    if route is None or route.first_s is None or route.last_s is None:
        return "-"
    return f"{clock_text(route.first_s)[:5]}-{clock_text(route.last_s)[:5]}"


def _stop_row(stop: StopChange, say: Speaker) -> str:
    renamed = f" ← {escape(stop.name_before)}" if stop.name_before not in ("", stop.name) else ""
    ids = " → ".join(escape(id) if id else "-" for id in (stop.before_id, stop.after_id))
    metres = "" if stop.metres is None else f"{stop.metres:,.0f}"
    return (
        f'<tr><td class="{stop.kind.value}">{say(stop.kind.value)}</td><td>{escape(stop.name)}{renamed}</td>'
        f'<td class="id">{ids}</td><td class="n">{metres}</td></tr>'
    )


def difference_svg(difference: Difference, before: Feed, after: Feed) -> str:
    """A drawing with north above; routes that stay lie below those that changed."""
    drawn = sorted(_drawn(difference, before, after), key=lambda one: list(_COLOURS).index(one[0].change))
    stops = [stop for stop in difference.stops if stop.lonlat]
    places = np.array([stop.lonlat for stop in stops if stop.lonlat] or np.empty((0, 2)))
    everything = np.concatenate([places, *(shapely.get_coordinates(line) for _, line in drawn)])
    if not len(everything):
        return ""
    frame = _Frame(everything)
    parts = [
        f'<path d="{_path(frame, line)}" fill="none" stroke="{_COLOURS[route.change]}" '
        f'stroke-width="{1 if route.change is Change.SAME else 2}"><title>{escape(route.name)}</title></path>'
        for route, line in drawn
    ]
    parts += [_mark(frame, stop) for stop in stops]
    return (
        f'<svg viewBox="0 0 {frame.width:.0f} {frame.height:.0f}" width="{frame.width:.0f}" role="img">'
        f"{''.join(parts)}</svg>"
    )


class _Frame:
    """Degrees to points of the drawing."""

    def __init__(self, lonlat: NDArray[np.float64]) -> None:
        east, north = scale(np.array([float(lonlat[:, 1].mean())]))
        self._metres = np.array([east[0], -north[0]])
        low, high = (edge(lonlat * self._metres, axis=0) for edge in (np.min, np.max))
        size = np.maximum(high - low, 1.0)
        self._scale = float(min((_WIDTH - 20) / size[0], (_MOST_HEIGHT - 20) / size[1]))
        self._low = low
        self.width, self.height = (size * self._scale + 20).tolist()

    def __call__(self, lonlat: Sequence[Any] | NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((np.asarray(lonlat) * self._metres - self._low) * self._scale + 10)


def _path(frame: _Frame, line: Any) -> str:
    """Points nearer than half a point of the drawing to their line are left out."""
    pieces = []
    for part in shapely.get_parts(line).tolist():
        simple = shapely.simplify(shapely.linestrings(frame(shapely.get_coordinates(part))), 0.5)
        pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(simple).tolist()))
    return "".join(pieces)


def _mark(frame: _Frame, stop: StopChange) -> str:
    assert stop.lonlat is not None
    (x, y), colour = frame([stop.lonlat])[0].tolist(), _STOP_COLOURS[stop.kind]
    drawn = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"><title>{escape(stop.name)}</title></circle>'
    if stop.kind is StopChangeKind.MOVED and stop.lonlat_before:
        u, v = frame([stop.lonlat_before])[0].tolist()
        drawn = f'<line x1="{u:.1f}" y1="{v:.1f}" x2="{x:.1f}" y2="{y:.1f}" stroke="{colour}"/>' + drawn
    return drawn
