"""Searching a version's features: judged by pandas and shapely on the whole table."""

from pathlib import Path
from unicodedata import normalize

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.errors import FilterError, InvalidQueryError
from data.feature_index import BOUNDS, IDS
from data.feature_table import ROW_GROUP, FeatureTable, FeatureTableWriter, arrow_table
from data.search import Search, parse_box, search
from data.staged import FEATURES

COUNT = 3 * ROW_GROUP + 17


def write(folder: Path) -> FeatureTable:
    random = np.random.default_rng(3)
    places = random.random((COUNT, 2)) * [0.1, 0.1] + [138.8, 35.0]
    frame = {
        "feature_id": [f"bldg_{number:06x}" for number in random.permutation(COUNT)],
        "name": random.choice(
            np.array(["みほん市役所", "\uff21\uff22\uff23 ビル", "abc hall", None, "\uff76\uff8c\uff6a ABC"]), COUNT
        ),
        "usage": random.choice(np.array(["住宅", "業務施設", None]), COUNT),
        "usage_code": random.choice(["411", "401"], COUNT),
        "height_m": np.round(random.lognormal(2, 0.5, COUNT), 1),
        "attributes": ['[{"name":"a","value":"secret"}]'] * COUNT,
    }
    lines = [shapely.LineString([(x, y), (x + 0.004, y + 0.003)]) for x, y in places]
    table = arrow_table(gpd.GeoDataFrame(frame, geometry=lines, crs="EPSG:4326"))
    writer = FeatureTableWriter(folder / FEATURES, table.schema)
    writer.write(table)
    writer.close()
    return FeatureTable(folder / FEATURES)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> FeatureTable:
    return write(tmp_path_factory.mktemp("version"))


@pytest.fixture(scope="module")
def frame(table: FeatureTable) -> gpd.GeoDataFrame:
    return table.features()


def test_nothing_asked_is_everything(table: FeatureTable) -> None:
    assert search(table, Search()).tolist() == list(range(COUNT))
    assert search(table, Search(filter=" ", words=" ")).tolist() == list(range(COUNT))


def test_a_condition_takes_the_rows_that_pandas_takes(table: FeatureTable, frame: gpd.GeoDataFrame) -> None:
    expected = frame.query("height_m >= 10 and usage == '住宅'").index.tolist()
    assert 100 < len(expected) < COUNT / 2
    assert search(table, Search(filter="height_m >= 10 AND usage = '住宅'")).tolist() == expected


def test_a_box_takes_the_features_that_meet_it_not_those_whose_bounds_do(
    table: FeatureTable, frame: gpd.GeoDataFrame
) -> None:
    box = (138.83, 35.02, 138.85, 35.05)
    expected = np.flatnonzero(frame.intersects(shapely.box(*box))).tolist()
    by_bounds = frame.cx[box[0] : box[2], box[1] : box[3]]
    index = table.index()
    assert index is not None
    assert search(table, Search(box=box)).tolist() == expected == sorted(by_bounds.index)
    assert len(expected) < len(index.within(box))


def test_condition_box_and_words_hold_together(table: FeatureTable, frame: gpd.GeoDataFrame) -> None:
    box = (138.83, 35.02, 138.88, 35.06)
    asked = Search(filter="usage_code = '411'", words="市役所", box=box)
    expected = frame[
        frame.intersects(shapely.box(*box)) & (frame.usage_code == "411") & (frame.name == "みほん市役所")
    ].index.tolist()
    assert len(expected) > 10
    assert search(table, asked).tolist() == expected


@pytest.mark.parametrize("words", ["abc", "ABC ビル", "市役所 住宅", "カフェ", "業務 ABC"])
def test_words_are_found_whatever_their_case_and_width(
    words: str, table: FeatureTable, frame: gpd.GeoDataFrame
) -> None:
    texts = [
        normalize("NFKC", " ".join(str(value) for value in values if isinstance(value, str))).lower()
        for values in frame[["feature_id", "name", "usage"]].itertuples(index=False)
    ]
    wanted = normalize("NFKC", words).lower().split()
    expected = [fid for fid, text in enumerate(texts) if all(word in text for word in wanted)]
    assert 0 < len(expected) < COUNT
    assert search(table, Search(words=words)).tolist() == expected


def test_a_whole_id_finds_its_feature_and_a_part_of_it_all_that_have_it(
    table: FeatureTable, frame: gpd.GeoDataFrame
) -> None:
    assert search(table, Search(words=frame.feature_id[41])).tolist() == [41]
    expected = frame.index[frame.feature_id.str.contains("bldg_0001")].tolist()
    assert search(table, Search(words="BLDG_0001")).tolist() == expected


def test_words_are_not_looked_for_in_codes_nor_in_the_tree(table: FeatureTable) -> None:
    assert search(table, Search(words="secret")).tolist() == []
    assert (
        search(table, Search(words="411")).tolist() == search(table, Search(filter="feature_id LIKE '%411%'")).tolist()
    )


@pytest.mark.parametrize("column", ["attributes", "geometry", "bounds"])
def test_the_tree_and_the_geometry_are_no_columns_of_a_filter(column: str, table: FeatureTable) -> None:
    with pytest.raises(FilterError):
        search(table, Search(filter=f"{column} IS NULL"))


def test_a_version_without_an_index_answers_the_same(
    table: FeatureTable, tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    old = write(tmp_path)
    (tmp_path / IDS).unlink()
    (tmp_path / BOUNDS).unlink()
    asked = Search(filter="height_m < 8", words="abc", box=(138.83, 35.02, 138.85, 35.05))
    assert search(old, asked).tolist() == search(table, asked).tolist()
    assert search(old, Search(words=frame.feature_id[41])).tolist() == [41]


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "138,36,139,35", "139,35,138,36", "nan,1,2,3", "-190,0,0,1"])
def test_a_box_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidQueryError, match="bbox"):
        parse_box(text)


def test_a_box_is_read_in_the_order_of_ogc_api_features() -> None:
    assert parse_box("138.8, 35,138.9,35.1") == (138.8, 35.0, 138.9, 35.1)
