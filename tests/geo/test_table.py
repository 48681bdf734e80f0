import csv
import io
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geo import Batch, Problem, UnreadableError
from geo.coordinate import coordinate_columns, parse_degrees
from geo.delimited import DelimitedFile
from geo.table import read_table
from tests.shared_data import shared_data


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, crs: str | None = None) -> list[Batch]:
    return list(read_table(path, name=path.name, crs=crs))


def only(path: Path, crs: str | None = None) -> Batch:
    (batch,) = read(path, crs)
    return batch


def refusal(path: Path, crs: str | None = None) -> Problem:
    with pytest.raises(UnreadableError) as caught:
        read(path, crs)
    return caught.value.problem


def told(batch: Batch) -> list[tuple[str, int | None]]:
    return [(problem.rule, problem.line) for problem in batch.problems]


def places(batch: Batch) -> list[tuple[float, float]]:
    return [(point.x, point.y) for point in batch.features.geometry]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_way_an_office_saves_a_table_is_read(tmp_path: Path, encoding: str, newline: str, delimiter: str) -> None:
    rows = [["名称", "緯度", "経度"], ["髙橋薬局①", "34.9", "138.3"], ["～本店", "35", "138"]]
    path = write(tmp_path, newline.join(map(delimiter.join, rows)) + newline, encoding)

    batch = only(path)

    assert batch.features["名称"].tolist() == ["髙橋薬局①", "～本店"]
    assert places(batch) == [(138.3, 34.9), (138.0, 35.0)]
    assert batch.problems == ()


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("緯度", "経度"),
        ("緯 度", "経 度"),
        ("lat", "lon"),
        ("LAT", "LNG"),
        ("Latitude", "Longitude"),
        ("ｌａｔ", "ｌｏｎｇ"),
        ("緯度(世界測地系)", "経度（世界測地系）"),
        ("緯度10進", "経度10進"),
        ("緯度_10進法", "経度_10進法"),
        ("stop_lat", "stop_lon"),
        ("施設_緯度", "施設_経度"),
        ("北緯", "東経"),
        ("緯度[度]", "経度[度]"),
        ("所在地緯度", "所在地経度"),
    ],
)
def test_columns_of_degrees_are_known_by_many_names(latitude: str, longitude: str) -> None:
    found = coordinate_columns(["NO", longitude, "名称", latitude])

    assert found is not None
    assert (found.first, found.second, found.is_degrees) == (3, 1, True)


@pytest.mark.parametrize(
    "header", [["緯度(度)", "緯度(分)", "経度(度)"], ["lat"], ["plate", "along"], ["name", "salon"], []]
)
def test_other_columns_are_not_taken_for_a_place(header: list[str]) -> None:
    assert coordinate_columns(header) is None


def test_of_several_pairs_the_one_of_todays_datum_is_taken() -> None:
    found = coordinate_columns(["緯度(日本測地系)", "経度(日本測地系)", "緯度(世界測地系)", "経度(世界測地系)"])

    assert found is not None
    assert (found.first, found.second, found.declared) == (2, 3, None)


def test_columns_that_name_the_tokyo_datum_are_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, "緯度(日本測地系),経度(日本測地系)\n34,138\n")).rule == "crs.tokyo_datum"


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("34.866918", 34.866918),
        (" ３４．５ ", 34.5),
        ("35°05'12.3\"", 35 + 5 / 60 + 12.3 / 3600),
        ("北緯35度5分12.3秒", 35 + 5 / 60 + 12.3 / 3600),
        ("138°30′", 138.5),
        ("51.5W", -51.5),
        ("30°3'S", -30.05),
        ("北緯34.5", 34.5),
        ("34.5度", 34.5),
        ("-30.1", -30.1),
        ("", None),
        ("不明", None),
        ("34,866", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("35°75'", None),
        ("34.8.1", None),
    ],
)
def test_degrees_are_read_as_people_write_them(text: str, degrees: float | None) -> None:
    assert parse_degrees(text) == (None if degrees is None else pytest.approx(degrees, abs=1e-12))


