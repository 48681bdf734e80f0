from pathlib import Path

import pytest

from geo import Draw, GeometryType, ThemeType
from geo.municipal import name_column, portray, themed_columns
from geo.table import read_table
from geo.vector import read_vector
from tests.shared_data import shared_data

ICONS = frozenset(
    [
        "wifi",
        "aed",
        "shelter",
        "camera",
        "bus",
        "school",
        "hospital",
        "welfare",
        "child",
        "toilet",
        "parking",
        "hydrant",
        "culture",
        "park",
        "office",
        "pin",
        "warning",
        "tree",
        "speaker",
        "library",
        "sport",
        "cool",
    ]
)
POINT, LINE, POLYGON = GeometryType.POINT, GeometryType.LINE, GeometryType.POLYGON


@pytest.mark.parametrize(
    ("name", "icon", "en", "group"),
    [
        ("公衆無線LAN一覧/222127_public_wireless_lan.csv", "wifi", "Public Wi-Fi", "facilities"),
        ("222127_aed.csv", "aed", "AEDs", "safety"),
        ("ＡＥＤ設置箇所.csv", "aed", "AEDs", "safety"),
        ("指定緊急避難場所一覧.csv", "shelter", "Emergency evacuation sites", "safety"),
        ("222127_hinannjo.csv", "shelter", "Evacuation shelters", "safety"),
        ("指定津波避難ビル.xlsx", "shelter", "Tsunami evacuation buildings", "safety"),
        ("河川・海岸_監視カメラ/CameraInfo.geojson", "camera", "Monitoring cameras", "safety"),
        ("bus_stop.csv", "bus", "Bus stops", "transport"),
        ("要配慮者利用施設/yohairyosya.csv", "welfare", "Facilities for people who need care", "facilities"),
        ("小学校.csv", "school", "Schools", "facilities"),
        ("131016_preschool.csv", "child", "Childcare", "facilities"),
        ("医療機関一覧.csv", "hospital", "Medical institutions", "facilities"),
        ("public_toilet.csv", "toilet", "Public toilets", "facilities"),
        ("市営駐車場.csv", "parking", "Car parks", "transport"),
        ("parking.csv", "parking", "Car parks", "transport"),
        ("park.csv", "park", "Parks", "facilities"),
        ("消防水利施設一覧.csv", "hydrant", "Fire hydrants and cisterns", "safety"),
        ("文化財マップ.geojson", "culture", "Cultural properties", "facilities"),
        ("交通事故_2022.csv", "warning", "Traffic accidents (2022)", "safety"),
    ],
)
def test_standard_datasets_are_known_by_the_names_of_their_files(name: str, icon: str, en: str, group: str) -> None:
    shown = portray(name, "", ["名称"], POINT)

    assert (shown.style.draw, shown.style.icon) == (Draw.ICON, icon)
    assert icon in ICONS
    assert (shown.title.en, shown.group.id) == (en, group)


@pytest.mark.parametrize(
    ("columns", "en"),
    [
        (["名称", "SSID"], "Public Wi-Fi"),
        (["名称", "小児対応設備の有無"], "AEDs"),
        (["名称", "災害種別_洪水", "災害種別_津波"], "Emergency evacuation sites"),
        (["名称", "診療科目"], "Medical institutions"),
    ],
)
def test_a_file_of_any_name_is_known_by_its_columns(columns: list[str], en: str) -> None:
    assert portray("data/opendata1.csv", "", columns, POINT).title.en == en


def test_the_publishers_own_name_is_the_title_without_codes_and_lists() -> None:
    assert portray("222127_AED設置箇所一覧.csv", "", [], POINT).title.ja == "AED設置箇所"
    assert portray("まちなか涼みどころ/machinaka.csv", "", [], POINT).title.ja == "まちなか涼みどころ"
    assert portray("222127_aed.csv", "", [], POINT).title.ja == "AED設置箇所"


def test_two_years_of_one_dataset_have_two_titles_in_both_languages() -> None:
    titles = [portray(f"浸水履歴_{year}/a.shp", "", [], POLYGON).title for year in ("令和元年", "令和4年")]

    assert [title.en for title in titles] == ["Past floods (2019)", "Past floods (2022)"]
    assert [title.ja for title in titles] == ["浸水履歴 令和元年", "浸水履歴 令和4年"]


