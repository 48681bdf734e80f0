"""`machinami gtfs ...`"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gtfs.feeds import folder_feed, zip_feed
from tests.web.conftest import Outcome

Machinami = Callable[..., Outcome]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return zip_feed(tmp_path / "feed.zip")


def test_service_lists_what_runs_on_a_date(machinami: Machinami, feed: Path) -> None:
    outcome = machinami("gtfs", "service", feed, "--date", "2026-04-29", lang="ja")
    assert outcome.status == 0
    assert "循環 市内循環線" in outcome.out
    assert "25:10" in outcome.out
    assert "2 系統、3 便" in outcome.out


def test_service_as_json_has_the_same_figures(machinami: Machinami, feed: Path) -> None:
    told = machinami("gtfs", "service", feed, "--date", "20260429", "--json").json
    assert (told["date"], told["service_ids"], told["trips"]) == ("2026-04-29", ["毎日"], 3)
    assert told["routes"][0]["headway_min"] == 1090.0


def test_a_date_outside_the_calendar_names_its_range(machinami: Machinami, feed: Path) -> None:
    outcome = machinami("gtfs", "service", feed, "--date", "2031-01-01", lang="ja")
    assert outcome.status == 1
    assert "2026-04-01 ~ 2027-03-31" in outcome.err


def test_a_date_that_is_none_is_wrong_usage(machinami: Machinami, feed: Path) -> None:
    assert machinami("gtfs", "service", feed, "--date", "tomorrow").status == 2


def test_a_feed_without_stops_is_told_in_one_line(machinami: Machinami, tmp_path: Path) -> None:
    outcome = machinami("gtfs", "service", folder_feed(tmp_path / "f", {"stops.txt": None}), "--date", "2026-04-29")
    assert outcome.status == 1
    assert "the required file stops.txt is missing" in outcome.err


def test_validate_writes_reports_and_exits_3_only_when_there_are_errors(machinami: Machinami, tmp_path: Path) -> None:
    kana = "table_name,field_name,language,translation,field_value\nstops,stop_name,ja-Hrkt,びょういん,病院\n"
    info = "feed_publisher_name,feed_publisher_url,feed_lang\nみほん市,https://example.lg.jp,ja\n"
    feed = zip_feed(tmp_path / "sound.zip", changes={"translations.txt": kana, "feed_info.txt": info})
    outputs = ("--html", tmp_path / "v.html", "--json", tmp_path / "v.json", "--csv", tmp_path / "v.csv")
    outcome = machinami("gtfs", "validate", feed, "--date", "2026-05-01", *outputs, lang="ja")
    assert outcome.status == 0
    assert all((tmp_path / f"v.{kind}").exists() for kind in ("html", "json", "csv"))
    assert "エラー 0 件" in outcome.out
    faulty = folder_feed(tmp_path / "f", {"trips.txt": "route_id,service_id,trip_id\n9,毎日,1a\n"})
    assert machinami("gtfs", "validate", faulty, "--date", "2026-05-01").status == 3


def test_diff_tells_trips_before_and_after(machinami: Machinami, feed: Path, tmp_path: Path) -> None:
    trips = "route_id,service_id,trip_id\n1,毎日,1a\n1,毎日,1b\n"
    other = zip_feed(tmp_path / "new.zip", changes={"trips.txt": trips})
    outputs = ("--html", tmp_path / "d.html", "--geojson", tmp_path / "d.geojson")
    outcome = machinami("gtfs", "diff", feed, other, *outputs, lang="ja")
    assert outcome.status == 0
    assert "平日  3 → 2  (-1)" in outcome.out
    assert (tmp_path / "d.html").exists()
    assert (tmp_path / "d.geojson").exists()
    told = machinami("gtfs", "diff", feed, other, "--json").json
    assert told["trips"]["weekday"] == [3, 2]


def test_merge_writes_one_zip(machinami: Machinami, feed: Path, tmp_path: Path) -> None:
    other = zip_feed(tmp_path / "other.zip")
    outcome = machinami("gtfs", "merge", feed, other, "-o", tmp_path / "all.zip", lang="ja")
    assert outcome.status == 0
    assert "feed: 重なるIDに接頭辞を付けました" in outcome.out
    assert machinami("gtfs", "service", tmp_path / "all.zip", "--date", "2026-04-29", "--json").json["trips"] == 6
    assert machinami("gtfs", "merge", feed, "-o", tmp_path / "all.zip").status == 2


def test_export_lists_its_fixes_and_writes_the_same_bytes_again(
    machinami: Machinami, feed: Path, tmp_path: Path
) -> None:
    first = machinami("gtfs", "export", feed, "-o", tmp_path / "a.zip", "--fix", lang="ja")
    assert "feed_info.txt を作りました" in first.out
    again = machinami("gtfs", "export", tmp_path / "a.zip", "-o", tmp_path / "b.zip", "--fix", "--json").json
    assert again["fixes"] == []
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    machinami("gtfs", "export", feed, "-o", tmp_path / "c.zip")
    assert machinami("gtfs", "service", tmp_path / "c.zip", "--date", "2026-04-29").status == 0


def test_a_layer_of_stops_is_a_feed_too(machinami: Machinami, feed: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    machinami("--store", store, "import", feed)
    layers = machinami("--store", store, "layers", "--json").json["layers"]
    stops = next(layer["id"] for layer in layers if "stops" in layer["id"])
    told = machinami("--store", store, "gtfs", "service", stops, "--date", "2026-04-29", "--json").json
    assert told["trips"] == 3