def test_each_row_without_a_usable_place_is_a_problem_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "名称,緯度,経度\n"
        "良い,34.9,138.3\n"
        "空,,138.3\n"
        "\n"
        "文字,北の方,138.3\n"
        "逆,138.3,34.9\n"
        '"二行の\n名前",34.9,\n'
        "原点,0,0\n"
        "遠い,95,200\n"
        "足りない,34.9\n"
        "多い,34.9,138.3,x\n"
        "余白,34.9,138.3,,\n",
    )

    batch = only(path)

    assert sorted(told(batch), key=lambda one: one[1] or 0) == [
        ("csv.coordinates_missing", 3),
        ("csv.coordinates_invalid", 5),
        ("csv.coordinates_swapped", 6),
        ("csv.coordinates_missing", 7),
        ("csv.coordinates_invalid", 9),
        ("csv.coordinates_invalid", 10),
        ("csv.columns", 11),
        ("csv.columns", 12),
    ]
    assert batch.features["名称"].tolist() == ["良い", "逆", "余白"]
    assert places(batch) == [(138.3, 34.9)] * 3
    (count,) = batch.counts
    assert (count.read, count.stored, count.kept_out) == (10, 3, 7)


def test_a_quote_that_never_closes_costs_one_row_and_not_the_rest(tmp_path: Path) -> None:
    path = write(tmp_path, '名称,緯度,経度\n"開いた,34.9,138.3\n次,34.9,138.3\n最後,35,138\n')

    batch = only(path)

    assert told(batch) == [("csv.columns", 2)]
    assert batch.features["名称"].tolist() == ["次", "最後"]


def test_packed_degrees_minutes_seconds_are_read_in_japan_only(tmp_path: Path) -> None:
    batch = only(write(tmp_path, "緯度,経度\n350512.3,1381923.4\n345,1381\n"))

    assert places(batch) == [(pytest.approx(138 + 19 / 60 + 23.4 / 3600), pytest.approx(35 + 5 / 60 + 12.3 / 3600))]
    assert told(batch) == [("csv.coordinates_invalid", 3)]


def test_a_column_is_numbers_only_if_every_value_is_one(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "緯度,経度,数,割合,先頭零,面積,コード,空,年\n"
        '34,138,5,0.5,012,"1,200",222127,,1961\n'
        "35,138,,1,7,30,222127,,1965\n",
    )

    features = only(path).features

    assert features["数"].tolist()[0] == 5
    assert features["割合"].tolist() == [0.5, 1.0]
    assert features["先頭零"].tolist() == ["012", "7"]
    assert features["面積"].tolist() == ["1,200", "30"]
    assert features["コード"].tolist() == ["222127", "222127"]
    assert features["空"].isna().all()
    assert features["年"].tolist() == [1961, 1965]


def test_a_column_keeps_its_kind_through_all_batches(tmp_path: Path) -> None:
    rows = [f"34,138,{n}" for n in range(7_000)] + ["34,138,x"]
    batches = read(write(tmp_path, "緯度,経度,値\n" + "\n".join(rows)))

    assert [type(batch.features["値"].iloc[0]) for batch in batches] == [str, str]
    assert sum(len(batch.features) for batch in batches) == 7_001


def test_twin_and_nameless_columns_are_all_kept(tmp_path: Path) -> None:
    features = only(write(tmp_path, "緯度,経度,備考,備考,,geometry\n34,138,a,b,c,d\n")).features

    assert [features[name][0] for name in ("備考", "備考_2", "column_5", "geometry_")] == ["a", "b", "c", "d"]


def test_titles_above_the_header_are_skipped(tmp_path: Path) -> None:
    batch = only(write(tmp_path, "AED設置箇所一覧,,\n令和6年4月1日現在,,\n名称,緯度,経度\n市役所,34.9,138.3\n"))

    assert batch.features["名称"].tolist() == ["市役所"]


