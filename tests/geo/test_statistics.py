import csv
import io
from pathlib import Path

import pytest

from geo import Batch, Problem, Style, UnreadableError
from geo.mesh import mesh_bounds
from geo.statistics import is_mesh_statistics, portray_statistics, read_mesh_statistics

CENSUS = """\
KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001142001,T001142002,T001142019,T001142034
,,,,　人口（総数）,　人口（総数）　男,　６５歳以上人口　総数,　世帯総数
5238572811,0,,,120,60,30,50
5238572812,2,5238572814,,3,*,*,*
5238572813,2,5238572814,,*,*,*,*
5238572814,1,,5238572812;5238572813,40,21,12,15
5238572821,0,,,0,0,0,0
"""
"""The layout of e-Stat's census tables by 250 m mesh."""


def written(path: Path, text: str = CENSUS, encoding: str = "cp932", end: str = "\r\n") -> Path:
    path.write_bytes(text.replace("\n", end).encode(encoding))
    return path


def read(path: Path) -> list[Batch]:
    return list(read_mesh_statistics(path, name="data/" + path.name))


def only(path: Path) -> Batch:
    (batch,) = read(path)
    return batch


def refusal(path: Path) -> Problem:
    with pytest.raises(UnreadableError) as caught:
        read(path)
    return caught.value.problem


@pytest.mark.parametrize(("encoding", "end"), [("cp932", "\r\n"), ("utf-8-sig", "\n"), ("utf-8", "\r\n")])
def test_each_row_is_the_polygon_of_its_square(tmp_path: Path, encoding: str, end: str) -> None:
    path = written(tmp_path / "tblT001142Q5238.txt", encoding=encoding, end=end)
    assert is_mesh_statistics(path)
    batch = only(path)
    rows = list(csv.reader(io.StringIO(CENSUS)))[2:]
    assert batch.features["feature_id"].tolist() == [row[0] for row in rows]
    for row, geometry in zip(rows, batch.features.geometry, strict=True):
        assert geometry.bounds == mesh_bounds(row[0]).as_tuple()
    assert (batch.counts[0].read, batch.counts[0].stored) == (5, 5)
    assert batch.problems == ()


def test_a_secret_number_is_missing_and_never_0(tmp_path: Path) -> None:
    rows = only(written(tmp_path / "a.txt")).features.set_index("mesh_code")
    assert rows["population"].isna().tolist() == [False, False, True, False, False]
    assert rows["population"].dropna().tolist() == [120, 3, 40, 0]
    assert rows["population_65plus"].isna().tolist() == [False, True, True, False, False]
    assert rows["suppressed"].tolist() == [False, True, True, False, False]
    assert rows["HTKSAKI"].dropna().to_dict() == {"5238572812": "5238572814", "5238572813": "5238572814"}
    assert rows.loc["5238572814", "GASSAN"] == "5238572812;5238572813"


def test_every_column_is_kept_with_its_label(tmp_path: Path) -> None:
    batch = only(written(tmp_path / "a.txt"))
    for column in CENSUS.splitlines()[0].split(",")[1:]:
        assert column in batch.features
    labels = {column.name: column.label.ja for column in batch.columns}
    assert labels["T001142002"] == "人口（総数） 男"
    assert labels["population"] == "人口"
    assert batch.features["T001142002"].dropna().tolist() == [60, 21, 0]
    assert batch.features["households"].equals(batch.features["T001142034"].rename("households"))


def test_the_total_is_found_by_its_label_wherever_it_stands(tmp_path: Path) -> None:
    text = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T1,T2,T3\n,,,,世帯総数,人口総数　男,人口総数\n53394529,0,,,1,2,4\n"
    rows = only(written(tmp_path / "a.txt", text)).features
    assert (rows["population"].tolist(), rows["households"].tolist()) == ([4], [1])


def test_without_labels_the_first_column_is_the_total(tmp_path: Path) -> None:
    text = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001141002,T001141001\n53394529,0,,,2,5\n53394530,0,,,1,3\n"
    batch = only(written(tmp_path / "a.txt", text))
    assert batch.features["population"].tolist() == [5, 3]


