import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import gtfs_analyzer
import gtfs_guru
import pytest

from geo import UnreadableError
from gtfs import read_feed, service_calendar
from gtfs.publication import clean_feed, feed_bytes, feed_card, pack_feed, read_text_feed, write_feed
from gtfs.publication.text_feed import text_feed
from tests.gtfs.feeds import LOOP, folder_feed, zip_feed
from tests.shared_data import shared_data


def _cleaned(path: Path, out: Path) -> Counter[str]:
    feed, fixes = clean_feed(read_text_feed(path))
    write_feed(out, feed)
    return Counter(fix.code for fix in fixes)


def _read(path: Path, file: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.read(file).decode("utf-8").split("\r\n")


def _canonical_errors(path: Path, day: str) -> Counter[str]:
    return Counter(notice.code for notice in gtfs_guru.validate(str(path), country_code="JP", date=day).errors())


def _profile_errors(path: Path, day: str) -> Counter[str]:
    notices = gtfs_analyzer.validate_gtfs(path, today=day)["notices"]
    return Counter(notice["rule_id"] for notice in notices if notice["severity"] in ("CRITICAL", "HIGH"))


def _assert_no_new_error(path: Path, out: Path, day: str) -> None:
    _cleaned(path, out)
    original = out.with_name("original.zip")
    pack_feed(path, original)
    for errors in (_canonical_errors, _profile_errors):
        assert not errors(out, day) - errors(original, day)


@pytest.mark.parametrize(("name", "day"), [("donan_2017", "2017-06-01"), ("donan_2020", "2020-06-01"),
                                           ("mlit_sample", "2017-04-05")])  # fmt: skip
def test_an_exported_real_feed_has_no_error_that_it_did_not_have(tmp_path: Path, name: str, day: str) -> None:
    _assert_no_new_error(shared_data(f"gtfs/{name}"), tmp_path / "out.zip", day)


@pytest.mark.parametrize("operator", ["bus", "community", "harbour"])
def test_an_exported_feed_of_the_sample_city_has_no_error_that_it_did_not_have(
    sample_feeds: Path, tmp_path: Path, operator: str
) -> None:
    _assert_no_new_error(sample_feeds / f"mihon_{operator}.zip", tmp_path / "out.zip", "2026-05-01")


def test_old_translations_in_todays_form_take_the_validators_errors_away(tmp_path: Path) -> None:
    path, out = shared_data("gtfs/donan_2020"), tmp_path / "out.zip"
    fixes = _cleaned(path, out)
    assert fixes["translations_form"] == 1
    pack_feed(path, tmp_path / "as_it_is.zip")
    before, after = (_canonical_errors(one, "2020-06-01") for one in (tmp_path / "as_it_is.zip", out))
    assert before["missing_required_column"] - after["missing_required_column"] == 3


def test_cleaning_changes_nothing_that_the_timetable_says(tmp_path: Path) -> None:
    path, out = shared_data("gtfs/donan_2017"), tmp_path / "out.zip"
    _cleaned(path, out)
    before, after = read_feed(path), read_feed(out)
    assert service_calendar(before).runs.tolist() == service_calendar(after).runs.tolist()
    for table in ("trips", "stop_times", "routes", "stops", "fare_rules", "shapes"):
        assert before.table(table).reset_index(drop=True).equals(after.table(table).reset_index(drop=True))


def test_a_cleaned_feed_needs_no_fix_and_is_the_same_bytes_again(tmp_path: Path) -> None:
    path = zip_feed(tmp_path / "f.zip", "old/", {name: text.encode("cp932") for name, text in LOOP.items()})
    _cleaned(path, tmp_path / "out.zip")
    again, fixes = clean_feed(read_text_feed(tmp_path / "out.zip"))
    assert fixes == ()
    assert feed_bytes(again) == (tmp_path / "out.zip").read_bytes()


def test_every_fix_is_listed_in_both_languages_with_its_file(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "agency.txt": "\ufeff" + LOOP["agency.txt"],
        "agency_jp.txt": "agency_id,agency_zip_number\nA,410-0801\n",
        "calendar_dates.txt": "service_id,date,exception_type\n毎日,2026-05-04,2\n毎日,20260503,2\n",
        "routes.txt": LOOP["routes.txt"].replace("e4007f", "#e4007f"),
        "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nX,35,138,1\nX,35,139,2\n",
        "stops.txt": LOOP["stops.txt"].replace("病院", "病院  ") + "D,廃止,35.02,138.90,0,,\n",
        "stop_times.txt": LOOP["stop_times.txt"].replace("07:00:00,07:00:00", "7:00:00, 7:00:00") + "\n",
    }
    out = tmp_path / "out.zip"
    _, fixes = clean_feed(read_text_feed(folder_feed(tmp_path / "f", changes)))
    told = {(fix.code, fix.file) for fix in fixes if fix.code != "newline"}
    assert told == {
        ("byte_order_mark", "agency.txt"), ("postcode", "agency_jp.txt"), ("date", "calendar_dates.txt"),
        ("sorted", "calendar_dates.txt"), ("colour", "routes.txt"), ("unused", "shapes.txt"), ("blank", "stops.txt"),
        ("unused", "stops.txt"), ("time", "stop_times.txt"), ("filled", "agency.txt"), ("feed_info", "feed_info.txt"),
        ("filled", "feed_info.txt"),
    }  # fmt: skip
    assert all(fix.text.ja and fix.text.en for fix in fixes)
    _cleaned(tmp_path / "f", out)
    assert _read(out, "stop_times.txt")[1] == "1a,07:00:00,07:00:00,S_1,1"
    assert _read(out, "stops.txt")[3] == "B,病院,35.00,138.91,0,,"
    assert _read(out, "feed_info.txt")[1].startswith("みほん交通,https://example.lg.jp,ja,20260401,20270331,20260401_")


def test_text_that_is_a_number_is_written_as_it_stood(tmp_path: Path) -> None:
    _cleaned(folder_feed(tmp_path / "f"), tmp_path / "out.zip")
    assert _read(tmp_path / "out.zip", "stops.txt")[2] == "S_1,駅前,35.00,138.90,0,S,01"


def test_files_that_nobody_knows_are_kept(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "LICENSE": b"CC BY 4.0\n", "license.txt": b"Creative Commons, 4.0\nmore, and, more\n",
        "mystery.txt": b"a,b\n1,2\n",
        "locations.geojson": b'{"type":"FeatureCollection","features":[]}',
    }  # fmt: skip
    _cleaned(folder_feed(tmp_path / "f", changes), tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.read("LICENSE") == changes["LICENSE"]
        assert archive.read("license.txt") == changes["license.txt"]
        assert archive.read("mystery.txt") == b"a,b\r\n1,2\r\n"
        assert archive.read("locations.geojson") == changes["locations.geojson"]


def test_a_table_with_uneven_rows_is_left_and_nothing_is_taken_for_unused(tmp_path: Path) -> None:
    trips = LOOP["trips.txt"] + "1,毎日,1c,X,extra,fields\n"
    shapes = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nX,35,138,1\nX,35,139,2\n"
    path = folder_feed(tmp_path / "f", {"trips.txt": trips, "shapes.txt": shapes})
    fixes = _cleaned(path, tmp_path / "out.zip")
    assert fixes["left"] == 1
    assert fixes["unused"] == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.read("trips.txt") == trips.encode()


def test_ids_that_only_blanks_tell_apart_keep_them(tmp_path: Path) -> None:
    stops = LOOP["stops.txt"] + "B ,病院裏,35.00,138.92,0,,\n"
    times = LOOP["stop_times.txt"].replace("2a,08:09:00,08:09:00,S_1,2", "2a,08:09:00,08:09:00,B ,2")
    _cleaned(folder_feed(tmp_path / "f", {"stops.txt": stops, "stop_times.txt": times}), tmp_path / "out.zip")
    assert _read(tmp_path / "out.zip", "stop_times.txt")[-2] == "2a,08:09:00,08:09:00,B ,2"


def test_translations_of_three_languages_come_from_the_old_form(tmp_path: Path) -> None:
    old = "trans_id,lang,translation\n病院,ja,病院\n病院,ja-HrKt,びょういん\n病院,en,Hospital\nばん,ja-Hrkt,ばん\n"
    fixes = _cleaned(folder_feed(tmp_path / "f", {"translations.txt": old}), tmp_path / "out.zip")
    assert (fixes["translations_form"], fixes["translations_unused"], fixes["language"]) == (1, 1, 1)
    assert _read(tmp_path / "out.zip", "translations.txt")[:-1] == [
        "table_name,field_name,language,translation,record_id,record_sub_id,field_value",
        "stops,stop_name,ja,病院,,,病院",
        "stops,stop_name,ja-Hrkt,びょういん,,,病院",
        "stops,stop_name,en,Hospital,,,病院",
    ]


def test_a_feed_in_memory_is_written_as_it_is_read(tmp_path: Path) -> None:
    feed = read_feed(folder_feed(tmp_path / "f"))
    write_feed(tmp_path / "out.zip", text_feed(feed))
    again = read_feed(tmp_path / "out.zip")
    for name, rows in feed.tables.items():
        assert rows.reset_index(drop=True).equals(again.tables[name].reset_index(drop=True))


def test_the_card_of_a_feed_tells_what_a_page_needs(tmp_path: Path) -> None:
    _cleaned(folder_feed(tmp_path / "f"), tmp_path / "out.zip")
    card = feed_card(tmp_path / "out.zip")
    assert (card.operators, card.publisher, card.routes, card.stops, card.trips) == (
        ("みほん交通",),
        "みほん交通",
        2,
        3,
        3,
    )
    assert (card.first, card.last) == (date(2026, 4, 1), date(2027, 3, 31))
    assert card.covers(date(2027, 3, 31))
    assert not card.covers(date(2027, 4, 1))
    assert card.size_bytes == (tmp_path / "out.zip").stat().st_size


@pytest.mark.parametrize("write", [read_text_feed, lambda path: pack_feed(path, path.with_name("out.zip"))])
def test_what_is_not_there_is_told(tmp_path: Path, write: Callable[[Path], object]) -> None:
    with pytest.raises(UnreadableError):
        write(tmp_path / "none.zip")
