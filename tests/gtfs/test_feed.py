import csv
import io
import struct
import zipfile
from pathlib import Path

import gtfs_kit
import pandas as pd
import pytest

from geo import Problem, UnreadableError
from gtfs import UnknownTableError, is_feed, read_feed
from tests.gtfs.feeds import LOOP, folder_feed, zip_feed
from tests.shared_data import shared_data

REAL = [
    "gtfs/donan_2017",
    "gtfs/donan_2020",
    "gtfs/mlit_sample",
    "gtfs/google_examples/sample-feed-1",
    "gtfs/google_examples/sample-feed-1.zip",
    "access/porto_alegre/poa_trensurb.zip",
]


def refusal(path: Path) -> Problem:
    with pytest.raises(UnreadableError) as caught:
        read_feed(path)
    return caught.value.problem


@pytest.mark.parametrize("path", REAL)
def test_tables_hold_what_gtfs_kit_reads(path: str) -> None:
    feed, kit = read_feed(shared_data(path)), gtfs_kit.read_feed(shared_data(path))
    for name in gtfs_kit.constants.DTYPES:
        theirs = getattr(kit, name)
        if theirs is None:
            assert name not in feed.tables or feed.tables[name].empty
            continue
        known = [column for column in theirs if column in gtfs_kit.constants.DTYPES[name]]
        pd.testing.assert_frame_equal(
            feed.tables[name].reset_index(drop=True)[known], theirs[known], check_dtype=False, check_exact=True
        )
    assert feed.problems == ()


@pytest.mark.parametrize("path", ["gtfs/donan_2020", "gtfs/mlit_sample"])
def test_every_file_of_a_japanese_feed_is_kept_field_by_field(path: str) -> None:
    feed = read_feed(shared_data(path))
    for file in shared_data(path).iterdir():
        if file.suffix != ".txt":
            assert feed.files[file.name] == file.read_bytes()
            continue
        with file.open(encoding="utf-8-sig", newline="") as rows:
            expected = list(csv.DictReader(rows))
        table = feed.tables[file.stem]
        assert len(table) == len(expected)
        for column in table.select_dtypes("string"):
            assert table[column].fillna("").tolist() == [row[column] for row in expected]


def test_the_index_is_the_line_in_the_file(tmp_path: Path) -> None:
    stops = 'stop_id,stop_name,stop_lat,stop_lon\nA,"二行の\n名前",35,139\n\nB,学校,35,139\n'
    table = read_feed(folder_feed(tmp_path / "feed", {"stops.txt": stops})).tables["stops"]
    assert table["stop_id"].to_dict() == {2: "A", 5: "B"}
    stops = stops.replace('"二行の\n名前"', "駅前")
    table = read_feed(folder_feed(tmp_path / "feed", {"stops.txt": stops})).tables["stops"]
    assert table["stop_id"].to_dict() == {2: "A", 4: "B"}


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("cp932"),
        lambda text: text.replace("\n", "\r\n").encode("cp932"),
        lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
    ],
)
def test_encodings_and_line_ends_make_no_difference(tmp_path: Path, encoded: object) -> None:
    assert callable(encoded)
    plain = read_feed(folder_feed(tmp_path / "plain"))
    other = read_feed(folder_feed(tmp_path / "other", {name: encoded(text) for name, text in LOOP.items()}))
    for name, table in plain.tables.items():
        pd.testing.assert_frame_equal(other.tables[name], table)


def test_ids_that_look_like_missing_values_or_numbers_stay_as_they_are(tmp_path: Path) -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon,platform_code\nNA,null,35,139,01\n007,nan,35,139,\n"
    table = read_feed(folder_feed(tmp_path, {"stops.txt": stops})).tables["stops"]
    assert table["stop_id"].tolist() == ["NA", "007"]
    assert table["stop_name"].tolist() == ["null", "nan"]
    assert table["platform_code"].tolist()[0] == "01"


def test_a_feed_in_a_folder_of_the_zip_is_read_and_a_mac_s_traces_are_not(tmp_path: Path) -> None:
    path = zip_feed(tmp_path / "feed.zip", inside="時刻表/gtfs/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/時刻表/gtfs/._stops.txt", b"\0\1")
        archive.writestr("時刻表/お読みください.txt", "説明".encode("cp932"))
    assert is_feed(path)
    feed = read_feed(path)
    assert sorted(feed.tables) == sorted(Path(name).stem for name in LOOP)
    assert feed.place("stops") == "時刻表/gtfs/stops.txt"
    assert not feed.files


