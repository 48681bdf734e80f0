"""Writes docs/problems.md from the catalogue of rules: `python -m tests.docs.problem_table`."""

import re
from pathlib import Path

from geo import RULES, Severity
from geo.check.counterpart import COUNTERPARTS
from geo.rule import Rule

PAGE = Path(__file__).parents[2] / "docs" / "problems.md"

_MEANING = {
    Severity.NOTE: "知らせ / note",
    Severity.WARNING: "注意 / warning",
    Severity.ERROR: "除外 / error",
}

_HEAD = """# 取り込みの指摘 / Problems of an import

`python -m tests.docs.problem_table` が `geo/rule.py` から作ります。手で直さないでください。
Written by `python -m tests.docs.problem_table` from `geo/rule.py`; do not edit.

`machinami problems LAYER` とAPI `/api/layers/{id}/problems` は、指摘ごとに規則(rule)、ファイル、地物または行、
文を示します。
`machinami problems LAYER` and `/api/layers/{id}/problems` give the rule, the file, the feature or line,
and the sentence.

| 重さ / Severity | 意味 / Meaning | 終了ステータス / Exit status |
|---|---|---|
| 知らせ / note | 失われたものも変わったものもない。/ Nothing was lost or changed. | 0 |
| 注意 / warning | 保存したが、ファイルのままではない、または疑いがある。/ Stored, but changed or doubtful. | 3 |
| 除外 / error | 保存していない。/ Not stored. | 3 (何も保存できなければ / nothing stored: 1) |

`{...}` には値が入ります。/ `{...}` stands for a value.

規則の下の番号は、val3dityのエラーコードと、PLATEAU標準製品仕様書の品質要求(品質検査の番号)で対応するものです。
Numbers below a rule are its counterparts: error codes of val3dity, requirements of the PLATEAU product specification.
"""


def page() -> str:
    """The whole page."""
    groups: dict[str, list[str]] = {}
    for code, rule in RULES.items():
        groups.setdefault(code.partition(".")[0], []).append(_row(code, rule))
    head = "| 規則 / Rule | 重さ / Severity | 日本語 | English |\n|---|---|---|---|\n"
    return _HEAD + "".join(f"\n## {group}\n\n{head}{''.join(rows)}" for group, rows in groups.items())


def _row(code: str, rule: Rule) -> str:
    known = f"<br>{COUNTERPARTS[code]}" if code in COUNTERPARTS else ""
    return f"| `{code}`{known} | {_MEANING[rule.severity]} | {_cell(rule.text.ja)} | {_cell(rule.text.en)} |\n"


def _cell(text: str) -> str:
    """Placeholders without Python's `!r`; nothing that would end the cell."""
    return re.sub(r"\{(\w+)![rs]\}", r"{\1}", text).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
