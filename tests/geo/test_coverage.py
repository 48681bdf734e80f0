"""Coverage against areas that can be written down, and against counting by brute force."""

import json
from collections.abc import Sequence
from math import acos, pi, sqrt
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from geo import GeometryType, InvalidLayerError, Layer, Style
from geo.coverage import Coverage, coverage, coverage_portrayal
from geo.crs import metric_crs
from geo.mesh import MeshLevel, mesh_code, mesh_polygons
from geo.subdivision import subdivide
from tests.shared_data import shared_data

LON, LAT = 138.86, 35.10
PLANE = CRS.from_epsg(6676)
TO_DEGREES = Transformer.from_crs(PLANE, "EPSG:4326", always_xy=True)
X, Y = Transformer.from_crs("EPSG:4326", PLANE, always_xy=True).transform(LON, LAT)


def in_degrees(geometry: Any) -> Any:
    """From metres east and north of a place in zone 8."""
    return shapely.transform(geometry, lambda xy: np.column_stack(TO_DEGREES.transform(xy[:, 0] + X, xy[:, 1] + Y)))


def layer(geometries: Sequence[Any], **columns: Any) -> Layer:
    """Geometries in metres from the place."""
    return Layer("施設", gpd.GeoDataFrame(columns, geometry=[in_degrees(one) for one in geometries], crs="EPSG:4326"))


def square(west: float, south: float, side: float) -> Any:
    return shapely.box(west, south, west + side, south + side)


POINT = shapely.Point(0, 0)


def test_the_plane_is_the_zone_of_the_place() -> None:
    assert metric_crs(LON, LAT) == PLANE


@pytest.mark.parametrize("within_m", [50, 500, 5000])
def test_one_circle_has_the_area_of_a_circle_less_a_2000th(within_m: float) -> None:
    exact = pi * within_m**2 / 1e6
    area = coverage(layer([POINT]), within_m=within_m).area_km2
    assert exact * 0.9995 < area < exact


def test_two_overlapping_circles_have_the_area_of_both_less_the_lens() -> None:
    r, d = 500.0, 600.0
    lens = 2 * r**2 * acos(d / (2 * r)) - d / 2 * sqrt(4 * r**2 - d**2)
    exact = (2 * pi * r**2 - lens) / 1e6
    area = coverage(layer([POINT, shapely.Point(d, 0)]), within_m=r).area_km2
    assert exact * 0.9995 < area < exact


def test_nothing_outside_the_distance_is_inside_and_next_to_nothing_inside_is_outside() -> None:
    area = coverage(layer([POINT]), within_m=1000).area
    angle = np.linspace(0, 2 * pi, 1000)
    for distance, inside in ((1000.01, False), (999.69, True)):
        ring = [in_degrees(shapely.Point(distance * np.cos(a), distance * np.sin(a))) for a in angle]
        assert set(shapely.contains(area, ring)) == {inside}


def test_of_areas_and_lines_the_distance_counts_from_the_edge() -> None:
    r = 100.0
    park = coverage(layer([square(0, 0, 1000)]), within_m=r).area_km2 * 1e6
    assert park == pytest.approx(1000**2 + 4 * 1000 * r + pi * r**2, rel=5e-4)
    road = coverage(layer([shapely.LineString([(0, 0), (2000, 0)])]), within_m=r).area_km2 * 1e6
    assert road == pytest.approx(2 * 2000 * r + pi * r**2, rel=5e-4)


def test_a_cell_that_is_half_within_reach_has_half_its_people_covered() -> None:
    road = layer([shapely.LineString([(-5000, 0), (5000, 0)])])
    cells = layer(
        [square(0, -100, 200), square(300, 100, 200), square(600, 200, 200), square(900, 300, 200)],
        feature_id=["inside", "inside too", "half", "outside"],
        population=[10.0, 20.0, 40.0, 80.0],
        name=["一", "二", "三", "四"],
    )
    found = coverage(road, within_m=300, population=cells)
    assert found.population_total == 150
    assert found.covered == pytest.approx(10 + 20 + 20, rel=1e-6)
    assert found.share == pytest.approx(50 / 150)
    rows = found.left_out
    assert rows[["rank", "feature_id", "name", "population"]].to_numpy().tolist() == [
        [1, "outside", "四", 80.0],
        [2, "half", "三", 40.0],
    ]
    assert rows["left_out"].tolist() == pytest.approx([80, 20])
    assert rows["covered"].tolist() == pytest.approx([0, 20], abs=1e-6)