def test_kinds_of_geometry_in_one_file_have_names_of_their_own() -> None:
    titles = {portray("公園.geojson", f"公園-{kind.value}", [], kind).title.ja for kind in GeometryType}

    assert titles == {"公園(点)", "公園(線)", "公園(面)"}


def test_stops_and_routes_of_one_bus_map_are_told_apart() -> None:
    stops = portray("焼津市自主運行バス路線図_停留所/バス停留所.shp", "", ["item3"], POINT)
    routes = portray("焼津市自主運行バス路線図_路線/bus-route.geojson", "", ["路線名"], LINE)

    assert (stops.title.en, stops.style.icon) == ("Bus stops", "bus")
    assert (routes.title.en, routes.style.draw, routes.style.label) == ("Bus routes", Draw.LINE, "路線名")


def test_what_nobody_knows_is_drawn_plainly_under_its_own_name() -> None:
    shown = portray("poa_points.csv", "", ["id"], POINT)

    assert (shown.title.ja, shown.group.id, shown.style.draw) == ("poa_points", "other", Draw.CIRCLE)


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (["都道府県名", "名称", "名称_カナ"], "名称"),
        (["№", "要配慮者利用施設名称"], "要配慮者利用施設名称"),
        (["団体名", "指定暑熱避難施設の名称"], "指定暑熱避難施設の名称"),
        (["Name", "type"], "Name"),
        (["地方公共団体名", "種別"], None),
        ([], None),
    ],
)
def test_the_column_that_names_a_feature_is_found(columns: list[str], name: str | None) -> None:
    assert name_column(columns) == name


def test_depths_in_words_become_a_legend_in_national_colours() -> None:
    column = "最大浸水深"
    values = ["0.5~1.0m未満の区域", "0.3m未満の区域", "3.0~5.0m未満の区域", None]

    style = portray("内水.geojson", "", [column], POLYGON, values={column: values}).style

    theme = style.themes[0]
    assert theme.type is ThemeType.CATEGORIES
    assert [one.value for one in theme.classes] == ["0.3m未満の区域", "0.5~1.0m未満の区域", "3.0~5.0m未満の区域"]
    assert [one.colour for one in theme.classes] == ["#FFFFB3", "#F8E1A6", "#FFB7B7"]
    assert theme.missing is not None
    assert style.columns == (column,)


def test_depths_in_metres_become_steps() -> None:
    theme = portray("浸水想定.gpkg", "", ["浸水深"], POLYGON, values={"浸水深": [0.2, 3.5]}).style.themes[0]

    assert (theme.type, theme.unit, len(theme.classes)) == (ThemeType.STEPS, "m", 6)


def test_words_that_tell_no_depth_make_no_theme() -> None:
    style = portray("浸水想定.gpkg", "", ["浸水深"], POLYGON, values={"浸水深": ["深い", "0.5m未満"]}).style

    assert [theme.type for theme in style.themes] == [ThemeType.SINGLE]


def test_columns_have_english_labels_and_the_name_comes_first() -> None:
    columns = portray("a_aed.csv", "", ["緯度", "経度", "住所", "名称", "独自の列"], POINT).columns

    assert [(column.name, column.label.en) for column in columns] == [
        ("名称", "Name"),
        ("住所", "Address"),
        ("緯度", "Latitude"),
        ("経度", "Longitude"),
    ]


def _files(folder: Path) -> list[Path]:
    kinds = (".csv", ".shp", ".geojson")
    return [path for path in sorted(folder.rglob("*")) if path.suffix in kinds and path.name != "attributes.csv"]


def test_every_real_dataset_of_yaizu_is_recognised() -> None:
    root = shared_data("municipal/yaizu_22212")
    titles = []
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        batch = next(iter((read_table if path.suffix == ".csv" else read_vector)(path, name=name)))
        columns = [str(column) for column in batch.features.columns if column != "geometry"]
        values = {column: list(batch.features[column].unique()) for column in themed_columns(columns)}
        shown = portray(name, batch.part, columns, batch.geometry_type, values=values)
        assert shown.group.id != "other", name
        assert shown.style.icon is None or shown.style.icon in ICONS
        assert set(shown.style.columns) <= set(columns)
        titles.append(shown.title.ja)
    assert len(titles) == 27
    assert len(set(titles)) == 27
