from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from gtfs.accessibility import TransitNetwork, build_surface, build_transit_network, isochrone, isochrone_to, minutes
from tests.gtfs.accessibility.line import DAY, SUNDAY, A, B, an_hour, line_feed


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TransitNetwork:
    return build_transit_network({"city": line_feed(tmp_path_factory.mktemp("line"))}, DAY, None)


def test_an_isochrone_is_a_walk_around_the_start_and_one_around_the_stop_that_is_reached(
    network: TransitNetwork,
) -> None:
    found = isochrone(network, A, an_hour(), cutoffs=[minutes(15), minutes(30)])
    assert found.table["minutes"].tolist() == [30, 15]
    large, small = found.table.geometry
    # A walk of t seconds leads t metres away as the crow flies (1.3 m/s over the detour of 1.3).
    assert small.geom_type == "MultiPolygon"
    assert found.table["area_km2"].iloc[1] == pytest.approx(np.pi * 0.9**2, rel=0.02)
    assert len(small.geoms) == 1
    # At half past one is at B after 25 minutes (median): five minutes are left, 300 m; 30 minutes on foot around A.
    assert len(large.geoms) == 2
    assert large.contains(shapely.Point(A))
    assert large.contains(shapely.Point(B))
    around_b = min(large.geoms, key=lambda part: part.area)
    area, _ = Geod(ellps="GRS80").geometry_area_perimeter(around_b)
    assert area / 1e6 == pytest.approx(np.pi * 0.3**2, rel=0.06)


def test_the_surface_of_one_answer_serves_the_next(network: TransitNetwork) -> None:
    surface = build_surface(network, an_hour())
    again = isochrone(network, B, an_hour(), surface=surface)
    assert again.surface is surface
    assert again.seconds.shape == (surface.rows, surface.columns, 1)
    assert again.table.geometry.iloc[0].contains(shapely.Point(B))


def test_from_a_place_and_to_it_are_the_same_on_a_line_that_runs_alike_both_ways(network: TransitNetwork) -> None:
    surface = build_surface(network, an_hour())
    there, back = (which(network, A, an_hour(), surface=surface) for which in (isochrone, isochrone_to))
    assert there.table["area_km2"].tolist() == pytest.approx(back.table["area_km2"].tolist(), rel=0.02)


def test_what_an_isochrone_stands_on_is_told(network: TransitNetwork) -> None:
    told = isochrone(network, A, an_hour(), cutoffs=[minutes(45)]).explanation
    assert [line.route_id for line in told.travel.lines] == ["L"]
    assert not told.unreached
    assert isochrone(network, A, an_hour(), pairs=0).explanation.travel.pairs == 0
    lonely = isochrone(network, (139.02, 35.0), an_hour(), cutoffs=[minutes(45)])
    assert [reason.value for reason in lonely.explanation.unreached] == ["no_stop"]


def test_a_wide_area_has_points_farther_apart(tmp_path: Path) -> None:
    network = build_transit_network({"city": line_feed(tmp_path)}, DAY, None)
    surface = build_surface(network, an_hour(), spacing_m=10.0)
    assert surface.spacing_m > 10
    assert len(surface.places) < 70_000


def test_far_from_every_stop_there_is_still_the_walk(network: TransitNetwork) -> None:
    far = (139.6, 35.2)
    found = isochrone(network, far, an_hour(), cutoffs=[minutes(15)], surface=build_surface(network, an_hour()))
    assert found.table["area_km2"].iloc[0] == pytest.approx(np.pi * 0.9**2, rel=0.02)
    assert found.table.geometry.iloc[0].contains(shapely.Point(far))


def test_on_a_day_without_service_one_walks(tmp_path: Path) -> None:
    network = build_transit_network({"city": line_feed(tmp_path)}, SUNDAY, None)
    found = isochrone(network, A, an_hour(day=SUNDAY), cutoffs=[minutes(15), minutes(60)])
    assert found.table["area_km2"].tolist() == pytest.approx([np.pi * 1.8**2, np.pi * 0.9**2], rel=0.02)
    assert [reason.value for reason in found.explanation.unreached] == ["no_service"]
