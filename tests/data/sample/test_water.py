"""Water of floods and tsunami: its surface lies on the ground plus the depth of its class; waves come and go."""

import re
from itertools import pairwise

import numpy as np
import pytest
import rasterio
import shapely

from .conftest import Feature, Written, in_metres
from .test_bodies import in_space, rings_of
from .test_citygml import _RIVERS, _risk

_RIVER_LIMITS = {"1": (0, 0.5), "2": (0.5, 3), "3": (3, 5), "4": (5, 10)}


@pytest.mark.parametrize("river", _RIVERS.values())
def test_water_stands_as_high_above_the_ground_as_its_class_says(written: Written, river: str) -> None:
    checked = 0
    with rasterio.open(written.city.folder / "dem/mihon_dem.tif") as dem:
        for body in written.features(f"udx/fld/pref/{river}/*_l2_op.gml", "wtr:WaterBody"):
            low, high = _RIVER_LIMITS[body.text(".//uro:rank") or ""]
            rings = rings_of(body.element)
            corners = np.unique(np.concatenate([in_space(ring) for ring in rings[:: max(1, len(rings) // 40)]]), axis=0)
            ground = np.array([value[0] for value in dem.sample(corners[:, :2])])
            known = ground != dem.nodata
            depth = (corners[:, 2] - ground)[known]
            # The grid's cells are 5 m wide: on a slope they differ from the exact ground.
            assert np.percentile(depth, 10) > low - 0.4
            assert np.percentile(depth, 90) < high + 0.4
            checked += len(depth)
    assert checked > 60


def test_water_surfaces_are_triangles_that_look_up(written: Written) -> None:
    for pattern in ("udx/fld/**/*.gml", "udx/tnm/**/*.gml", "udx/htd/*.gml", "udx/ifld/*.gml"):
        body = next(written.features(pattern, "wtr:WaterBody"))
        for ring in rings_of(body.element)[:100]:
            points = in_space(ring)
            assert len(points) == 4
            assert np.cross(points[1] - points[0], points[2] - points[0])[2] > 0


def _minutes(body: Feature) -> int:
    minutes = int(re.findall(r"_(\d+)min", body.file.name)[0])
    assert body.text("gen:intAttribute[@name='経過時間（分）']/gen:value") == str(minutes)
    return minutes


def test_the_tsunami_comes_and_goes_and_is_never_higher_than_its_greatest(written: Written) -> None:
    areas: dict[int, list[shapely.Polygon]] = {}
    for body in written.features("udx/tnm/jikeiretsu/*.gml", "wtr:WaterBody"):
        areas.setdefault(_minutes(body), []).extend(body.polygons())
    wet = {minutes: in_metres(shapely.union_all(found)) for minutes, found in sorted(areas.items())}
    greatest = in_metres(
        shapely.union_all(
            [area for body in written.features("udx/tnm/*.gml", "wtr:WaterBody") for area in body.polygons()]
        )
    )
    assert len(wet) >= 5
    sizes = [area.area for area in wet.values()]
    top = int(np.argmax(sizes))
    assert 0 < top < len(sizes) - 1
    assert all(a < b for a, b in pairwise(sizes[: top + 1]))
    assert all(a > b for a, b in pairwise(sizes[top:]))
    for area in wet.values():
        assert area.difference(greatest.buffer(1)).area < 0.001 * greatest.area


def test_floods_state_how_long_the_water_stays(written: Written) -> None:
    found: dict[str, list[float]] = {}
    for body in written.features("udx/fld/**/*_l2_op.gml", "wtr:WaterBody"):
        assert body.find_all(".//uro:duration")[0].get("uom") == "hour"
        found.setdefault(body.text(".//uro:rank") or "", []).append(float(body.text(".//uro:duration") or 0))
    means = [np.mean(found[rank]) for rank in sorted(found)]
    assert len(means) > 1
    assert all(a < b for a, b in pairwise(means))


_OTHERS = [("HighTideRiskAttribute", "htd"), ("InlandFloodingRiskAttribute", "ifld")]


@pytest.mark.parametrize(("kind", "package"), _OTHERS)
def test_buildings_know_of_high_tide_and_inland_water_where_the_maps_show_it(
    written: Written, kind: str, package: str
) -> None:
    bodies = written.features(f"udx/{package}/*.gml", "wtr:WaterBody")
    wet = shapely.union_all([area for body in bodies for area in body.polygons()])
    shapely.prepare(wet)
    marked = 0
    for feature, outline in zip(written.buildings, written.outlines, strict=True):
        away = outline.centroid.distance(wet)
        risk = _risk(feature, kind)
        if risk is None:
            assert away > 0 or outline.centroid.distance(wet.boundary) < 6e-6
        else:
            marked += 1
            # The maps leave out puddles of some square metres.
            assert away < 6e-6 or float(risk["depth"]) < 0.1
    assert marked > 20
