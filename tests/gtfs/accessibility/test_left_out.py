import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import InvalidLayerError
from geo.network import build_network
from gtfs.accessibility import (
    DesertRule,
    HomesAt,
    TransitNetwork,
    build_transit_network,
    coverage,
    deserts,
    facility_reach,
    minutes,
    out_of_reach,
    ptal,
    quality_classes,
    service_accessibility,
)
from gtfs.accessibility.left_out import day_departures
from gtfs.scenario import apply, parse_scenario
from tests.gtfs.accessibility.line import DAY, NORTH_400_M, SUNDAY, A, B, an_hour, line_feed, places

STEP = NORTH_400_M / 4
"""100 m of latitude."""


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> TransitNetwork:
    """From A, where the bus stops, a street leads 1 km north and then 500 m east, another one to B."""
    corner = (A[0], A[1] + 10 * STEP)
    nodes = np.array([A, corner, (A[0] + 0.00548, corner[1]), B])
    network = build_network(node_lonlat=nodes, edge_nodes=np.array([[0, 1], [1, 2], [0, 3]], dtype=np.int32))
    return build_transit_network({"city": line_feed(tmp_path_factory.mktemp("line"))}, DAY, network)


def test_homes_are_measured_along_their_street_to_the_metre(streets: TransitNetwork) -> None:
    homes = places(
        {
            "near": (A[0], A[1] + 2.9 * STEP),
            "past": (A[0], A[1] + 3.1 * STEP),
            "off": (A[0] + 0.00011, A[1] + 2.95 * STEP),
        },
        population=[1.0, 2.0, 4.0],
    )
    found = deserts(streets, homes, an_hour())
    assert found.table["bus_stop_m"].tolist() == pytest.approx([290, 310, 295 + 10], abs=0.5)
    assert np.isinf(found.table["station_m"]).all()
    assert found.table["served"].tolist() == [True, False, False]
    assert (found.totals.people, found.totals.left_out, found.totals.left_out_places) == (7, 6, 2)
    assert found.totals.distinct_nodes == 2
    assert [line["route_id"] for line in found.explanation.rules["lines"]] == ["L"]


def test_homes_far_beyond_the_rule_still_have_their_distance(streets: TransitNetwork) -> None:
    homes = places({"end": (A[0] + 0.00548, A[1] + 10 * STEP)}, population=[3.0])
    assert deserts(streets, homes, an_hour()).table["bus_stop_m"].tolist() == pytest.approx([1500], abs=2)


def test_a_stop_with_too_few_departures_does_not_count(streets: TransitNetwork) -> None:
    homes = places({"a": A}, population=[5.0])
    assert sorted(day_departures(streets)) == [32, 32]
    assert deserts(streets, homes, an_hour(), rule=DesertRule(departures=32)).totals.left_out == 0
    assert deserts(streets, homes, an_hour(), rule=DesertRule(departures=33)).totals.left_out == 5


def test_people_not_known_are_in_no_total(streets: TransitNetwork) -> None:
    homes = places({"a": A, "b": (A[0], A[1] + 9 * STEP)}, population=[np.nan, np.nan])
    found = deserts(streets, homes, an_hour())
    assert (found.totals.people, found.totals.left_out) == (0, 0)
    assert np.isnan(found.totals.share)


def test_who_reaches_no_hospital_in_time_is_out_of_reach(streets: TransitNetwork) -> None:
    homes = places(
        {"a": A, "again": A, "corner": (A[0], A[1] + 10 * STEP), "lost": (139.5, 35.0)}, population=[1.0, 2.0, 4.0, 8.0]
    )
    hospital = places({"hospital": B})
    found = out_of_reach(streets, homes, hospital, an_hour(), within=minutes(30))
    assert found.table["minutes"].tolist()[:2] == [25, 25]
    # 1 km at 1.3 m/s are 769 s; a bus each 30 minutes: leaving 12.8 minutes earlier, the waits are the same.
    assert found.table["minutes"].tolist()[2] in (37, 38)
    assert found.table["served"].tolist() == [True, True, False, False]
    assert found.table["reason"].tolist() == ["", "", "too_long", "off_streets"]
    assert found.totals.left_out == 4 + 8
    assert found.explanation.rules["searched_places"] == 3