def test_what_no_standard_knows_is_kept(tmp_path: Path) -> None:
    more: dict[str, str | bytes | None] = {
        "office_jp.txt": "office_id,office_name\n01,本社営業所\n",
        "bus_equipment.txt": "bus_id,wifi\n1,1\n",
        "LICENSE.txt": 'CC BY 4.0, by the city,\nall of it, "as is\n',
        "photo.jpg": b"\xff\xd8",
        "levels.txt": "",
    }
    feed = read_feed(folder_feed(tmp_path, more))
    assert feed.tables["office_jp"]["office_id"].tolist() == ["01"]
    assert feed.tables["bus_equipment"]["wifi"].tolist() == ["1"]
    assert set(feed.files) == {"LICENSE.txt", "photo.jpg", "levels.txt"}
    assert feed.problems == ()


def test_a_table_has_the_columns_of_the_standard_even_where_the_file_lacks_them(tmp_path: Path) -> None:
    feed = read_feed(folder_feed(tmp_path))
    assert feed.table("stops")["wheelchair_boarding"].isna().all()
    assert list(feed.table("shapes").columns[:3]) == ["shape_id", "shape_pt_lat", "shape_pt_lon"]
    assert feed.table("shapes").empty
    assert feed.table("translations").empty
    with pytest.raises(UnknownTableError, match="'stosp'"):
        feed.table("stosp")


def test_the_tables_serve_gtfs_kit(tmp_path: Path) -> None:
    kit = read_feed(folder_feed(tmp_path / "feed")).kit
    assert kit.get_dates()[0] == "20260401"
    assert kit.compute_trip_stats()["num_stops"].tolist() == [4, 4, 2]
    kit.to_file(tmp_path / "written.zip")
    again = read_feed(tmp_path / "written.zip")
    pd.testing.assert_frame_equal(again.tables["stop_times"], read_feed(tmp_path / "feed").tables["stop_times"])


@pytest.mark.parametrize("missing", ["agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    problem = refusal(folder_feed(tmp_path / "feed", {missing: None}))
    assert (problem.rule, problem.file, problem.parameters["name"]) == ("gtfs.file_missing", "feed", missing)
    assert missing in problem.message("ja")


def test_one_of_the_two_calendars_is_enough(tmp_path: Path) -> None:
    assert refusal(folder_feed(tmp_path / "a", {"calendar.txt": None})).rule == "gtfs.file_missing"
    dates = "service_id,date,exception_type\n毎日,20260401,1\n"
    feed = read_feed(folder_feed(tmp_path / "b", {"calendar.txt": None, "calendar_dates.txt": dates}))
    assert feed.tables["calendar_dates"]["exception_type"].tolist() == [1]


def test_a_missing_column_is_named_with_its_file(tmp_path: Path) -> None:
    path = zip_feed(tmp_path / "feed.zip", "gtfs/", {"stops.txt": "stop_id,stop_name,stop_lat\nA,駅前,35\n"})
    problem = refusal(path)
    assert (problem.rule, problem.file) == ("gtfs.column_missing", "feed.zip/gtfs/stops.txt")
    assert problem.parameters["name"] == "stop_lon"


def test_a_row_with_too_many_fields_is_kept_out_and_its_line_named(tmp_path: Path) -> None:
    stops = LOOP["stops.txt"] + "D,本町,二丁目,35,139,0,,1\nE,港,35.02,138.92\n"
    feed = read_feed(folder_feed(tmp_path, {"stops.txt": stops}))
    assert feed.tables["stops"]["stop_id"].tolist() == ["S", "S_1", "B", "C", "E"]
    (problem,) = feed.problems
    assert (problem.rule, problem.file, problem.line) == ("csv.columns", "stops.txt", 6)


def test_a_comma_at_the_end_of_every_row_is_no_field(tmp_path: Path) -> None:
    trips = "route_id,service_id,trip_id\n1,毎日,1a,\n2,毎日,2a,\n"
    feed = read_feed(folder_feed(tmp_path, {"trips.txt": trips}))
    assert feed.tables["trips"]["route_id"].tolist() == ["1", "2"]
    assert feed.problems == ()


def test_a_value_that_is_no_number_is_missing_and_told(tmp_path: Path) -> None:
    stops = LOOP["stops.txt"].replace("35.01", "三十五度").replace("138.91,0", "138.91,1.5")
    feed = read_feed(folder_feed(tmp_path, {"stops.txt": stops}))
    told = [(one.rule, one.line, one.parameters["column"], one.parameters["count"]) for one in feed.problems]
    assert told == [("gtfs.value", 5, "stop_lat", "1"), ("gtfs.value", 4, "location_type", "2")]
    assert feed.tables["stops"]["location_type"].isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize("value", ["1e30", "-1e30", "inf", "9223372036854775808"])
def test_a_number_too_large_to_count_with_is_missing_and_told(tmp_path: Path, value: str) -> None:
    stops = f"stop_id,stop_name,stop_lat,stop_lon,location_type\nB,病院,35.0,138.9,{value}\n"
    feed = read_feed(folder_feed(tmp_path / "feed", {"stops.txt": stops}))
    assert feed.tables["stops"]["location_type"].isna().all()
    (problem,) = feed.problems
    assert (problem.rule, problem.parameters["value"]) == ("gtfs.value", value)


def test_a_quote_that_never_closes_is_an_error_not_a_shorter_table(tmp_path: Path) -> None:
    problem = refusal(folder_feed(tmp_path / "feed", {"stops.txt": LOOP["stops.txt"].replace("病院", '"病院')}))
    assert (problem.rule, problem.file) == ("file.unreadable", "feed/stops.txt")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b"stop_id,stop_name\n\x81,\xff\xff\n"])