def test_a_row_is_called_by_a_unique_column_or_by_its_number(tmp_path: Path) -> None:
    unique = write(tmp_path, "NO,緯度,経度\n0007,34,138\n0008,,\n")
    twice = write(tmp_path, "NO,緯度,経度\n7,34,138\n7,,\n", name="b.csv")

    assert [problem.feature for problem in only(unique).problems] == ["0008"]
    assert only(unique).features["feature_id"].tolist() == ["0007"]
    assert [problem.feature for problem in only(twice).problems] == ["2"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("a,b\n1,2\n", "csv.no_coordinates"), ("緯度\n34\n", "csv.no_coordinates"), ("", "file.empty")],
)
def test_a_table_without_places_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    assert refusal(write(tmp_path, text)).rule == rule


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xe7\xb7\xaf,\xff\xfe\x81\n1,2\n")

    assert refusal(path).rule == "file.encoding"


class TestPlane:
    LON, LAT = 138.32291, 34.867206

    @pytest.fixture
    def east_north(self) -> tuple[float, float]:
        to_plane = Transformer.from_crs("EPSG:6668", "EPSG:6676", always_xy=True)
        return to_plane.transform(self.LON, self.LAT)

    def test_x_is_north_where_the_plane_rectangular_system_says_so(
        self, tmp_path: Path, east_north: tuple[float, float]
    ) -> None:
        east, north = east_north

        batch = only(write(tmp_path, f"名称,X座標,Y座標\n市役所,{north},{east}\n"), crs="6676")

        assert places(batch) == [pytest.approx((self.LON, self.LAT), abs=1e-9)]
        assert told(batch) == [("csv.axes", None)]

    def test_columns_named_east_and_north_need_no_guess(self, tmp_path: Path, east_north: tuple[float, float]) -> None:
        east, north = east_north

        batch = only(write(tmp_path, f"northing,easting\n{north},{east}\n"), crs="6676")

        assert places(batch) == [pytest.approx((self.LON, self.LAT), abs=1e-9)]
        assert batch.problems == ()

    def test_x_is_east_where_the_system_knows_no_other_x(self, tmp_path: Path) -> None:
        x, y = Transformer.from_crs("EPSG:4326", "EPSG:32654", always_xy=True).transform(self.LON, self.LAT)

        assert places(only(write(tmp_path, f"x,y\n{x},{y}\n"), crs="32654")) == [
            pytest.approx((self.LON, self.LAT), abs=1e-9)
        ]

    def test_without_the_users_word_it_is_refused(self, tmp_path: Path) -> None:
        assert refusal(write(tmp_path, "x,y\n1,2\n")).rule == "crs.missing"

    def test_degrees_stay_degrees_though_the_user_named_a_plane_for_other_files(self, tmp_path: Path) -> None:
        assert places(only(write(tmp_path, "緯度,経度\n34.9,138.3\n"), crs="6676")) == [(138.3, 34.9)]

    def test_a_geographic_word_counts_for_degrees(self, tmp_path: Path) -> None:
        path = write(tmp_path, "緯度,経度\n34.9,138.3\n")

        assert refusal(path, crs="4301").rule == "crs.tokyo_datum"
        assert told(only(path, crs="4612")) == [("crs.jgd2000", None)]