def test_many_homes_are_asked_for_at_the_ends_of_their_streets(
    streets: TransitNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {f"home {at}": (A[0], A[1] + at * STEP) for at in range(11)}
    homes, hospital = places({**rows, "lost": (139.5, 35.0)}, population=[1.0] * 12), places({"hospital": B})
    one_by_one = out_of_reach(streets, homes, hospital, an_hour(), within=minutes(34))
    monkeypatch.setattr(facility_reach, "BLOCK", 5)
    assert out_of_reach(streets, homes, hospital, an_hour(), within=minutes(34)).table.equals(one_by_one.table)
    grouped = out_of_reach(streets, homes, hospital, an_hour(), within=minutes(34), homes_at=HomesAt.STREET_ENDS)
    assert grouped.explanation.rules["searched_places"] == 2
    assert one_by_one.explanation.rules["searched_places"] == 12
    assert grouped.table["reason"].tolist() == one_by_one.table["reason"].tolist()
    # The bus leaves at a whole minute, so nothing is lost.
    assert grouped.table["minutes"].tolist()[:-1] == one_by_one.table["minutes"].tolist()[:-1]
    assert grouped.table["minutes"].isna().tolist() == [False] * 11 + [True]


def test_indices_of_service_on_the_line(tmp_path: Path, streets: TransitNetwork) -> None:
    feeds = {"city": line_feed(tmp_path)}
    homes = places({"a": A, "north": (A[0], A[1] + 2.9 * STEP)}, population=[10.0, 5.0])
    found = ptal(feeds, DAY, homes, network=streets)
    # Two buses an hour: wait 15 + 2 minutes; 30 / 17, and 290 m away 30 / (3.625 + 17).
    assert found.table["ptal_index"].tolist() == pytest.approx([30 / 17, 30 / 20.625], abs=2e-3)
    assert found.table["ptal"].tolist() == ["1a", "1a"]
    # 06:00 to 20:00: 28 departures, one way only at the end of a line: 14 pairs, one an hour.
    classes = quality_classes(feeds, DAY, homes)
    assert classes.table["quality_class"].tolist() == ["", ""]
    assert classes.table["reason"].tolist() == ["no_service", "no_service"]
    near_stops = coverage(feeds, DAY, homes)
    assert (near_stops.covered.people, near_stops.covered.covered, near_stops.covered.trunk_covered) == (15, 15, 15)
    assert near_stops.explanation.walking.en == "walks are straight lines"


def test_an_index_tells_people_by_class_its_lines_and_why_there_is_none(
    tmp_path: Path, streets: TransitNetwork
) -> None:
    feeds = {"city": line_feed(tmp_path)}
    homes = places({"a": A, "far": (A[0], A[1] + 9.9 * STEP), "lost": (139.5, 35.0)}, population=[10.0, 5.0, 2.0])
    found = ptal(feeds, DAY, homes, network=streets)
    assert found.table["reason"].tolist() == ["", "no_stop", "off_streets"]
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert [one for one in told["totals"] if one["places"]] == [
        {"value": "0", "places": 2, "people": 7},
        {"value": "1a", "places": 1, "people": 10},
    ]
    assert [line["route_id"] for line in told["explanation"]["rules"]["lines"]] == ["L"]
    assert told["explanation"]["window"] == ["08:15:00", "09:15:00"]
    unknown = homes.drop(columns="population")
    assert ptal(feeds, DAY, unknown, network=streets).totals[0].people is None


def test_on_a_sunday_without_service_every_index_is_nothing_and_names_no_line(tmp_path: Path) -> None:
    feeds = {"city": line_feed(tmp_path)}
    homes = places({"a": A}, population=[10.0])
    town = homes.set_geometry(homes.to_crs(6676).buffer(500).to_crs(4326))
    network = build_transit_network(feeds, SUNDAY, None)
    answers = [
        ptal(feeds, SUNDAY, homes, network=network),
        quality_classes(feeds, SUNDAY, homes),
        coverage(feeds, SUNDAY, homes),
        service_accessibility(feeds, SUNDAY, town),
    ]
    assert [answer.table["reason"].tolist() for answer in answers] == [["no_stop"]] * 4
    assert [answer.explanation.rules["lines"] for answer in answers] == [[]] * 4
    assert answers[0].table["ptal"].tolist() == ["0"]
    assert answers[3].table["total_access"].tolist() == [0]


def test_the_service_accessibility_of_the_line_and_its_town(tmp_path: Path) -> None:
    # The line is 4.56 km; squares of about 2 km around its ends, of which the eastern one has no people.
    squares = [shapely.box(x - 0.01, 34.99, x + 0.01, 35.01) for x in (A[0], B[0])]
    areas = gpd.GeoDataFrame({"population": [3.0, 0.0]}, geometry=squares, crs="EPSG:4326")
    found = service_accessibility({"city": line_feed(tmp_path)}, DAY, areas)
    km2 = 0.02 * 91.29 * 0.02 * 110.94
    assert found.table["time_access"].tolist() == [32, 32]
    assert found.table["space_access"].tolist() == pytest.approx([0.9129 / km2] * 2, rel=1e-3)
    assert found.table["total_access"].tolist() == pytest.approx([32 * 0.9129 / km2] * 2, rel=1e-3)
    kinds = {one.kind: one for one in found.totals}
    assert kinds["all"].area_km2 == pytest.approx(km2, rel=1e-3)
    assert (kinds["bus"].departures, kinds["rail"].departures, kinds["rail"].total) == (32, 0, 0)
    with pytest.raises(InvalidLayerError):
        service_accessibility({"city": line_feed(tmp_path)}, DAY, places({"a": A}))


def test_without_the_line_that_deserts_name_everybody_is_left_out(tmp_path: Path) -> None:
    feeds = {"city": line_feed(tmp_path)}
    homes = places({"a": A}, population=[5.0])
    before = deserts(build_transit_network(feeds, DAY, None), homes, an_hour())
    [line] = before.explanation.rules["lines"]
    gone = parse_scenario({"changes": [{"remove_route": {"route": line["route_id"]}}]})
    after = deserts(build_transit_network(apply(feeds, gone), DAY, None), homes, an_hour())
    assert (before.totals.left_out, after.totals.left_out) == (0, 5)
    assert after.explanation.rules["lines"] == []


def test_answers_are_strict_json(streets: TransitNetwork) -> None:
    homes = places({"a": A, "lost": (139.5, 35.0)}, population=[1.0, np.nan])
    found = deserts(streets, homes, an_hour())
    read = json.loads(json.dumps(found.as_json(), allow_nan=False, ensure_ascii=False))
    assert read["rows"][0]["station_m"] is None
    assert read["totals"]["left_out"] == 0
    again = out_of_reach(streets, homes, places({"hospital": B}), an_hour(), within=minutes(30))
    assert json.loads(json.dumps(again.as_json(), allow_nan=False))["rows"][1]["minutes"] is None
