"""Tables of towns joined with their areas: truth is the table itself, row by row, and its sums."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import Layer, UnreadableError
from geo.coverage import coverage
from geo.population import split_population
from geo.town import TownJoin, join_towns, read_towns, town_share
from geo.town_name import kanji_number, town_key
from geo.town_table import is_town_table, read_town_table

AGES = """\
KEY_CODE,HYOSYO,CITYNAME,NAME,HTKSYORI,HTKSAKI,GASSAN,T001082001,T001082017,T001082018,T001082019,T001082020
,,,,,,,総数、年齢「不詳」含む,総数１５歳未満,総数１５～６４歳,総数６５歳以上,総数７５歳以上
22999,1,みほん市,,0,,,1008,100,550,340,150
229990010,2,みほん市,青葉町,0,,,600,80,330,190,90
229990020,2,みほん市,本町,0,,,400,20,220,150,60
22999002001,3,みほん市,本町一丁目,1,,22999002002,390,20,220,150,60
22999002002,3,みほん市,本町二丁目,2,22999002001,,10,X,X,X,X
229990030,2,みほん市,浜,0,,,8,-,-,-,-
"""
"""The layout of e-Stat's census tables by town: subtotals, one secret 丁目, a town without 丁目, signs for 0."""

STANDARD = """\
都道府県コード又は市区町村コード,地域コード,都道府県名,市区町村名,調査年月日,地域名,総人口,男性,女性,\
0-4歳の男性,0-4歳の女性,5-9歳の男性,5-9歳の女性,10-14歳の男性,10-14歳の女性,15-64歳の男性,15-64歳の女性,\
65-74歳の男性,65-74歳の女性,75歳以上の男性,75歳以上の女性,世帯数,備考
229997,1,みほん県,みほん市,2026-03-31,大字光ヶ丘,"1,200",600,600,10,11,12,13,14,15,400,401,80,81,84,79,500,
229997,2,みほん県,みほん市,2026-03-31,本町１丁目,300,150,150,1,2,3,4,5,6,100,99,21,20,20,19,130,
229997,3,みほん県,みほん市,2026-03-31,本町２丁目,50,25,25,1,1,1,1,1,1,12,12,5,5,5,5,21,
"""
"""地域・年齢別人口 of the municipal standard; ages in wider groups than it has, which it leaves open."""


def table(folder: Path, text: str, name: str = "229997_population.csv", encoding: str = "cp932") -> Path:
    (folder / name).write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return folder / name


def layer(*rows: dict[str, Any], columns: dict[str, Any] | None = None) -> Layer:
    """Squares of 0.01 degrees, from west to east."""
    shapes = [shapely.box(138.8 + k * 0.01, 35.0, 138.81 + k * 0.01, 35.01) for k in range(len(rows))]
    frame = gpd.GeoDataFrame([{**row, **(columns or {})} for row in rows], geometry=shapes, crs="EPSG:4326")
    return Layer("町丁目", frame)


def joined(path: Path, towns: Layer) -> TownJoin:
    return join_towns(read_town_table(path, name=path.name), towns)


def rules(join: TownJoin) -> list[str]:
    return [one.rule for one in join.problems]


E_STAT_AREAS = [
    {"KEY_CODE": "229990010", "S_NAME": "青葉町"},
    {"KEY_CODE": "22999002001", "S_NAME": "本町一丁目"},
    {"KEY_CODE": "22999002002", "S_NAME": "本町二丁目"},
    {"KEY_CODE": "22999003000", "S_NAME": "浜"},
]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
def test_a_table_of_e_stat_is_joined_by_its_codes(tmp_path: Path, encoding: str) -> None:
    path = table(tmp_path, AGES, "tblT001082C22.txt", encoding)
    assert is_town_table(path)
    join = joined(path, layer(*E_STAT_AREAS))
    rows = join.features.set_index("town_code")
    assert rows.index.tolist() == ["229990010", "22999002001", "22999002002", "229990030"]
    assert rows["population"].tolist() == [600, 390, 10, 8]
    assert rows["population_65plus"].isna().tolist() == [False, False, True, False]
    assert rows.loc["229990030", "population_65plus"] == 0
    label = {column.name: column.label.ja for column in join.columns}
    assert label["T001082017"] == "総数１５歳未満"


