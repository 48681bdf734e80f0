"""Our own rules: what the canonical ones and those of GTFS-JP don't look at. The placeholders come with each case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geo import Text
from gtfs.validation.finding import Finding, Level, Origin


@dataclass(frozen=True, slots=True)
class FeedRule:
    level: Level
    title: Text
    message: Text
    remedy: Text


_MEND_PLACE = Text(
    "stops.txt の緯度・経度か、shapes.txt の線を直してください。",
    "Mend the place in stops.txt, or the line in shapes.txt.",
)
_MEND_DAYS = Text(
    "意図した運休か確認し、そうでなければ calendar_dates.txt に運行日(exception_type=1)を追加してください。",
    "If it is not meant, add these dates to calendar_dates.txt (exception_type 1) for the service that should run.",
)

FEED_RULES: Final[Mapping[str, FeedRule]] = {
    "encoding": FeedRule(
        Level.ERROR,
        Text("文字コードがUTF-8ではない", "Not in UTF-8"),
        Text("{encoding} で書かれています。", "The file is in {encoding}."),
        Text(
            "UTF-8で保存し直してください(machinami gtfs export --fix で変換できます)。",
            "Save it in UTF-8 (machinami gtfs export --fix does that).",
        ),
    ),
    "nested": FeedRule(
        Level.ERROR,
        Text("ファイルがフォルダーの中にある", "Files lie in a folder"),
        Text("ZIPの中のフォルダー「{folder}」にあります。", "They lie in the folder {folder} of the zip."),
        Text(
            "ファイルをZIPの最上位に置いてください(machinami gtfs export で作り直せます)。",
            "Put them at the top of the zip (machinami gtfs export does that).",
        ),
    ),
    "unreadable": FeedRule(
        Level.ERROR,
        Text("読み込めない", "Can't be read"),
        Text("{reason}", "{reason_en}"),
        Text(
            "ファイルを直すまで、Machinami独自の規則は調べられません。",
            "Our own rules can't be checked before the file is mended.",
        ),
    ),
    "row": FeedRule(
        Level.WARNING,
        Text("読めない値・行", "A value or row that can't be read"),
        Text("{reason}", "{reason_en}"),
        Text("その行を直してください。", "Mend that line."),
    ),
    "two_generations": FeedRule(
        Level.WARNING,
        Text("新旧のダイヤが同梱されている", "Two timetables in one feed"),
        Text(
            "{begins} から新ダイヤです。{lines} 路線が両方にあり、全ダイヤを数えると少なくとも {trips} 便が"
            "二重になります(旧: {before}、新: {after})。",
            "The new timetable begins {begins}. {lines} lines are in both, and a count over all services is too "
            "high by at least {trips} trips (old: {before}; new: {after}).",
        ),
        Text(
            "便数は日付を指定して数えてください。新旧を別のGTFSに分け、次のデータとして公開する方法もあります。",
            "Count trips on a date. Or publish the new timetable as a feed of its own, to follow the current one.",
        ),
    ),
    "impossible_speed": FeedRule(
        Level.ERROR,
        Text("ありえない速さ", "Impossible speed"),
        Text(
            "{from_stop} から {to_stop} まで直線 {km} km を {minutes} 分: 分単位の丸めを考えても時速 {speed} km"
            "(上限 {limit} km)。同じ区間の便: {trips}。",
            "From {from_stop} to {to_stop}, {km} km in a straight line, in {minutes} min: {speed} km/h even if times "
            "are rounded to minutes (limit {limit}). Trips with the same: {trips}.",
        ),
        Text(
            "stop_times.txt の時刻か、停留所の緯度・経度を直してください。",
            "Mend the times in stop_times.txt, or the places of the stops.",
        ),
    ),
    "time_runs_back": FeedRule(
        Level.ERROR,
        Text("時刻が戻る", "Time runs backwards"),
        Text(
            "便 {trip}: {stop} の時刻 {time} は、前の停留所の {before} より前です。",
            "Trip {trip}: {time} at {stop} is before {before} at the stop before it.",
        ),
        Text("stop_times.txt の時刻か順序を直してください。", "Mend the times or the sequence in stop_times.txt."),
    ),
    "stop_far_from_shape": FeedRule(
        Level.WARNING,
        Text("停留所が経路から離れている", "A stop far from its shape"),
        Text(
            "停留所「{name}」は経路 {shape} から {metres} m 離れています(目安 {limit} m)。",
            "The stop {name} is {metres} m from the shape {shape} (limit {limit} m).",
        ),
        _MEND_PLACE,
    ),
    "name_variant": FeedRule(
        Level.WARNING,
        Text("停留所名の表記ゆれ", "Spellings of one name"),
        Text(
            "「{name}」({agency})と「{other}」({other_agency})は {metres} m の近さで、"
            "同じ停留所の表記ゆれと思われます。",
            "{name} ({agency}) and {other} ({other_agency}) are {metres} m apart and seem to be spellings of one name.",
        ),
        Text(
            "事業者の間で表記をそろえてください(ヶ・ケ、全角・半角、新旧の字体など)。",
            "Agree on one spelling (ヶ or ケ, full or half width, old or new letters).",
        ),
    ),
    "ends_soon": FeedRule(
        Level.WARNING,
        Text("まもなく運行期間が終わる", "Service ends soon"),
        Text("最後の運行日は {last}、あと {days} 日です。", "The last date with service is {last}, in {days} days."),
        Text(
            "次の時刻表を用意し、終わる前に公開してください。",
            "Prepare the next timetable and publish it before this one ends.",
        ),
    ),
    "ended": FeedRule(
        Level.WARNING,
        Text("運行期間が終わっている", "Service has ended"),
        Text("最後の運行日は {last} でした。", "The last date with service was {last}."),
        Text("新しい時刻表に差し替えてください。", "Publish a newer timetable in its place."),
    ),
    "no_service_id": FeedRule(
        Level.WARNING,
        Text("運行日のないダイヤ", "A service without dates"),
        Text(
            "{service} は一日も運行しませんが、{trips} 便が使っています。",
            "{service} runs on no date, and {trips} trips use it.",
        ),
        Text(
            "calendar.txt か calendar_dates.txt に運行日を書いてください。",
            "Tell its dates in calendar.txt or calendar_dates.txt.",
        ),
    ),
    "holiday_without_service": FeedRule(
        Level.WARNING,
        Text("祝日に運行がない", "Holidays without any service"),
        Text(
            "このデータが休日として扱う {holidays} 日のうち {days} 日は、どの便も走りません: {dates}"
            "(休日の判断の元: {source})。",
            "On {days} of the {holidays} dates that the data treat as holidays nothing runs: {dates} "
            "(told by {source}).",
        ),
        _MEND_DAYS,
    ),
    "holiday_as_working_day": FeedRule(
        Level.WARNING,
        Text("ほかの事業者の休日に平日ダイヤで走る", "Working-day service on others' holidays"),
        Text(
            "{source} のデータでは休日の {days} 日に、このデータは平日のダイヤだけで走ります: {dates}。",
            "On {days} dates that are holidays in the data of {source}, this one runs its working-day services: "
            "{dates}.",
        ),
        Text(
            "休日のダイヤで走る日は calendar_dates.txt に書いてください。",
            "Put the dates with holiday service into calendar_dates.txt.",
        ),
    ),
    "poles_far_apart": FeedRule(
        Level.WARNING,
        Text("同じ停留所の標柱が離れている", "Poles of one stop far apart"),
        Text(
            "「{name}」の標柱 {pole} は、同じ停留所のほかの標柱から {metres} m 離れています(目安 {limit} m)。",
            "The pole {pole} of {name} is {metres} m from the other poles of its stop (limit {limit} m).",
        ),
        Text(
            "緯度・経度か parent_station を直してください。",
            "Mend its place, or its parent_station.",
        ),
    ),
}


def found(code: str, parameters: Mapping[str, object], **where: Any) -> Finding:
    """A case of our rule `code`; `where`: file, line, feature, field, lonlat."""
    rule = FEED_RULES[code]
    message = Text(rule.message.ja.format_map(parameters), rule.message.en.format_map(parameters))
    return Finding(code, rule.level, Origin.MACHINAMI, rule.title, message, rule.remedy, **where)
