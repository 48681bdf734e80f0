"""The timetable of a stop on paper: a table for each pole, hours down, kinds of days across, in both languages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from geo import Text
from gtfs.day_kind import DayKind
from gtfs.departure import Departure

_COLUMNS = 3
"""Kinds of days beside each other on A4."""
_MARKS = "abcdefghijklmnopqrstuvwxyz"
_BY_TELEPHONE = 2

_STYLE = """
@page { size: A4; margin: 12mm }
* { box-sizing: border-box }
body { font-family: "Noto Sans JP", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", sans-serif; color: #000;
  background: #fff; margin: 1.5rem auto; max-width: 190mm; line-height: 1.4; font-size: 10.5pt }
h1 { font-size: 24pt; margin: 0; line-height: 1.2 } h1 small, h2 small { font-weight: normal; font-size: 55% }
h2 { font-size: 14pt; margin: 1.6em 0 .3em; break-after: avoid }
p { margin: .2em 0 } section { break-inside: avoid-page }
table { border-collapse: collapse; width: 100%; margin: .4em 0 }
th, td { border: .3mm solid #555; padding: .8mm 1.5mm; text-align: left; vertical-align: baseline }
thead th { text-align: center; background: #e8e8e8; print-color-adjust: exact }
tbody th { width: 13mm; text-align: center; background: #e8e8e8; font-size: 12pt; print-color-adjust: exact }
td { font-size: 12pt; font-variant-numeric: tabular-nums } td span { display: inline-block; min-width: 8mm }
td sup { font-size: 65%; margin-left: .1em }
dl { display: flex; flex-wrap: wrap; gap: 0 1.2em; margin: .3em 0; font-size: 9.5pt }
dl div { display: flex; gap: .4em }
dt { font-weight: bold } dd { margin: 0 } footer { margin-top: 1.5em; font-size: 8.5pt; border-top: .2mm solid #555 }
.warning { border: .5mm solid #000; padding: 1mm 3mm; font-weight: bold }
nav { margin-bottom: 1.5rem }
@media print { nav { display: none } }
"""


@dataclass(frozen=True)
class PrintedKind:
    kind: DayKind
    departures: Sequence[Departure]
    """Of the first of its dates."""


@dataclass(frozen=True)
class PrintedPole:
    platform: str
    kinds: Sequence[PrintedKind]
    """Kinds of days as this pole knows them: another operator's holidays may be others."""


@dataclass(frozen=True)
class PrintedStop:
    id: str
    name: Text
    kana: str
    day: date
    poles: Sequence[PrintedPole]
    sources: Sequence[Text]
    uncovered: Sequence[Text]
    """Feeds that say nothing about the dates."""


def print_page(stop: PrintedStop) -> str:
    sections = "".join(_section(pole) for pole in stop.poles if any(kind.departures for kind in pole.kinds))
    return (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(stop.name.ja)} 時刻表 / Timetable</title><style>{_STYLE}</style></head><body>"
        f'<nav><a href="../../sign/{escape(stop.id)}">発車案内 Departures</a></nav>'
        f"<header><h1>{escape(stop.name.ja)} <small>{escape(stop.kana)} <span lang=en>{_english(stop.name)}</span>"
        f"</small></h1><p>{_date_line(stop.day)}</p></header>"
        + "".join(f'<p class="warning">{_both(text)}</p>' for text in stop.uncovered)
        + (sections or "<p>発車する便はありません <span lang=en>No departures</span></p>")
        + f"<footer>{'、'.join(_both(one) for one in stop.sources)}</footer></body></html>"
    )


def _section(pole: PrintedPole) -> str:
    served = [kind for kind in pole.kinds if kind.departures]
    kinds = sorted(served[:_COLUMNS], key=lambda kind: min(day.weekday() for day in kind.kind.dates))
    silent = [kind for kind in pole.kinds if not kind.departures]
    of_kind = [kind.departures for kind in kinds]
    all_of = [one for departures in of_kind for one in departures]
    marks = _marks(all_of)
    hours = [one.seconds // 3600 for one in all_of]
    code = escape(pole.platform)
    place = f"のりば {code} <small lang=en>Platform {code}</small> " if code else ""
    agencies = "・".join(dict.fromkeys(_both(Text(one.agency, one.agency_english or one.agency)) for one in all_of))
    head = "".join(f'<th scope="col">{_both(kind.kind.label)}</th>' for kind in kinds)
    rows = "".join(_row(hour, of_kind, marks) for hour in range(min(hours, default=0), max(hours, default=-1) + 1))
    return (
        f"<section><h2>{place}<small>{agencies}</small></h2><table><thead><tr><th>時</th>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{_legend(all_of, marks)}{_others(served[_COLUMNS:], silent)}</section>"
    )


def _row(hour: int, of_kind: Sequence[Sequence[Departure]], marks: Mapping[tuple[str, str], str]) -> str:
    cells = []
    for departures in of_kind:
        at = [one for one in departures if one.seconds // 3600 == hour]
        cells.append("".join(_minute(one, marks) for one in at))
    called = f"{hour}" if hour < 24 else f"翌{hour - 24}"
    return f'<tr><th scope="row">{called}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _minute(one: Departure, marks: Mapping[tuple[str, str], str]) -> str:
    mark = marks[_way(one)] + ("☎" if one.pickup_type == _BY_TELEPHONE else "") + ("約" if one.headway_s else "")
    return f"<span>{one.seconds // 60 % 60:02d}<sup>{mark}</sup></span> "


def _marks(departures: Sequence[Departure]) -> dict[tuple[str, str], str]:
    """None for the most frequent destination; a letter, or two, for each other one."""
    ways = [way for way, _ in Counter(map(_way, departures)).most_common()]
    return {way: "" if at == 0 else _letters(at - 1) for at, way in enumerate(ways)}


def _letters(number: int) -> str:
    high, low = divmod(number, len(_MARKS))
    return (_MARKS[high - 1] if high else "") + _MARKS[low]


def _way(one: Departure) -> tuple[str, str]:
    return one.headsign, one.route_name


def _legend(departures: Sequence[Departure], marks: Mapping[tuple[str, str], str]) -> str:
    known = {_way(one): one for one in departures}
    items = [
        f"<div><dt>{mark or '無印'}</dt><dd>{_both(Text(one.headsign, one.headsign_english or one.headsign))}"
        f" ({_both(Text(one.route_name, one.route_english or one.route_name))})</dd></div>"
        for way, mark in marks.items()
        for one in [known[way]]
    ]
    if any(one.pickup_type == _BY_TELEPHONE for one in departures):
        items.append("<div><dt>☎</dt><dd>要予約 <span lang=en>Book by telephone</span></dd></div>")
    if any(one.headway_s for one in departures):
        items.append("<div><dt>約</dt><dd>およその時刻 <span lang=en>About</span></dd></div>")
    return f"<dl>{''.join(items)}</dl>"


def _others(kinds: Sequence[PrintedKind], silent: Sequence[PrintedKind]) -> str:
    """Dates whose own timetable is not printed here must not be taken for those that are."""
    told = ((Text("運休", "No service"), silent), (Text("次の日は別の時刻です", "Other times on"), kinds))
    lines = [(title, "、".join(_both(one.kind.label) for one in of_title)) for title, of_title in told if of_title]
    return "".join(f'<p class="warning">{_both(title)}: {days}</p>' for title, days in lines)


def _date_line(day: date) -> str:
    return (
        f"{day.year}年{day.month}月{day.day}日からの時刻表 "
        f"<span lang=en>Timetable from {day.day} {day:%B} {day.year}</span>"
    )


def _both(text: Text) -> str:
    return escape(text.ja) if text.ja == text.en else f"{escape(text.ja)} <span lang=en>{_english(text)}</span>"


def _english(text: Text) -> str:
    return escape(text.en) if text.en != text.ja else ""