class TestWorkbook:
    def book(self, folder: Path) -> tuple[Path, openpyxl.Workbook]:
        return folder / "a.xlsx", openpyxl.Workbook()

    def test_a_sheet_with_a_merged_title_is_read_with_the_numbers_of_its_rows(self, tmp_path: Path) -> None:
        path, book = self.book(tmp_path)
        sheet = book.active
        assert sheet is not None
        sheet["A1"] = "公衆無線LAN一覧"
        sheet.merge_cells("A1:D1")
        for row in (
            [],
            ["NO", "名称", "緯度", "経度", "開設", "開始"],
            ["01", "駅", 34.9, 138.3, date(2024, 4, 1), time(8, 30)],
        ):
            sheet.append(row)
        sheet.append(["02", "公園", None, 138.3])
        book.save(path)

        batch = only(path)

        assert told(batch) == [("csv.coordinates_missing", 5)]
        row = batch.features.iloc[0]
        assert (row["feature_id"], row["名称"], row["開設"], row["開始"]) == ("01", "駅", "2024-04-01", "08:30:00")

    def test_a_header_of_two_rows_gives_every_column_its_name(self, tmp_path: Path) -> None:
        path, book = self.book(tmp_path)
        sheet = book.active
        assert sheet is not None
        sheet.append(["名称", "位置", None])
        sheet.append([None, "緯度", "経度"])
        sheet.append(["駅", 34.9, 138.3])
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")
        book.save(path)

        assert only(path).features["名称"].tolist() == ["駅"]

    def test_each_sheet_with_places_is_a_part(self, tmp_path: Path) -> None:
        path, book = self.book(tmp_path)
        for title in ("AED", "説明", "Wi-Fi"):
            sheet = book.create_sheet(title)
            sheet.append(["名称", "緯度", "経度"] if title != "説明" else ["これは説明です"])
            sheet.append([title, 34.9, 138.3])
        book.save(path)

        assert [(batch.part, batch.features["名称"][0]) for batch in read(path)] == [("AED", "AED"), ("Wi-Fi", "Wi-Fi")]

    def test_a_damaged_workbook_is_refused(self, tmp_path: Path) -> None:
        path, book = self.book(tmp_path)
        book.save(path)
        path.write_bytes(path.read_bytes()[:-100])

        assert refusal(path).rule == "file.unreadable"


_CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs", "Cc", "Z"]), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(_CELL | st.sampled_from(['"', "a\nb", 'x"y', "p,q", "\r\n"]), min_size=3, max_size=3), max_size=8)
)
def test_rows_are_those_that_python_reads_and_begin_where_it_says(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["lat", "lon", "name"], *rows])
    path = tmp_path_factory.mktemp("rows") / "a.csv"
    path.write_bytes(text.getvalue().encode())

    read_rows = list(DelimitedFile(path, name="a.csv", is_header=lambda values: "lat" in values).rows())

    expected = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.getvalue(), newline=""))]
    assert [row.values for row in read_rows] == [row for row in expected if any(row)]


@pytest.mark.parametrize(
    ("file", "number"),
    [
        ("公衆無線LAN一覧/222127_public_wireless_lan.csv", 17),
        ("AED設置箇所一覧/222127_aed.csv", 82),
        ("要配慮者利用施設/yohairyosya.csv", 277),
        ("消防水利施設一覧/222127_fire_hydrant.csv", 193),
        ("交通事故_2022/222127_traffic_accident_2022.csv", 675),
    ],
)
def test_real_tables_of_yaizu_are_stored_whole(file: str, number: int) -> None:
    batch = only(shared_data(f"municipal/yaizu_22212/{file}"))

    assert len(batch.features) == number
    west, south, east, north = batch.features.total_bounds
    assert 138.2 < west < east < 138.4
    assert 34.7 < south < north < 35.0


def test_every_real_row_is_stored_as_pythons_csv_reads_it() -> None:
    for path in sorted(shared_data("municipal/yaizu_22212").rglob("222127*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            expected = [(float(row["経度"]), float(row["緯度"])) for row in csv.DictReader(file)]
        assert places(only(path)) == expected


def test_real_text_in_cp932_is_read() -> None:
    batch = only(shared_data("municipal/yaizu_22212/要配慮者利用施設/yohairyosya.csv"))

    assert batch.features["要配慮者利用施設名称"][0] == "くすのき"


def test_the_real_hexagons_of_porto_alegre_keep_their_ids() -> None:
    batch = only(shared_data("access/porto_alegre/poa_hexgrid.csv"))

    assert len(batch.features) == 1227
    assert batch.features["feature_id"][0] == "89a901291abffff"


def test_a_table_of_a_million_columns_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(1_000_000))
    assert refusal(write(tmp_path, f"緯度,経度,{names}\n35,138\n")).rule == "csv.too_many_columns"
