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

WRITTEN = Text("書き出しました: {path}", "Written: {path}")
FINDINGS = Text(
    "エラー {error} 件、警告 {warning} 件、参考 {note} 件", "{error} errors, {warning} warnings, {note} notes"
)

RENAMED = Text("{feed}: 重なるIDに接頭辞を付けました({kinds})", "{feed}: ids that collide have a prefix now ({kinds})")
JOINED = Text(
    "{count} か所で、事業者をまたぐ標柱を1つの停留所にまとめました",
    "at {count} places poles of several operators have one parent station",
)
FIXED = Text("修正 {count} 種類", "{count} kinds of fixes")

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
    "Zips or folders of feeds, or ids of layers.": "GTFSのZIPかフォルダー、またはレイヤーのID(2つ以上)。",
    "Zip to write.": "書き出すZIP。",
    "Apply every safe fix and list them.": "安全な修正をすべて行い、一覧を示します。",
    "Join the feeds of several operators in one zip.": "複数の事業者のGTFSを1つのZIPにまとめます。",
    "Write a feed as a zip that is the same each time; with --fix as clean GTFS-JP.": (
        "GTFSをZIPに書き出します(同じ内容からは同じファイル)。--fix で整ったGTFS-JPにします。"
    ),
    "The feed before.": "変更前のGTFS。",
    "The feed after.": "変更後のGTFS。",
    "Write changed stops and routes to this file.": "変わった停留所と路線(GeoJSON)をこのファイルに書き出します。",
    "What changed from one feed to the next: routes, trips, headways, stops.": (
        "2つのGTFSを比べ、路線・便数・間隔・停留所の変化を示します。"
    ),
    "Write JSON to this file.": "JSONをこのファイルに書き出します。",
    "Write a table of all findings to this file.": "検証結果の一覧(CSV)をこのファイルに書き出します。",
    "Judge as of this date; without it, today.": "判定する日付。指定しなければ今日。",
    "Feed of another operator, to compare names and holidays with.": "停留所名や休日を比べる、ほかの事業者のGTFS。",
    "Edition of GTFS-JP; auto: by what the feed holds.": "GTFS-JPの版。auto: データの内容から判断します。",
    "Judge a feed by the rules of GTFS, of GTFS-JP and our own.\n\n"
    "Exit status: 0 no errors; 3 with errors; 1 nothing could be read; 2 wrong usage.": (
        "GTFSとGTFS-JPの規則、Machinami独自の規則でデータを検証します。\n\n"
        "終了ステータス: 0 エラーなし、3 エラーあり、1 読み込めない、2 使い方の誤り。"
    ),
    "What runs on a date: trips of each route, first and last departure, headway.": (
        "その日に運行する便を路線ごとに示します(便数・始発・終発・間隔)。"
    ),
}