def test_totals_of_e_stat_count_nobody_twice(tmp_path: Path) -> None:
    join = joined(table(tmp_path, AGES, "tblT001082C22.txt"), layer(*E_STAT_AREAS))
    assert (join.rows, join.people, join.people_joined, join.people_left) == (4, 1008, 1008, 0)
    assert rules(join) == ["town.by_code", "town.sum", "town.total", "town.suppressed"]
    assert "1,008" in next(one.message("ja") for one in join.problems if one.rule == "town.sum")


def test_secret_numbers_stay_where_e_stat_added_them_and_are_never_0(tmp_path: Path) -> None:
    join = joined(table(tmp_path, AGES, "tblT001082C22.txt"), layer(*E_STAT_AREAS))
    rows = join.features.set_index("town_code")
    assert rows["suppressed"].tolist() == [False, False, True, False]
    assert rows.loc["22999002002", "HTKSAKI"] == "22999002001"
    for column, whole in {"population_0_14": 100, "population_15_64": 550, "population_65plus": 340}.items():
        assert rows[column].sum() == whole == int(AGES.splitlines()[2].split(",")[_place(column)])


def _place(column: str) -> int:
    return {"population_0_14": 8, "population_15_64": 9, "population_65plus": 10}[column]


@pytest.mark.parametrize("sign", ["-", "0", "", "*", "X", "Ｘ", "…"])
def test_a_row_whose_numbers_are_elsewhere_has_no_zeros(tmp_path: Path, sign: str) -> None:
    path = table(tmp_path, AGES.replace("X,X,X,X", ",".join([sign] * 4)), "tblT001082C22.txt", "utf-8")
    rows = joined(path, layer(*E_STAT_AREAS)).features.set_index("town_code")
    assert rows.loc["22999002002", "population_65plus"] is pd.NA
    assert rows.loc["22999002002", "population"] == 10


def test_where_only_the_whole_town_has_an_area_its_own_row_is_taken(tmp_path: Path) -> None:
    areas = [{"KEY_CODE": "229990010"}, {"KEY_CODE": "229990020"}, {"KEY_CODE": "229990030"}]
    join = joined(table(tmp_path, AGES, "tblT001082C22.txt"), layer(*areas))
    assert join.features["population"].tolist() == [600, 400, 8]
    assert (join.people, join.people_left) == (1008, 0)


def test_codes_that_a_spreadsheet_took_for_numbers_are_the_same_codes(tmp_path: Path) -> None:
    text = AGES.replace("22999", "04101")
    areas = [{"KEY_CODE": float(row["KEY_CODE"].replace("22999", "4101"))} for row in E_STAT_AREAS]
    assert joined(table(tmp_path, text, "a.txt"), layer(*areas)).people_joined == 1008


def test_codes_in_full_width_are_the_same_codes(tmp_path: Path) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    areas = [{"KEY_CODE": row["KEY_CODE"].translate(wide)} for row in E_STAT_AREAS]
    assert joined(table(tmp_path, AGES, "a.txt"), layer(*areas)).people_joined == 1008


def test_a_code_of_no_town_is_told_with_its_people(tmp_path: Path) -> None:
    join = joined(table(tmp_path, AGES, "tblT001082C22.txt"), layer(*E_STAT_AREAS[:3]))
    (lost,) = [one for one in join.problems if one.keeps_out]
    assert (lost.rule, lost.feature, lost.line) == ("town.unknown", "浜", 8)
    assert lost.message("en").endswith("has no area of '浜' (8 people)")
    assert (join.people, join.people_joined, join.people_left) == (1008, 1000, 8)


def test_a_code_of_no_town_is_not_joined_by_its_name(tmp_path: Path) -> None:
    areas = [*E_STAT_AREAS[:3], {"KEY_CODE": "229990099", "S_NAME": "浜"}]
    assert "town.unknown" in rules(joined(table(tmp_path, AGES, "tblT001082C22.txt"), layer(*areas)))


def test_a_town_in_several_pieces_is_one(tmp_path: Path) -> None:
    join = joined(table(tmp_path, AGES, "a.txt"), layer(*E_STAT_AREAS, {"KEY_CODE": "229990010", "S_NAME": "青葉町"}))
    first = join.features.geometry.iloc[0]
    assert (first.geom_type, len(first.geoms)) == ("MultiPolygon", 2)
    assert len(join.features) == 4