@pytest.fixture(scope="module")
def town() -> tuple[Layer, Layer]:
    """40 places and the 250 m squares of a town; the people of a few are secret."""
    random = np.random.default_rng(7)
    places = gpd.GeoDataFrame(
        geometry=shapely.points(random.uniform(138.80, 138.90, 40), random.uniform(35.05, 35.13, 40)), crs="EPSG:4326"
    )
    level = MeshLevel.QUARTER
    lon, lat = np.meshgrid(np.arange(138.8015, 138.9, 1 / 320), np.arange(35.0511, 35.13, 1 / 480))
    codes = [mesh_code(x, y, level) for x, y in zip(lon.ravel(), lat.ravel(), strict=True)]
    people = random.integers(0, 300, len(codes)).astype(float)
    people[::50] = np.nan
    cells = gpd.GeoDataFrame({"mesh_code": codes, "population": people}, geometry=mesh_polygons(codes), crs="EPSG:4326")
    return Layer("施設", places), Layer("人口", cells)


def test_people_agree_with_counting_a_fine_grid_of_points(town: tuple[Layer, Layer]) -> None:
    places, cells = town
    found = coverage(places, within_m=400, population=cells)
    side = (np.arange(40) + 0.5) / 40
    west, south, east, north = cells.features.bounds.to_numpy().T
    lon = (west[:, None, None] + (east - west)[:, None, None] * side[None, :, None]) + 0 * side
    lat = (south[:, None, None] + (north - south)[:, None, None] * side[None, None, :]) + 0 * side[:, None]
    plane = Transformer.from_crs("EPSG:4326", PLANE, always_xy=True)
    xy = np.column_stack(plane.transform(lon.ravel(), lat.ravel()))
    sites = np.column_stack(plane.transform(places.features.geometry.x, places.features.geometry.y))
    nearest = np.full(len(xy), np.inf)
    for site in sites:
        nearest = np.minimum(nearest, np.hypot(*(xy - site).T))
    share = (nearest <= 400).reshape(len(west), -1).mean(axis=1)
    people = cells.features["population"].to_numpy()
    assert found.population_total == np.nansum(people)
    assert found.covered == pytest.approx(np.nansum(people * share), rel=2e-3)
    out = dict(zip(found.left_out["feature_id"].astype(int), found.left_out["left_out"], strict=True))
    assert [out.get(i, 0.0) for i in np.flatnonzero(~np.isnan(people))] == pytest.approx(
        (people * (1 - share))[~np.isnan(people)].tolist(), abs=300 * 0.03
    )


def test_people_agree_with_intersecting_each_cell_with_the_whole_area(town: tuple[Layer, Layer]) -> None:
    places, cells = town
    found = coverage(places, within_m=900, population=cells)
    area = shapely.union_all(places.features.geometry.to_crs(PLANE).buffer(900, quad_segs=32).to_numpy())
    polygons = cells.features.geometry.to_crs(PLANE)
    share = polygons.intersection(area).area / polygons.area
    assert found.covered == pytest.approx((cells.features["population"] * share).sum(), rel=1e-9)


def test_covered_and_left_out_add_up_and_ranks_fall(town: tuple[Layer, Layer]) -> None:
    found = coverage(town[0], within_m=400, population=town[1])
    assert found.covered is not None
    assert found.population_total == pytest.approx(found.covered + found.left_out["left_out"].sum())
    assert found.left_out["left_out"].is_monotonic_decreasing
    assert found.left_out["rank"].tolist() == list(range(1, len(found.left_out) + 1))
    assert found.left_out["name"].str.fullmatch(r"\d{10}").all()


def test_more_distance_never_covers_fewer_people(town: tuple[Layer, Layer]) -> None:
    covered = [coverage(town[0], within_m=metres, population=town[1]).covered for metres in (100, 300, 301, 2000)]
    assert covered == sorted(covered, key=lambda number: number or 0)


def test_secret_numbers_are_not_counted_and_that_is_said(town: tuple[Layer, Layer]) -> None:
    unknown = int(town[1].features["population"].isna().sum())
    found = coverage(town[0], within_m=400, population=town[1])
    assert any(f"{unknown}区画" in note.ja for note in found.notes)
    assert found.left_out["population"].notna().all()


def test_people_at_points_count_whole_by_their_exact_distance() -> None:
    points = [shapely.Point(499.99, 0), shapely.Point(0, 500.01), shapely.Point(3000, 0)]
    people = layer(points, 人口=[1, 2, 4], feature_id=list("abc"))
    found = coverage(layer([POINT]), within_m=500, population=people)
    assert (found.population_total, found.covered) == (7.0, 1.0)
    assert found.left_out["feature_id"].tolist() == ["c", "b"]
    rows = found.as_layer().features
    assert set(rows.geom_type) <= {"Polygon", "MultiPolygon"}


