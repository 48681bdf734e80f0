"""Problems as one page that needs nothing else: to be read offline, sent by mail, printed."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from data.remedy import remedy
from data.report import SHOWN_OF_RULE, Report, first_files
from data.report_map import report_map
from geo import RULES, Language, Problem, Severity, Text
from geo.check.counterpart import COUNTERPARTS

_SEVERITIES = {
    Severity.ERROR: Text("除外", "not stored"),
    Severity.WARNING: Text("注意", "warning"),
    Severity.NOTE: Text("知らせ", "note"),
}
_WORDS = {
    "title": Text("データ品質の報告", "Data quality report"),
    "made": Text("作成", "made"),
    "total": Text("合計", "total"),
    "rules": Text("規則ごとの件数", "Problems by rule"),
    "rule": Text("規則", "Rule"),
    "severity": Text("重さ", "Severity"),
    "count": Text("件数", "Count"),
    "meaning": Text("例と対応", "Example, and what to do"),
    "files": Text("問題の多いファイル", "Files with the most problems"),
    "file": Text("ファイル", "File"),
    "map": Text("場所", "Places"),
    "map_note": Text(
        "円は問題の場所(大きいほど多い)。場所のわかる{placed}件。",
        "Circles are places of problems, larger where there are more. {placed} have a place.",
    ),
    "rows": Text("地物ごとの一覧", "Feature by feature"),
    "feature": Text("地物ID", "Feature"),
    "line": Text("行", "Line"),
    "place": Text("緯度, 経度", "Latitude, longitude"),
    "what": Text("内容", "What is wrong"),
    "more": Text("ほか{count}件はCSVにあります。", "{count} more are in the CSV."),
    "none": Text("問題は見つかりませんでした。", "No problem was found."),
}
_STYLE = """
:root{color-scheme:light}
body{font:15px/1.6 system-ui,"Hiragino Sans","Noto Sans JP",Meiryo,sans-serif;color:#1c1b1f;margin:2rem auto;
max-width:60rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.25rem 0}.dim{color:#5a5960}
ul.sums{display:flex;gap:1rem;list-style:none;padding:0}ul.sums li{border:1px solid #d0ced6;border-radius:.5rem;
padding:.5rem 1rem}ul.sums b{display:block;font-size:1.4rem}
table{border-collapse:collapse;width:100%;font-size:.875rem}th{text-align:left;border-bottom:2px solid #79767d}
td{border-bottom:1px solid #e0dee6;vertical-align:top}th,td{padding:.25rem .5rem .25rem 0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.id{overflow-wrap:anywhere}td:first-child,th{white-space:nowrap}td.id:first-child{white-space:normal}
code{font:.8125rem ui-monospace,Consolas,monospace}
.error{color:#b3261e}.warning{color:#8a5200}.note{color:#2f5d8f}
svg{max-width:100%;height:auto}svg rect{fill:#faf9fb;stroke:#d0ced6}svg circle{fill-opacity:.55}
svg text{font-size:11px;fill:#5a5960}svg path{fill:none;stroke:#5a5960}
@media print{body{margin:0;max-width:none;font-size:10pt}h2,h3{break-after:avoid}tr{break-inside:avoid}
thead{display:table-header-group}}
"""


def write_report_html(path: Path, report: Report, language: Language) -> None:
    path.write_text(report_html(report, language), encoding="utf-8")


def report_html(report: Report, language: Language) -> str:
    """The whole page."""
    say = _Speaker(language)
    made = f"{say('made')} {report.made_at:%Y-%m-%d %H:%M}"
    parts = [
        f"<h1>{say('title')}: {escape(report.title)}</h1>",
        f'<p class="dim">{made} · Machinami</p>',
        _sums(report, say),
        *(_body(report, say) if report.total else [f"<p>{say('none')}</p>"]),
    ]
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{say('title')}: {escape(report.title)}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


class _Speaker:
    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: str) -> str:
        return escape(_WORDS[key].in_language(self.language).format_map(values))

    def text(self, text: Text | None) -> str:
        return escape(text.in_language(self.language)) if text else ""


def _sums(report: Report, say: _Speaker) -> str:
    sums = [(say("total"), "", report.total)]
    sums += [(say.text(_SEVERITIES[one]), one.value, count) for one, count in report.by_severity().items()]
    items = "".join(f'<li class="{kind}"><b>{count:,}</b>{word}</li>' for word, kind, count in sums)
    return f'<ul class="sums">{items}</ul>'


def _body(report: Report, say: _Speaker) -> list[str]:
    drawn = report_map(report, say.language)
    places = f"<h2>{say('map')}</h2><p>{say('map_note', placed=f'{report.placed:,}')}</p>{drawn}" if drawn else ""
    return [
        f"<h2>{say('rules')}</h2>",
        _table(["severity", "rule", "count", "meaning"], [_rule_row(report, rule, say) for rule in report.rules], say),
        places,
        f"<h2>{say('files')}</h2>",
        _table(["file", "count"], [_file_row(*one) for one in first_files(report)], say),
        f"<h2>{say('rows')}</h2>",
        *(_rule_section(report, rule, say) for rule in report.rules),
    ]


def _table(heads: Sequence[str], rows: Sequence[str], say: _Speaker) -> str:
    head = "".join(f'<th class="{"n" if one in ("count", "line") else ""}">{say(one)}</th>' for one in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _rule_row(report: Report, rule: str, say: _Speaker) -> str:
    severity = RULES[rule].severity
    example = escape(report.shown[rule][0].text(say.language))
    return (
        f'<tr><td class="{severity.value}">{say.text(_SEVERITIES[severity])}</td>'
        f'<td><a href="#{rule}"><code>{rule}</code></a><p class="dim">{escape(COUNTERPARTS.get(rule, ""))}</p></td>'
        f'<td class="n">{report.counts[rule]:,}</td>'
        f'<td>{example}<p class="dim">{say.text(remedy(rule))}</p></td></tr>'
    )


def _file_row(file: str, count: int) -> str:
    return f'<tr><td class="id">{escape(file)}</td><td class="n">{count:,}</td></tr>'


def _rule_section(report: Report, rule: str, say: _Speaker) -> str:
    rows = [_problem_row(problem, say) for problem in report.shown[rule]]
    more = report.counts[rule] - SHOWN_OF_RULE
    rest = f'<p class="dim">{say("more", count=f"{more:,}")}</p>' if more > 0 else ""
    heads = ["file", "feature", "line", "place", "what"]
    return f'<h3 id="{rule}"><code>{rule}</code> ({report.counts[rule]:,})</h3>{_table(heads, rows, say)}{rest}'


def _problem_row(problem: Problem, say: _Speaker) -> str:
    place = f"{problem.lonlat[1]:.6f}, {problem.lonlat[0]:.6f}" if problem.lonlat else ""
    return (
        f'<tr><td class="id">{escape(problem.file)}</td><td class="id">{escape(problem.feature or "")}</td>'
        f'<td class="n">{problem.line or ""}</td><td class="n">{place}</td>'
        f"<td>{escape(problem.text(say.language))}</td></tr>"
    )