def test_the_municipal_standard_is_joined_by_name_where_no_code_fits(tmp_path: Path) -> None:
    path = table(tmp_path, STANDARD)
    assert is_town_table(path)
    areas = [{"name": "光が丘"}, {"name": "本町一丁目"}, {"name": "大字本町２丁目"}]
    join = joined(path, layer(*areas))
    assert join.features["population"].tolist() == [1200, 300, 50]
    assert join.features["population_0_14"].tolist() == [75, 21, 6]
    assert join.features["population_75plus"].tolist() == [163, 39, 10]
    assert join.features["households"].tolist() == [500, 130, 21]
    assert "名称" in join.problems[0].message("ja")


def test_machiaza_ids_join_with_those_of_the_registry(tmp_path: Path) -> None:
    text = "全国地方公共団体コード,町字ID,人口\n229997,0001000,5\n229997,0002001,7\n"
    areas = [
        {"lg_code": "229997", "machiaza_id": "0002001", "oaza_cho": "B"},
        {"lg_code": "229997", "machiaza_id": "0001000", "oaza_cho": "A"},
    ]
    join = joined(table(tmp_path, text), layer(*areas))
    assert join.features["population"].tolist() == [5, 7]
    assert [shape.bounds[0] for shape in join.features.geometry] == pytest.approx([138.81, 138.8])


def test_two_areas_of_one_name_are_ambiguous_and_nobody_is_given_to_either(tmp_path: Path) -> None:
    areas = [{"name": "光が丘"}, {"name": "本町1丁目"}, {"name": "本町一丁目"}, {"name": "本町二丁目"}]
    join = joined(table(tmp_path, STANDARD), layer(*areas))
    (lost,) = [one for one in join.problems if one.keeps_out]
    assert (lost.rule, lost.feature) == ("town.ambiguous", "本町１丁目")
    assert (join.people, join.people_joined, join.people_left) == (1550, 1250, 300)


def test_towns_of_one_name_are_told_apart_by_their_municipality(tmp_path: Path) -> None:
    text = "市区町村コード,町名,人口\n22999,本町,5\n22998,本町,7\n"
    areas = [{"city_code": "229989", "町名": "本町"}, {"city_code": "229997", "町名": "本町"}]
    join = joined(table(tmp_path, text), layer(*areas))
    assert join.features["population"].tolist() == [5, 7]
    assert [shape.bounds[0] for shape in join.features.geometry] == pytest.approx([138.81, 138.8])


def test_two_rows_of_one_name_are_ambiguous(tmp_path: Path) -> None:
    text = "町名,人口\n本町,5\n本町,7\n浜,9\n"
    join = joined(table(tmp_path, text), layer({"町名": "本町"}, {"町名": "浜"}))
    assert rules(join).count("town.ambiguous") == 2
    assert (join.people, join.people_joined) == (21, 9)


def test_a_code_given_twice_counts_once(tmp_path: Path) -> None:
    text = AGES + "229990010,2,みほん市,青葉町,0,,,600,80,330,190,90\n"
    join = joined(table(tmp_path, text, "a.txt"), layer(*E_STAT_AREAS))
    assert rules(join).count("town.duplicate") == 1
    assert (join.people_joined, join.people_left) == (1008, 600)


def test_row_numbers_are_not_taken_for_codes_when_the_names_contradict_them(tmp_path: Path) -> None:
    areas = [{"code": 1, "name": "本町2丁目"}, {"code": 2, "name": "光ケ丘"}, {"code": 3, "name": "本町1丁目"}]
    join = joined(table(tmp_path, STANDARD), layer(*areas))
    assert [shape.bounds[0] for shape in join.features.geometry] == pytest.approx([138.81, 138.82, 138.8])


def test_a_code_of_a_district_does_not_make_its_towns_one(tmp_path: Path) -> None:
    areas = [{"area_code": "7", "name": name} for name in ("光ケ丘", "本町1丁目", "本町2丁目")]
    assert len(joined(table(tmp_path, STANDARD), layer(*areas)).features) == 3


def test_a_row_called_total_is_not_counted(tmp_path: Path) -> None:
    text = "町名,人口\n本町,5\n浜,9\n合計,14\n"
    join = joined(table(tmp_path, text), layer({"町名": "本町"}, {"町名": "浜"}))
    assert (join.rows, join.people) == (2, 14)


def test_a_layer_of_other_places_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        joined(table(tmp_path, STANDARD), layer({"name": "海"}))
    assert caught.value.problem.rule == "town.places_unfit"
    assert town_share(read_town_table(table(tmp_path, STANDARD), name="a"), pd.DataFrame({"name": ["海"]})) == 0


