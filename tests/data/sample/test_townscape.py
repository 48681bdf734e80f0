"""Buildings stand beside the streets, not on them, in the sea or in each other."""

import numpy as np
import shapely
from shapely import STRtree

from tests.conftest import SAMPLE_BUILDINGS

from .conftest import Written, in_metres


def test_no_two_buildings_share_ground(written: Written) -> None:
    outlines = in_metres(np.array(written.outlines, dtype=object))
    first, second = STRtree(outlines).query(outlines, predicate="intersects")
    assert len(outlines) == SAMPLE_BUILDINGS
    assert not [pair for pair in zip(first.tolist(), second.tolist(), strict=True) if pair[0] != pair[1]]


def test_no_building_stands_in_the_sea_the_river_or_outside_the_city(written: Written) -> None:
    (city, _), *_ = written.geojson("mihon_boundary")
    water = [area for area, _ in written.geojson("mihon_water")]
    assert all(city.contains(outline) for outline in written.outlines)
    assert not any(area.intersects(outline) for outline in written.outlines for area in water)


def test_no_building_stands_on_a_street(written: Written) -> None:
    streets = [
        area
        for road in written.features("udx/tran/*.gml", "tran:Road")
        for area in road.polygons("tran:lod1MultiSurface")
    ]
    _, hit = STRtree(streets).query(written.outlines, predicate="intersects")
    assert len(streets) > 100
    assert not hit.tolist()


def test_streets_hardly_overlap(written: Written) -> None:
    streets = [
        area
        for road in written.features("udx/tran/*.gml", "tran:Road")
        for area in road.polygons("tran:lod1MultiSurface")
    ]
    areas = in_metres(np.array(streets, dtype=object))
    assert shapely.area(areas).sum() < 1.01 * shapely.union_all(areas).area


def test_most_buildings_are_near_a_street(written: Written) -> None:
    streets = [
        in_metres(area)
        for road in written.features("udx/tran/*.gml", "tran:Road")
        for area in road.polygons("tran:lod1MultiSurface")
    ]
    outlines = in_metres(np.array(written.outlines, dtype=object))
    _, distances = STRtree(streets).query_nearest(outlines, return_distance=True, all_matches=False)
    assert np.median(distances) < 8
    assert np.percentile(distances, 95) < 30


def test_outlines_are_valid_and_of_the_size_of_houses(written: Written) -> None:
    areas = shapely.area(in_metres(np.array(written.outlines, dtype=object)))
    assert shapely.is_valid(np.array(written.outlines, dtype=object)).all()
    assert areas.min() > 10
    assert 50 < np.median(areas) < 160


def test_town_areas_tile_the_city(written: Written) -> None:
    (city, _), *_ = written.geojson("mihon_boundary")
    towns = [area for area, _ in written.geojson("mihon_towns")]
    whole = in_metres(city).area
    assert abs(sum(in_metres(area).area for area in towns) - whole) < 0.002 * whole
    assert shapely.union_all(towns).symmetric_difference(city).area < 0.002 * city.area


def test_town_names_are_unique_in_all_three_ways_of_writing(written: Written) -> None:
    towns = [properties for _, properties in written.geojson("mihon_towns")]
    for key in ("code", "name", "name_kana", "name_en"):
        values = [town[key] for town in towns]
        assert len(values) == len(set(values)), key
        assert all(values)


def test_the_middle_of_the_city_is_built_higher_than_its_edge(written: Written) -> None:
    (station,) = (row for row in written.table("229997_public_facility.csv", "utf-8-sig") if "市役所" in row["名称"])
    hall = in_metres(shapely.Point(float(station["経度"]), float(station["緯度"])))
    heights = np.array([float(feature.text("bldg:measuredHeight") or 0) for feature in written.buildings])
    away = shapely.distance(in_metres(np.array(written.outlines, dtype=object)), hall)
    assert heights[away < 150].mean() > heights[away > 600].mean() + 1
