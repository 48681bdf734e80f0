import zipfile
from pathlib import Path

import pytest

from data.archive import ArchiveLimits
from data.detect import Found, SourceKind, detect
from tests.gtfs.feeds import zip_feed


def found_in(path: Path, limits: ArchiveLimits) -> Found:
    scratch = path.parent / "scratch"
    scratch.mkdir()
    return detect(path, scratch, limits)


def test_a_feed_stays_the_zip_it_is(tmp_path: Path) -> None:
    found = found_in(zip_feed(tmp_path / "feed.zip"), ArchiveLimits())
    assert [(source.kind, source.path.name) for source in found.sources] == [(SourceKind.FEED, "feed.zip")]
    assert found.problems == []


@pytest.mark.parametrize(
    ("limits", "rule"), [(ArchiveLimits(max_bytes=500), "zip.too_large"), (ArchiveLimits(max_files=3), "zip.too_many")]
)
def test_the_limits_of_an_import_hold_for_a_feed_too(tmp_path: Path, limits: ArchiveLimits, rule: str) -> None:
    found = found_in(zip_feed(tmp_path / "feed.zip"), limits)
    assert found.sources == []
    assert [problem.rule for problem in found.problems] == [rule]


def test_a_bomb_in_a_feed_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = zip_feed(tmp_path / "feed.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shapes.txt", b"0" * (101 << 20))
    found = found_in(path, ArchiveLimits())
    assert [(problem.rule, problem.parameters["member"]) for problem in found.problems] == [("zip.bomb", "shapes.txt")]
