"""The routes of a feed as lines, along their shapes or from stop to stop."""

from typing import Any

import pandas as pd

from geo import Column, ColumnType, Problem, Text
from gtfs.feed import Feed
from gtfs.record import Records, identified
from gtfs.route_line import route_lines
from gtfs.specification import mode
from gtfs.translation import ENGLISH, KANA, translate

COLUMNS = (
    Column("name", Text("路線", "Route")),
    Column("name_kana", Text("路線(かな)", "Route (kana)")),
    Column("name_en", Text("路線(英語)", "Route (English)")),
    Column("agency", Text("事業者", "Agency")),
    Column("mode", Text("種類", "Mode")),
    Column("trips", Text("便(全ダイヤの計)", "Trips (all timetables)"), ColumnType.INTEGER, "便"),
    Column("origin_stop", Text("起点", "From")),
    Column("via_stop", Text("経由", "Via")),
    Column("destination_stop", Text("終点", "To")),
    Column("route_short_name", Text("路線の略称", "Short name")),
    Column("route_long_name", Text("路線名", "Long name")),
    Column("route_desc", Text("説明", "Description")),
    Column("route_type", Text("route_type", "route_type"), ColumnType.INTEGER),
    Column("route_url", Text("URL", "URL")),
    Column("colour", Text("路線の色", "Colour")),
    Column("line_source", Text("線の元(shapes 経路・stops 停留所)", "Line drawn from (shapes or stops)")),
)
"""`trips`: trips of the route in trips.txt, whatever days they run. `line_source`: `shapes`, `stops` or `mixed`."""

_HEX = r"[0-9A-Fa-f]{6}"


def route_records(feed: Feed) -> Records:
    routes = feed.table("routes")
    keep, problems = identified(routes, "route_id", feed.place("routes"))
    lines, doubts = route_lines(feed)
    drawn = routes["route_id"].isin(lines.index).to_numpy(dtype=bool)
    problems += (
        Problem("gtfs.route_without_line", feed.place("routes"), str(routes["route_id"][line]), int(line))
        for line in routes.index[keep & ~drawn]
    )
    attributes = _attributes(feed)[keep & drawn]
    of_route = lines.reindex(attributes["feature_id"])
    attributes.insert(1, "line_source", of_route["source"].to_numpy())
    return Records(attributes, of_route["line"].to_numpy(), len(routes), (*problems, *doubts))


def route_names(feed: Feed) -> "pd.Series[Any]":
    """By route_id: short and long name as a person says them, else the id."""
    routes = feed.table("routes")
    return _by_id(routes, _joined(routes["route_short_name"], routes["route_long_name"]).fillna(routes["route_id"]))


def agency_names(feed: Feed) -> "pd.Series[Any]":
    """By route_id. A feed of one agency need not say which."""
    routes, agencies = feed.table("routes"), feed.table("agency").drop_duplicates("agency_id")
    names = routes["agency_id"].map(agencies.set_index("agency_id")["agency_name"]).astype("string")
    if len(agencies) == 1:
        names = names.fillna(agencies["agency_name"].iloc[0])
    return _by_id(routes, names)


def _by_id(routes: pd.DataFrame, values: "pd.Series[Any]") -> "pd.Series[Any]":
    first = ~routes["route_id"].duplicated() & routes["route_id"].notna()
    return pd.Series(values[first].to_numpy(), index=pd.Index(routes["route_id"][first]), dtype="string")


def _joined(short: "pd.Series[Any]", long: "pd.Series[Any]") -> "pd.Series[Any]":
    """`川56 矢向末吉橋循環`; once where both say the same."""
    both = short.notna() & long.notna() & (short != long).fillna(False)
    return short.fillna(long).where(~both, short + " " + long)


def _attributes(feed: Feed) -> pd.DataFrame:
    routes = feed.table("routes")
    ids = routes["route_id"]
    kana, english = (_translated(feed, languages) for languages in (KANA, ENGLISH))
    own: dict[str, Any] = {
        "name": ids.map(route_names(feed)),
        **({"name_kana": kana} if kana.notna().any() else {}),
        **({"name_en": english} if english.notna().any() else {}),
        "agency": ids.map(agency_names(feed)),
        "mode": routes["route_type"].map(lambda type: mode(int(type)).ja, na_action="ignore").astype("string"),
        "trips": ids.map(feed.table("trips").groupby("route_id")["trip_id"].nunique()).fillna(0).astype("int64"),
        **_journey(feed),
        "colour": _colours(routes["route_color"]),
    }
    others = [name for name in routes if name not in (*own, "route_id", "route_color")]
    return pd.concat([pd.DataFrame({"feature_id": ids, **own}), routes[others]], axis=1)


def _translated(feed: Feed, languages: tuple[str, ...]) -> "pd.Series[Any]":
    short, long = (translate(feed, "routes", field, languages) for field in ("route_short_name", "route_long_name"))
    known = feed.table("routes")
    some = short.notna() | long.notna()
    return _joined(short.fillna(known["route_short_name"]), long).where(some)


def _journey(feed: Feed) -> dict[str, "pd.Series[Any]"]:
    """From, via and to of routes_jp.txt, where a feed has it."""
    if "routes_jp" not in feed.tables:
        return {}
    told = feed.table("routes_jp").drop_duplicates("route_id").set_index("route_id")
    ids = feed.table("routes")["route_id"]
    return {name: ids.map(told[name]).astype("string") for name in ("origin_stop", "via_stop", "destination_stop")}


def _colours(colours: "pd.Series[Any]") -> "pd.Series[Any]":
    """#RRGGBB; missing where the feed gives none, or something else."""
    return ("#" + colours.str.upper()).where(colours.str.fullmatch(_HEX).fillna(False)).astype("string")
