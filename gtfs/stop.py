"""The stops of a feed as points."""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo import Column, ColumnType, Problem, Text
from gtfs.call import departures
from gtfs.feed import Feed
from gtfs.record import Records, identified
from gtfs.route import agency_names, route_names
from gtfs.translation import ENGLISH, KANA, translate

COLUMNS = (
    Column("name", Text("停留所名", "Stop")),
    Column("name_kana", Text("停留所名(かな)", "Stop (kana)")),
    Column("name_en", Text("停留所名(英語)", "Stop (English)")),
    Column("routes", Text("系統", "Routes")),
    Column("departures", Text("発車する便(全ダイヤの計)", "Departures (all timetables)"), ColumnType.INTEGER, "便"),
    Column("agency", Text("事業者", "Agency")),
    Column("platform_code", Text("のりば", "Platform")),
    Column("stop_code", Text("停留所番号", "Stop code")),
    Column("stop_desc", Text("説明", "Description")),
    Column("zone_id", Text("運賃エリア", "Fare zone")),
    Column("location_type", Text("種類(0 標柱・1 停留所)", "Kind (0 platform, 1 station)"), ColumnType.INTEGER),
    Column("parent_station", Text("親の停留所", "Parent station")),
    Column("wheelchair_boarding", Text("車いすでの乗降(1 可・2 不可)", "Wheelchair (1 yes, 2 no)"), ColumnType.INTEGER),
    Column("stop_url", Text("URL", "URL")),
)
"""`departures`: calls of all trips of the feed where somebody may board, whatever days the trips run."""

_LISTED = 6
"""Routes named at a stop; those with most departures first."""


def stop_records(feed: Feed) -> Records:
    stops = feed.table("stops")
    keep, problems = identified(stops, "stop_id", feed.place("stops"))
    located = _located(stops)
    problems += (
        Problem("gtfs.stop_without_coordinates", feed.place("stops"), str(stops["stop_id"][line]), int(line))
        for line in stops.index[keep & ~located]
    )
    stored = keep & located
    return Records(_attributes(feed)[stored], _points(stops)[stored], len(stops), tuple(problems))


def _points(stops: pd.DataFrame) -> NDArray[Any]:
    return np.asarray(shapely.points(stops["stop_lon"].to_numpy(), stops["stop_lat"].to_numpy()), dtype=object)


def _located(stops: pd.DataFrame) -> NDArray[np.bool_]:
    """0, 0 in the Gulf of Guinea is how some programs write a missing place."""
    lonlat = stops[["stop_lon", "stop_lat"]].to_numpy(dtype="float64")
    return np.asarray(~np.isnan(lonlat).any(axis=1) & (lonlat != 0).any(axis=1))


def _attributes(feed: Feed) -> pd.DataFrame:
    stops = feed.table("stops")
    kana, english = (translate(feed, "stops", "stop_name", languages) for languages in (KANA, ENGLISH))
    calls = departures(feed)
    own: dict[str, Any] = {
        "name": stops["stop_name"].fillna(stops["stop_id"]),
        **({"name_kana": kana} if kana.notna().any() else {}),
        **({"name_en": english} if english.notna().any() else {}),
        "routes": stops["stop_id"].map(_listed(calls, route_names(feed))),
        "departures": stops["stop_id"].map(calls.groupby("stop_id").size()).fillna(0).astype("int64"),
        "agency": stops["stop_id"].map(_listed(calls, agency_names(feed))),
    }
    known = [column.name for column in COLUMNS if column.name in stops]
    others = [name for name in stops if name not in (*known, "stop_id", "stop_name", "stop_lat", "stop_lon")]
    return pd.concat([pd.DataFrame({"feature_id": stops["stop_id"], **own}), stops[[*known, *others]]], axis=1)


def _listed(calls: pd.DataFrame, names: "pd.Series[Any]") -> "pd.Series[Any]":
    """Names by route_id as a short text by stop_id, the most frequent first."""
    named = calls.assign(name=calls["route_id"].map(names)).dropna(subset=["name"])
    counted = named.groupby(["stop_id", "name"]).size().rename("calls").reset_index()
    ordered = counted.sort_values(["calls", "name"], ascending=[False, True], kind="stable")
    first = ordered[ordered.groupby("stop_id").cumcount() < _LISTED]
    shown = first.groupby("stop_id")["name"].agg("、".join).astype("string")
    more = ordered.groupby("stop_id").size() - _LISTED
    return shown.where(more <= 0, shown + " ほか" + more.astype("string"))
