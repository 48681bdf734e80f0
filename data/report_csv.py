"""Problems as a table that Excel opens: UTF-8 with a byte order mark, one row for each problem."""

import csv
from collections.abc import Iterable
from pathlib import Path

from geo import Language, Problem, Text

_HEADS = (
    Text("重さ", "severity"),
    Text("規則", "rule"),
    Text("ファイル", "file"),
    Text("地物ID", "feature"),
    Text("行", "line"),
    Text("経度", "longitude"),
    Text("緯度", "latitude"),
    Text("内容", "message"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_report_csv(path: Path, problems: Iterable[Problem], language: Language) -> int:
    """How many rows were written. Cells that a spreadsheet would run as a formula begin with an apostrophe."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([head.in_language(language) for head in _HEADS])
        for problem in problems:
            count += 1
            writer.writerow([_safe(cell) for cell in _cells(problem, language)])
    return count


def _cells(problem: Problem, language: Language) -> list[str]:
    lon, lat = problem.lonlat or ("", "")
    return [
        problem.severity.value,
        problem.rule,
        problem.file,
        problem.feature or "",
        "" if problem.line is None else str(problem.line),
        str(lon),
        str(lat),
        problem.text(language),
    ]


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii() and not any(sign in cell for sign in "\t\r\n")