def test_uneven_rows_and_odd_values_are_problems_with_their_line(tmp_path: Path) -> None:
    text = "町名,人口\n本町,5\n浜,many\n青葉町\n"
    join = joined(table(tmp_path, text), layer({"町名": "本町"}, {"町名": "浜"}))
    told = {one.rule: one.line for one in join.problems}
    assert (told["town.value"], told["csv.columns"]) == (3, 4)
    assert join.features["population"].isna().tolist() == [False, True]
    (batch,) = read_towns(table(tmp_path, text), name="a.csv", towns=layer({"町名": "本町"}, {"町名": "浜"}))
    assert (batch.counts[0].read, batch.counts[0].stored, batch.counts[0].kept_out) == (3, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "町名,人口,緯度,経度\n本町,5,35,138\n",
        "町名,電話番号\n本町,5\n",
        "施設名,町字ID,男性トイレ総数\nA,1,2\n",
        "名称,人口\nA,1\n",
        "",
    ],
)
def test_other_tables_are_left_to_others(tmp_path: Path, text: str) -> None:
    assert not is_town_table(table(tmp_path, text))


def test_a_workbook_is_read_as_well(tmp_path: Path) -> None:
    rows = [["人口の表", None], ["町名", "人口"], ["本町", 5], ["浜", 9]]
    pd.DataFrame(rows).to_excel(tmp_path / "a.xlsx", header=False, index=False)
    assert is_town_table(tmp_path / "a.xlsx")
    assert joined(tmp_path / "a.xlsx", layer({"町名": "本町"}, {"町名": "浜"})).people_joined == 14


@pytest.mark.parametrize(
    "spellings",
    [
        ("大字みほん町一丁目", "みほん町１丁目", "みほん町1丁目"),
        ("光ヶ丘", "光ケ丘", "光が丘"),
        ("大字八幡字上野", "八幡 上野", "大字八幡上野"),
        ("北一条西二十三丁目", "北１条西２３丁目", "北1条西23丁目"),
        ("一の宮町", "一ノ宮町", "一之宮町"),
        ("みほん県みほん市本町", "みほん市本町", "本町"),
    ],
)
def test_three_spellings_are_one_name(spellings: tuple[str, ...]) -> None:
    assert len({town_key(one, ("みほん県", "みほん市")) for one in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("本町1丁目", "本町11丁目"), ("本町", "本町1丁目"), ("上本町", "下本町"), ("字", "大字")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert town_key(one) != town_key(other)


def test_kanji_numbers_up_to_199_are_numbers() -> None:
    digits = "〇一二三四五六七八九"
    for number in range(1, 200):
        hundred, ten, one = number // 100, number // 10 % 10, number % 10
        text = "百" * hundred + (digits[ten] if ten > 1 else "") + ("十" if ten else "") + (digits[one] if one else "")
        assert kanji_number(text) == number


@given(
    st.lists(st.tuples(st.integers(0, 10**6) | st.none(), st.integers(0, 3)), min_size=1, max_size=30),
    st.data(),
)
def test_people_of_joined_rows_and_others_add_up_to_the_table(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int | None, int]], data: st.DataObject
) -> None:
    """Some rows have an area, some share a name, some numbers are secret; a plain loop tells the sums."""
    names = [f"町{k - k % (twin + 1)}" for k, (_, twin) in enumerate(rows)]
    known = sorted({name for name in names if data.draw(st.booleans())} | {"番外"})
    text = "町名,人口\n番外,1\n" + "".join(
        f"{name},{'*' if people is None else people}\n" for name, (people, _) in zip(names, rows, strict=True)
    )
    path = table(tmp_path_factory.mktemp("sum"), text)
    join = joined(path, layer(*({"町名": name} for name in known)))
    total = sum(people or 0 for people, _ in rows) + 1
    mine = 1 + sum(
        people or 0 for name, (people, _) in zip(names, rows, strict=True) if name in known and names.count(name) == 1
    )
    assert (join.people, join.people_joined, join.people_left) == (total, mine, total - mine)
    assert join.features["population"].sum() == mine
    lost = [one for one in join.problems if one.keeps_out]
    assert len(join.features) + len(lost) == len(rows) + 1


