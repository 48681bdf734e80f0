"""A validation as files: JSON, a table for a spreadsheet, a page for reading and printing."""

import csv
import json
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

from geo import Language, Text
from gtfs.page import Speaker, page, table
from gtfs.validation.finding import Finding, Level
from gtfs.validation.validate import Validation

SHOWN_OF_RULE: Final = 100
"""Cases of a rule on the page; CSV and JSON have all."""

_WORDS: Final = {
    "title": Text("GTFSの検証結果", "Validation of a GTFS feed"),
    "as_of": Text("判定日", "judged as of"),
    "made": Text("作成", "made"),
    "rules": Text("規則ごとの件数", "Findings by rule"),
    "rule": Text("規則", "Rule"),
    "origin": Text("出典", "Rules of"),
    "level": Text("重さ", "Level"),
    "count": Text("件数", "Count"),
    "meaning": Text("内容と直し方", "Meaning, and how to mend it"),
    "cases": Text("一覧", "Case by case"),
    "file": Text("ファイル", "File"),
    "line": Text("行", "Line"),
    "feature": Text("ID", "Id"),
    "what": Text("内容", "What is wrong"),
    "more": Text("ほか{count}件はCSVとJSONにあります。", "{count} more are in the CSV and JSON."),
    "none": Text("問題は見つかりませんでした。", "Nothing was found."),
    "clean": Text("エラーはありません。", "There are no errors."),
    "about": Text(
        "GTFSとGTFS-JPの規則はgtfs-analyzer、そのほかはMachinamiの規則です。",
        "Rules of GTFS and GTFS-JP are judged by gtfs-analyzer; the others are Machinami's own.",
    ),
}
_HEADS: Final = (
    Text("重さ", "level"), Text("出典", "rules of"), Text("規則", "rule"), Text("ファイル", "file"), Text("行", "line"),
    Text("項目", "field"), Text("ID", "id"), Text("見出し", "title"), Text("内容", "message"), Text("直し方", "remedy"),
    Text("経度", "longitude"), Text("緯度", "latitude"),
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_json(path: Path, validation: Validation) -> None:
    path.write_text(json.dumps(validation.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_csv(path: Path, validation: Validation, language: Language) -> None:
    """UTF-8 with a byte order mark for Excel. Cells that it would run as a formula begin with an apostrophe."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([head.in_language(language) for head in _HEADS])
        for finding in validation.findings:
            cells = _cells(finding, language)
            writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])


def _cells(finding: Finding, language: Language) -> list[str]:
    lon, lat = finding.lonlat or ("", "")
    texts = (finding.title, finding.message, finding.remedy)
    line = "" if finding.line is None else str(finding.line)
    return [
        finding.level.text.in_language(language), finding.origin.text.in_language(language), finding.code,
        finding.file, line, finding.field or "", finding.feature or "",
        *(text.in_language(language) for text in texts), str(lon), str(lat),
    ]  # fmt: skip


def write_html(path: Path, validation: Validation, language: Language) -> None:
    path.write_text(report_html(validation, language), encoding="utf-8")


def report_html(validation: Validation, language: Language) -> str:
    """The whole page; it asks for nothing else."""
    say = Speaker(_WORDS, language)
    title = f"{say('title')}: {escape(validation.name)}"
    made = f"{say('as_of')} {validation.today.isoformat()} · {say('made')} {validation.made_at:%Y-%m-%d %H:%M}"
    rules = [(code, list(cases)) for code, cases in groupby(validation.findings, lambda one: (one.level, one.code))]
    body = [
        f'<h1>{title}</h1><p class="dim">{made} · Machinami</p><p class="dim">{say("about")}</p>',
        _sums(validation, say),
        *([] if validation.errors else [f"<p>{say('clean' if rules else 'none')}</p>"]),
    ]
    if rules:
        heads = ("level", "origin", "rule", "count", "meaning")
        body.append(f"<h2>{say('rules')}</h2>{table(heads, [_rule_row(cases, say) for _, cases in rules], say)}")
        body.append(f"<h2>{say('cases')}</h2>")
        body += [_cases(cases, say) for _, cases in rules]
    return page(title, "\n".join(body), language)


def _sums(validation: Validation, say: Speaker) -> str:
    items = "".join(
        f'<li class="{level.value}"><b>{count:,}</b>{say.text(level.text)}</li>'
        for level, count in validation.counts.items()
    )
    return f'<ul class="sums">{items}</ul>'


def _rule_row(cases: Sequence[Finding], say: Speaker) -> str:
    first = cases[0]
    return (
        f'<tr><td class="{first.level.value}">{say.text(first.level.text)}</td><td>{say.text(first.origin.text)}</td>'
        f'<td><a href="#{_anchor(first)}"><code>{escape(first.code)}</code></a></td><td class="n">{len(cases):,}</td>'
        f'<td>{say.text(first.title)}<p class="dim">{say.text(first.remedy)}</p></td></tr>'
    )


def _cases(cases: Sequence[Finding], say: Speaker) -> str:
    first = cases[0]
    more = len(cases) - SHOWN_OF_RULE
    rest = f'<p class="dim">{say("more", count=f"{more:,}")}</p>' if more > 0 else ""
    rows = [_case_row(case, say) for case in cases[:SHOWN_OF_RULE]]
    head = f"{say.text(first.title)} <code>{escape(first.code)}</code> ({len(cases):,})"
    listed = table(("file", "line", "feature", "what"), rows, say)
    return f'<h3 id="{_anchor(first)}">{head}</h3><p>{say.text(first.remedy)}</p>{listed}{rest}'


def _case_row(finding: Finding, say: Speaker) -> str:
    return (
        f'<tr><td>{escape(finding.file)}</td><td class="n">{finding.line or ""}</td>'
        f'<td class="id">{escape(finding.feature or "")}</td><td>{say.text(finding.message)}</td></tr>'
    )


def _anchor(finding: Finding) -> str:
    return f"{finding.level.value}-{escape(finding.code)}"


def lines(validation: Validation, language: Language) -> Iterator[str]:
    """One line for each rule: level, code, how many, its title and the first case."""
    for _, group in groupby(validation.findings, lambda one: (one.level, one.code)):
        cases = list(group)
        first = cases[0]
        place = ", ".join(str(part) for part in (first.file, first.line) if part)
        level, title, text = (one.in_language(language) for one in (first.level.text, first.title, first.message))
        yield f"{level}  {first.code}  x{len(cases):,}  {title}: {f'[{place}] ' if place else ''}{text}"


def exit_status(validation: Validation) -> int:
    """3 when there are errors, as every command that ends with problems."""
    return 3 if validation.counts[Level.ERROR] else 0
