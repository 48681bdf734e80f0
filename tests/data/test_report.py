"""Reports about problems: complete, bounded, safe to open."""

import csv
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from data.inspection import inspect_paths
from data.remedy import remedy
from data.report import SHOWN_OF_RULE, gather
from data.report_csv import write_report_csv
from data.report_html import report_html
from data.report_map import report_map
from geo import RULES, Problem

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
EVIL = '=HYPERLINK("http://example.com")<script>alert(1)</script>'


def some(count: int) -> list[Problem]:
    told = {"lod": "LOD2", "count": "3"}
    return [
        Problem("solid.open", "a.gml", f"b{n}", n + 1, (138.86 + n * 1e-4, 35.1 + n % 7 * 1e-4), told)
        for n in range(count)
    ]


class _Page(HTMLParser):
    """Tags and attributes in the order of the page; every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("href", "src")]
        if tag not in ("meta", "rect", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_page_is_whole_and_asks_nothing_of_the_network(language: str) -> None:
    page = report_html(gather(some(5), "みほん市", NOW), language)  # type: ignore[arg-type]
    read = _Page(page)
    assert read.open == []
    assert all(address.startswith("#") for address in read.addresses)
    assert "script" not in read.tags
    assert "みほん市" in page
    for n in range(5):
        assert f"b{n}" in page


def test_what_stands_in_a_file_never_becomes_a_part_of_the_page() -> None:
    page = report_html(gather([Problem("citygml.duplicate_id", EVIL, EVIL)], EVIL, NOW), "en")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_page_stays_small_however_many_problems_there_are() -> None:
    few, many = (report_html(gather(some(count), "x", NOW), "en") for count in (2_000, 50_000))
    assert len(few) < 600_000
    assert len(many) < 1_200_000
    assert many.count("<td>the solid of LOD2 is not closed") <= SHOWN_OF_RULE + 1
    assert f"{50_000 - SHOWN_OF_RULE:,} more" in many


def test_counts_are_told_by_rule_the_gravest_first() -> None:
    problems = [*some(3), Problem("citygml.duplicate_id", "b.gml", "x"), Problem("csv.axes", "c", parameters=_axes())]
    report = gather(problems, "x", NOW)
    assert report.rules == ["citygml.duplicate_id", "solid.open", "csv.axes"]
    assert list(report.by_severity().values()) == [1, 3, 1]
    assert (report.total, report.placed) == (5, 3)


def _axes() -> dict[str, str]:
    return dict.fromkeys(re.findall(r"\{(\w+)", RULES["csv.axes"].text.ja), "x")


def test_the_map_is_svg_whose_circles_add_up_to_the_problems() -> None:
    drawn = report_map(gather(some(500), "x", NOW), "en")
    circles = ElementTree.fromstring(drawn).findall("circle")
    titles = [circle.findtext("title") or "" for circle in circles]
    assert sum(int(title.rpartition(": ")[2].replace(",", "")) for title in titles) == 500


def test_a_map_of_one_place_and_of_none() -> None:
    assert "<circle" in report_map(gather(some(1), "x", NOW), "ja")
    assert report_map(gather([Problem("citygml.duplicate_id", "b.gml", "x")], "x", NOW), "ja") == ""


def test_the_csv_has_every_problem_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    problems = [
        *some(3),
        *(Problem("citygml.duplicate_id", "b.gml", text) for text in (EVIL, "+1+1", "@x", "-5", "a\nb")),
    ]
    assert write_report_csv(path, problems, "en") == 8
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [len(row) for row in rows] == [8] * 9
    assert rows[1][4:7] == ["1", "138.86", "35.1"]
    assert [row[3] for row in rows[4:]] == [f"'{EVIL}", "'+1+1", "'@x", "-5", "a\nb"]


def test_rules_about_3d_models_say_what_to_do() -> None:
    for rule in RULES:
        if rule.startswith(("face.", "solid.")):
            assert remedy(rule) is not None, rule


def test_a_check_finds_what_an_import_would_and_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("名称,緯度,経度\n市役所,35.1,138.8\nどこか,,\n", encoding="utf-8")
    (tmp_path / "broken.geojson").write_text('{"type": "FeatureCollection"', encoding="utf-8")
    found = inspect_paths([tmp_path])
    assert (found.files, found.read, found.kept_out, found.exit_status) == (1, 2, 1, 3)
    assert {one.rule for one in found.problems} == {"csv.coordinates_missing", "json.not_well_formed"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.geojson", "places.csv"]


def test_a_check_of_nothing_readable_fails(tmp_path: Path) -> None:
    (tmp_path / "broken.geojson").write_text("{", encoding="utf-8")
    assert inspect_paths([tmp_path]).exit_status == 1