def test_a_coverage_without_population_is_an_area() -> None:
    found = coverage(layer([POINT]), within_m=500)
    assert found.figures() == {
        "points": 1,
        "within_m": 500.0,
        "area_km2": pytest.approx(0.785, abs=1e-3),
        "population": None,
        "covered": None,
        "share": None,
    }
    assert found.left_out.empty
    assert found.as_layer().features["part"].tolist() == ["area"]
    assert found.as_json()["left_out"]["features"] == []


def test_a_layer_where_nobody_lives_has_no_share() -> None:
    found = coverage(layer([POINT]), within_m=500, population=layer([square(0, 0, 10)], population=[0]))
    assert (found.population_total, found.covered, found.share) == (0.0, 0.0, None)


def test_the_column_of_people_can_be_named() -> None:
    cells = layer([square(0, 0, 10)], population=[5], 昼間人口=[70])
    assert coverage(layer([POINT]), within_m=500, population=cells).population_total == 5
    named = coverage(layer([POINT]), within_m=500, population=cells, population_column="昼間人口")
    assert named.population_total == 70


@pytest.mark.parametrize("columns", [{"depth": [1.0]}, {"population": ["many"]}, {}])
def test_a_layer_without_numbers_of_people_is_an_error_that_names_it(columns: dict[str, Any]) -> None:
    with pytest.raises(InvalidLayerError, match="施設") as caught:
        coverage(layer([POINT]), within_m=500, population=layer([square(0, 0, 10)], **columns))
    assert "人口" in caught.value.text.ja  # type: ignore[attr-defined]


@pytest.mark.parametrize("within_m", [0, -5, 100_001, float("nan"), float("inf")])
def test_a_distance_that_is_none_is_an_error(within_m: float) -> None:
    with pytest.raises(InvalidLayerError, match="distance"):
        coverage(layer([POINT]), within_m=within_m)


def test_no_places_are_an_error() -> None:
    with pytest.raises(InvalidLayerError, match="no features"):
        coverage(layer([]), within_m=500)


def test_the_answer_is_json_with_the_places_most_left_out_first(town: tuple[Layer, Layer]) -> None:
    answer = json.loads(json.dumps(coverage(town[0], within_m=400, population=town[1]).as_json(), allow_nan=False))
    assert set(answer) == {"figures", "area", "left_out", "notes"}
    assert answer["area"]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    ranks = [feature["properties"]["rank"] for feature in answer["left_out"]["features"]]
    assert ranks == list(range(1, len(ranks) + 1))
    assert set(answer["left_out"]["features"][0]["properties"]) >= {"rank", "name", "population", "left_out"}
    assert all(note["ja"] and note["en"] for note in answer["notes"])


def test_the_saved_layer_has_one_area_and_every_place_left_out(town: tuple[Layer, Layer]) -> None:
    found: Coverage = coverage(town[0], within_m=400, population=town[1])
    rows = found.as_layer().features
    assert (rows["part"] == "area").sum() == 1
    assert (rows["part"] == "left_out").sum() == len(found.left_out)
    assert rows["feature_id"].is_unique
    shown = coverage_portrayal()
    assert set(shown.style.columns) <= set(rows.columns)
    assert {column.name for column in shown.columns} <= set(rows.columns)
    assert {one.value for one in shown.style.themes[0].classes} == set(rows["part"])
    assert Style.from_json(shown.style.as_json()) == shown.style


def test_pieces_of_an_area_are_small_disjoint_and_make_it_up() -> None:
    random = np.random.default_rng(3)
    area = shapely.union_all(shapely.buffer(shapely.points(random.uniform(0, 5000, (200, 2))), 300, quad_segs=32))
    pieces = subdivide(area)
    assert shapely.get_num_coordinates(pieces).max() <= 128
    assert shapely.area(pieces).sum() == pytest.approx(area.area, rel=1e-12)
    assert shapely.union_all(pieces).symmetric_difference(area).area < 1e-6


def test_yaizus_aeds_are_reckoned_as_a_brute_force_does() -> None:
    from geo.table import read_table

    path = shared_data("municipal/yaizu_22212/AED設置箇所一覧/222127_aed.csv")
    (batch,) = read_table(path, name=path.name)
    assert batch.geometry_type is GeometryType.POINT
    found = coverage(Layer("AED", batch.features.reset_index(drop=True)), within_m=300)
    xy = shapely.get_coordinates(batch.features.to_crs(PLANE).geometry.to_numpy())
    west, south = xy.min(axis=0) - 300
    east, north = xy.max(axis=0) + 300
    grid_x, grid_y = np.meshgrid(np.arange(west, east, 10) + 5, np.arange(south, north, 10) + 5)
    near = np.zeros(grid_x.shape, dtype=bool)
    for x, y in xy:
        near |= np.hypot(grid_x - x, grid_y - y) <= 300
    assert found.points == 82
    assert found.area_km2 == pytest.approx(near.sum() * 100 / 1e6, rel=2e-3)