def test_a_required_file_without_readable_text_is_an_error(tmp_path: Path, content: bytes) -> None:
    problem = refusal(folder_feed(tmp_path / "feed", {"stops.txt": content}))
    assert problem.rule in ("file.empty", "file.encoding", "gtfs.column_missing")
    assert problem.file == "feed/stops.txt"


def test_a_truncated_zip_is_damaged(tmp_path: Path) -> None:
    path = zip_feed(tmp_path / "feed.zip")
    path.write_bytes(path.read_bytes()[:-200])
    assert not is_feed(path)
    assert refusal(path).rule == "zip.damaged"


def test_a_zip_with_wrong_bytes_inside_is_damaged(tmp_path: Path) -> None:
    path = zip_feed(tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    at = content.index("駅前".encode())
    content[at] ^= 0xFF
    path.write_bytes(content)
    assert refusal(path).rule == "zip.damaged"


def test_a_damaged_zip_of_another_compression_is_damaged_too(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in LOOP.items():
            archive.writestr(name, content)
    damaged = bytearray(path.read_bytes())
    start = damaged.index(b"agency.txt") + len("agency.txt")
    damaged[start + 4 : start + 9] = b"\xff" * 5
    path.write_bytes(damaged)
    assert refusal(path).rule == "zip.damaged"


def test_a_zip_that_claims_to_unpack_to_more_than_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = zip_feed(tmp_path / "feed.zip")
    with pytest.raises(UnreadableError) as caught:
        read_feed(path, limit_bytes=500)
    assert caught.value.problem.rule == "zip.too_large"


def test_an_encrypted_zip_is_named_as_such(tmp_path: Path) -> None:
    path = zip_feed(tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        (flags,) = struct.unpack_from("<H", content, at + 8)
        struct.pack_into("<H", content, at + 8, flags | 1)
        at += 4
    path.write_bytes(content)
    assert refusal(path).rule == "zip.encrypted"


def test_only_what_holds_a_feed_and_nothing_else_is_taken_for_one(tmp_path: Path) -> None:
    assert is_feed(folder_feed(tmp_path / "whole"))
    assert is_feed(folder_feed(tmp_path / "lacking", {"trips.txt": None}))
    assert not is_feed(folder_feed(tmp_path / "half", {"trips.txt": None, "stops.txt": None}))
    assert not is_feed(tmp_path)
    assert not is_feed(tmp_path / "whole" / "stops.txt")
    with_map = zip_feed(tmp_path / "more.zip", "gtfs/")
    with zipfile.ZipFile(with_map, "a") as archive:
        archive.writestr("aed.csv", "名称,緯度,経度\n")
    assert not is_feed(with_map)
    two = zip_feed(tmp_path / "two.zip", "2025/")
    with zipfile.ZipFile(two, "a") as archive:
        for name, content in LOOP.items():
            archive.writestr(f"2026/{name}", content)
    assert not is_feed(two)
    (tmp_path / "fake.zip").write_bytes(io.BytesIO(b"no zip").getvalue())
    assert not is_feed(tmp_path / "fake.zip")


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing.zip").rule == "file.not_found"
