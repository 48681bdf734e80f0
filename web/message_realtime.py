"""The words of `machinami realtime`, in Japanese and English."""

from collections.abc import Mapping

from geo import Text

RECEIVING = Text(
    "運行情報を受信しています: {feeds} フィード、{every} 秒ごと(Ctrl+C で終了)",
    "Receiving realtime data of {feeds} feeds every {every} s (Ctrl+C stops)",
)
NO_FEEDS = Text(
    "受信する運行情報がありません。--feed レイヤー=URL で指定してください",
    "there is nothing to receive: name it with --feed LAYER=URL",
)
FORGOTTEN = Text("運行情報の設定を消しました", "The bindings to realtime feeds are gone")
STATE = Text("{feed}: {quality} ({reason})", "{feed}: {quality} ({reason})")
COUNTS = Text(
    "  車両 {vehicles}、予測 {predictions}、お知らせ {alerts}、時刻表にない便 {unknown}",
    "  {vehicles} vehicles, {predictions} predicted calls, {alerts} alerts, {unknown} trips the timetable lacks",
)
SIMULATING = Text("{day} の運行を再現しています: {address}(Ctrl+C で終了)", "Playing {day} at {address} (Ctrl+C stops)")
WRITTEN = Text("{files} 個のファイルを {folder} に書き出しました", "{files} files written to {folder}")
OBSERVED = Text(
    "{first} から {last} まで {days} 日: 予定 {scheduled} 回の停車のうち {observed} 回を観測({share}%)",
    "{first} to {last}, {days} days: {observed} of {scheduled} scheduled calls observed ({share} %)",
)

HEADS: Mapping[str, Text] = {
    "route_id": Text("路線", "route"),
    "stop_id": Text("停留所", "stop"),
    "hour": Text("時", "hour"),
    "scheduled": Text("予定", "scheduled"),
    "observed": Text("観測", "observed"),
    "completeness": Text("観測率", "completeness"),
    "mean_s": Text("平均(秒)", "mean (s)"),
    "median_s": Text("中央値(秒)", "median (s)"),
    "p90_s": Text("90%値(秒)", "90 % (s)"),
    "on_time": Text("定時率", "on time"),
    "early": Text("早発", "early"),
    "late": Text("遅延", "late"),
}

JAPANESE: Mapping[str, str] = {
    "Receive bus location (GTFS-Realtime) for the store until stopped.\n\n"
    "Feeds named with --feed are kept in the store; without it, those kept there are received.": (
        "バスの運行情報(GTFS-Realtime)を、止めるまで受信します。\n\n"
        "--feed で指定したフィードはストアに保存され、次からは省略できます。"
    ),
    "A layer of stops and where its buses are told of.": "停留所のレイヤーと、その運行情報のURLまたはファイル。",
    "Seconds between questions.": "受信の間隔(秒)。",
    "Receive once, show the state, and stop.": "1回だけ受信し、状態を表示して終わります。",
    "Forget the feeds that are kept in the store.": "ストアに保存したフィードの設定を消します。",
    "Play a day of a timetable as GTFS-Realtime, with delays and losses.": (
        "時刻表の1日を、遅れや欠測のある GTFS-Realtime として再現します。"
    ),
    "Service date to play; without it, today. Another date is for files only.": (
        "再現する運行日。指定しなければ今日。ほかの日付はファイルへの書き出し用です。"
    ),
    "The same seed makes the same day.": "乱数の種。同じ種からは同じ1日ができます。",
    "Faults too: silence, garbage, wrong clocks, jumps, five minutes of each hour.": (
        "障害も再現します(無応答、壊れたデータ、時計の狂い、位置の飛び。毎時5分間)。"
    ),
    "Write .pb files to this folder instead of serving.": "配信せず、.pb ファイルをこのフォルダーに書き出します。",
    "First time of day to write.": "書き出す最初の時刻。",
    "Last time of day to write.": "書き出す最後の時刻。",
    "How punctual buses were, and of what share of the calls anything is known.": (
        "バスの定時性と、観測できた停車の割合を表示します。"
    ),
    "Layer of stops.": "停留所のレイヤー。",
    "First service date; without it, the first observed one.": "最初の運行日。指定しなければ観測のある最初の日。",
    "Last service date; without it, the last observed one.": "最後の運行日。指定しなければ観測のある最後の日。",
    "By route, stop or hour.": "集計の単位: route(路線)、stop(停留所)、hour(時間帯)。",
    "Start no receiver of realtime data beside the server.": "運行情報の受信を一緒に起動しません。",
}
