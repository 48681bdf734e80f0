"""The words of `machinami gtfs`, in Japanese and English."""

from collections.abc import Mapping

from geo import Text

SERVICE_OF = Text("{feed} {date}({services})", "{feed} {date} ({services})")
SERVICE_SUM = Text("{routes} 系統、{trips} 便", "{routes} routes, {trips} trips")
NO_SERVICE = Text("運行なし", "no service")
REVISION = Text(
    "注意: 新旧のダイヤが同梱されています(新ダイヤは {begins} から、{lines} 路線)",
    "Note: the feed holds two timetables; the new one begins {begins} ({lines} lines)",
)

HEADS: Mapping[str, Text] = {
    "route": Text("路線", "route"),
    "agency": Text("事業者", "agency"),
    "trips": Text("便", "trips"),
    "first": Text("始発", "first"),
    "last": Text("終発", "last"),
    "headway": Text("間隔(分)", "headway (min)"),
}

JAPANESE: Mapping[str, str] = {
    "Look after timetables in GTFS and GTFS-JP.": "時刻表(GTFS・GTFS-JP)を確認・編集します。",
    "Zip or folder of a feed, or id of a layer.": "GTFSのZIPかフォルダー、またはレイヤーのID。",
    "Date, such as 2026-04-29.": "日付(例: 2026-04-29)。",
    "Print JSON.": "JSONで出力します。",
    "What runs on a date: trips of each route, first and last departure, headway.": (
        "その日に運行する便を路線ごとに示します(便数・始発・終発・間隔)。"
    ),
}