def test_people_of_towns_are_split_over_buildings_without_loss(tmp_path: Path) -> None:
    towns = joined(table(tmp_path, AGES, "a.txt"), layer(*E_STAT_AREAS))
    homes = [shapely.box(x, 35.004, x + 0.0002, 35.0042) for x in (138.802, 138.805, 138.813, 138.823)]
    frame = gpd.GeoDataFrame(
        {"feature_id": list("abcd"), "usage_code": "411", "storeys_above": [1, 2, 1, 1]},
        geometry=homes,
        crs="EPSG:4326",
    )
    split = split_population(Layer("towns", towns.features), Layer("bldg", frame))
    rows = split.features.set_index("feature_id")
    assert rows["population"].sum() == towns.people_joined == 1008
    assert rows.loc[["a", "b", "c", "d"], "population"].tolist() == [200, 400, 390, 10]
    assert rows.loc["cell-229990030", "basis"] == "cell"  # no home in it
    by_age = split_population(Layer("towns", towns.features), Layer("bldg", frame), column="population_65plus")
    assert by_age.features["population"].sum() == 340
    assert by_age.features.set_index("feature_id").loc["d", "basis"] == "unknown"
    answer = coverage(Layer("a", frame.iloc[:1]), within_m=10_000, population=Layer("towns", towns.features))
    assert answer.population_total == 1008


@given(
    st.lists(st.lists(st.integers(0, 999), max_size=4), min_size=1, max_size=6),
    st.sets(st.integers(0, 40)),
    st.data(),
)
def test_whatever_level_has_areas_everybody_of_e_stats_table_counts_once(
    tmp_path_factory: pytest.TempPathFactory, towns: list[list[int]], without: set[int], data: st.DataObject
) -> None:
    """A city of towns, some with 丁目; the numbers of some 丁目 are secret and stand with the first one."""
    rows: list[tuple[str, str, object]] = [("22999", "0", sum(map(sum, towns)))]
    for number, people in enumerate(towns):
        code = f"22999{number + 1:03d}0"
        rows.append((code, "0", sum(people)))
        secret = [k for k in range(1, len(people)) if data.draw(st.booleans())]
        first = sum(people[k] for k in (0, *secret)) if people else 0
        for k, own in enumerate(people):
            rows.append(
                (f"{code}{k + 1:02d}", "2", "*") if k in secret else (f"{code}{k + 1:02d}", "0", own if k else first)
            )
    head = "KEY_CODE,HYOSYO,CITYNAME,NAME,HTKSYORI,HTKSAKI,GASSAN,T001081001\n,,,,,,,人口総数\n"
    text = head + "".join(f"{code},,みほん市,町{code},{sign},,,{people}\n" for code, sign, people in rows)
    path = table(tmp_path_factory.mktemp("sum"), text, "a.txt")
    areas = [code for k, (code, *_) in enumerate(rows) if k and k not in without] or [rows[-1][0]]
    join = joined(path, layer(*({"KEY_CODE": code} for code in areas)))
    assert join.people == rows[0][2]
    assert join.people_joined + join.people_left == join.people
    assert join.features["population"].sum() == join.people_joined
    assert join.features["town_code"].is_unique
    assert len(join.features) + sum(one.keeps_out for one in join.problems) == join.rows


@given(
    st.lists(
        st.lists(
            st.sampled_from(["", "本町", "合計", "22999", "229990020", "2", "-", "*", "²", "1,0", "١", '"', "一"]),
            max_size=6,
        ),
        max_size=8,
    ),
    st.sampled_from(
        [
            "町名,人口,KEY_CODE,HTKSYORI",
            "KEY_CODE,町名,人口,人口",
            "地域コード,地域名,総人口,0-14歳",
            "町字ID,町名,人口",
        ]
    ),
)
def test_no_table_of_towns_ends_in_anything_but_rows_and_problems(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], header: str
) -> None:
    text = header + "\n" + "".join(",".join(row) + "\n" for row in rows)
    path = table(tmp_path_factory.mktemp("odd"), text, "a.csv", "utf-8")
    areas = layer(
        {"KEY_CODE": "229990020", "name": "本町"}, {"KEY_CODE": 2, "name": None}, {"KEY_CODE": None, "name": "一"}
    )
    try:
        (batch,) = read_towns(path, name="a.csv", towns=areas)
    except UnreadableError:
        return
    count = batch.counts[0]
    assert count.kept_out == sum(one.keeps_out for one in batch.problems)
    assert batch.features["feature_id"].is_unique