def test_a_table_of_something_else_has_no_population(tmp_path: Path) -> None:
    text = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T1\n,,,,全産業事業所数\n53394529,0,,,7\n"
    batch = only(written(tmp_path / "a.txt", text))
    assert "population" not in batch.features
    assert batch.features["T1"].tolist() == [7]
    assert len(portray_statistics(batch.features.columns).style.themes) == 1


def test_rows_that_name_no_square_are_kept_out_and_their_line_named(tmp_path: Path) -> None:
    text = CENSUS + "5238572895,0,,,1,1,1,1\n5238572811,0,,,9,9,9,9\n5238572822,0,,,5\n\n5238572823,0,,,x,1,1,1\n"
    batch = only(written(tmp_path / "a.txt", text))
    told = [(one.rule, one.file, one.line, one.feature) for one in batch.problems]
    assert sorted(told) == [
        ("csv.columns", "data/a.txt", 10, None),
        ("mesh.code", "data/a.txt", 8, None),
        ("mesh.duplicate", "data/a.txt", 9, "5238572811"),
        ("mesh.value", "data/a.txt", 12, None),
    ]
    assert batch.features["population"].isna().tolist() == [False, False, True, False, False, True]
    (count,) = batch.counts
    assert (count.read, count.stored, count.kept_out) == (9, 6, 3)


def test_a_large_table_comes_in_batches_that_add_up(tmp_path: Path) -> None:
    digits = [(a, b, c, d) for a in range(8) for b in range(8) for c in range(10) for d in range(10)]
    codes = [f"5238{a}{b}{c}{d}{half}" for a, b, c, d in digits for half in range(1, 5)]
    head = "\n".join(CENSUS.splitlines()[:2])
    text = head + "\n" + "".join(f"{code},0,,,7,3,2,4\n" for code in codes) + "5238,0\n"
    batches = read(written(tmp_path / "a.txt", text))
    assert sum(len(batch.features) for batch in batches) == len(codes) == 25_600
    assert max(len(batch.features) for batch in batches) <= 20_000
    assert sum(batch.features["population"].sum() for batch in batches) == 7 * len(codes)
    assert [problem.line for batch in batches for problem in batch.problems] == [len(codes) + 3]


@pytest.mark.parametrize(
    "header",
    [
        "KEY_CODE,HYOSYO,CITYNAME,NAME,HTKSYORI,HTKSAKI,GASSAN,T000848001",
        "名称,緯度,経度",
        "",
        "mesh_code,population",
    ],
)
def test_other_tables_are_left_to_others(tmp_path: Path, header: str) -> None:
    assert not is_mesh_statistics(written(tmp_path / "a.csv", header + "\n1,2,3\n"))
    assert not is_mesh_statistics(tmp_path / "nothing.csv")


def test_files_that_can_t_be_read_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    assert refusal(tmp_path / "empty.txt").rule == "file.empty"
    assert refusal(written(tmp_path / "other.txt", "a,b\n1,2\n")).rule == "mesh.header"
    (tmp_path / "odd.txt").write_bytes(b"KEY_CODE,HTKSYORI\n\xff\xff,\x81\n")
    assert refusal(tmp_path / "odd.txt").rule == "file.encoding"


def test_the_map_shows_secret_squares_apart_from_empty_ones(tmp_path: Path) -> None:
    columns = only(written(tmp_path / "a.txt")).features.columns
    shown = portray_statistics(columns)
    theme = shown.style.themes[0]
    assert theme.column == "population"
    assert theme.missing is not None
    assert theme.missing.colour not in {one.colour for one in theme.classes}
    assert (theme.classes[0].minimum, theme.classes[0].maximum) == (0, 1)
    assert set(shown.style.columns) <= set(columns)
    assert {column.name for column in shown.columns} <= set(columns)
    assert Style.from_json(shown.style.as_json()) == shown.style
