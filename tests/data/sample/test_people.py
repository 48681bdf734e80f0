"""Ages by town, and the ways to school: sums that agree, lines that follow streets."""

import csv
import io
import json
import re
from typing import Any

import numpy as np
import osmium
import pytest
import shapely
from shapely.geometry import shape

from data.sample import SAMPLE_SOURCES
from data.sample.town_population import ages, by_three

from .conftest import Written, in_metres


@pytest.fixture(scope="module")
def by_town(written: Written) -> list[dict[str, str]]:
    return written.table("229997_population.csv", "cp932")


@pytest.fixture(scope="module")
def routes(written: Written) -> list[tuple[Any, dict[str, Any]]]:
    path = written.city.folder / "opendata/通学路/229997_school_route.geojson"
    body = json.loads(path.read_text(encoding="utf-8"))
    return [(shape(one["geometry"]), one["properties"]) for one in body["features"]]


@pytest.mark.parametrize("people", [0, 1, 17, 2500])
@pytest.mark.parametrize("year", [1955, 1990, 2018])
def test_ages_sum_up_to_the_people(people: int, year: int) -> None:
    groups = ages(people, year)
    assert len(groups) == 18
    assert sum(men + women for men, women in groups) == people == sum(by_three(people, year))
    assert all(men >= 0 <= women for men, women in groups)


def test_older_towns_have_older_people() -> None:
    assert by_three(1000, 1955)[2] > 1.5 * by_three(1000, 2015)[2]


def test_the_table_of_ages_agrees_with_the_towns_and_the_city(written: Written, by_town: list[dict[str, str]]) -> None:
    columns = [name for name in by_town[0] if re.search(r"歳.*の(男|女)性$", name)]
    assert len(columns) == 36
    assert sum(int(row["総人口"]) for row in by_town) == written.city.people
    known = {properties["code"]: properties for _, properties in written.geojson("mihon_towns")}
    for row in by_town:
        assert sum(int(row[name]) for name in columns) == int(row["総人口"]) == int(row["男性"]) + int(row["女性"])
        town = known[row["地域コード"]]
        assert (town["population"], town["households"]) == (int(row["総人口"]), int(row["世帯数"]))
        assert town["people_0_14"] + town["people_15_64"] + town["people_65"] == town["population"]


def test_ways_to_school_follow_the_streets_to_a_school(
    written: Written, routes: list[tuple[Any, dict[str, Any]]]
) -> None:
    streets: list[list[tuple[float, float]]] = []

    class Streets(osmium.SimpleHandler):
        def way(self, way: Any) -> None:
            if way.tags.get("highway"):
                streets.append([(node.lon, node.lat) for node in way.nodes])

    Streets().apply_file(str(written.city.folder / "osm/mihon.osm.pbf"), locations=True)
    net = shapely.MultiLineString([one for one in streets if len(one) > 1])
    schools = {row["名称"]: (float(row["経度"]), float(row["緯度"]))
               for row in csv.DictReader(io.StringIO(_schools(written)))}  # fmt: skip
    assert len(routes) > 3
    for line, properties in routes:
        assert shapely.distance(shapely.points(line.coords), net).max() < 1e-6
        assert in_metres(line).length == pytest.approx(properties["延長m"], rel=0.01, abs=1)
        end = in_metres(shapely.Point(line.coords[-1]))
        assert end.distance(in_metres(shapely.Point(schools[properties["学校名"]]))) < 150


def _schools(written: Written) -> str:
    (path,) = written.city.folder.glob("opendata/学校一覧/*.csv")
    return path.read_bytes().decode("utf-8-sig")


def test_ways_to_school_start_in_their_town(written: Written, routes: list[tuple[Any, dict[str, Any]]]) -> None:
    towns = {properties["code"]: area for area, properties in written.geojson("mihon_towns")}
    away = [
        in_metres(shapely.Point(line.coords[0])).distance(in_metres(towns[one["町丁目コード"]])) for line, one in routes
    ]
    assert np.median(away) == 0
    assert max(away) < 150


def test_cameras_have_height_azimuth_and_angles_of_view(written: Written) -> None:
    rows = written.table("229997_monitoring_camera.csv", "cp932")
    assert len(rows) > 12
    for row in rows:
        assert 0 <= int(row["方位角"]) < 360
        assert 2 < float(row["設置高さ"]) < 30
        assert 10 < float(row["垂直画角"]) < float(row["水平画角"]) < 180
        assert -90 < float(row["俯仰角"]) < 0


def test_hazards_name_the_file_of_their_surveyed_extent(written: Written) -> None:
    named = {source.paths[0]: source.surveyed_extent for source in SAMPLE_SOURCES if source.surveyed_extent}
    assert set(named) == {"udx/fld", "udx/tnm", "udx/htd", "udx/ifld", "udx/lsld"}
    assert all((written.city.folder / path).is_file() for path in named.values())
