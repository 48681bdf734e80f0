"""Stops and routes of a feed as map layers."""

from collections import Counter
from pathlib import Path

import gtfs_kit
import numpy as np
import pandas as pd
import pytest
import shapely

from geo import Draw, GeometryType, Severity, Style, ThemeType
from gtfs import feed_batches, portray, read_feed
from tests.gtfs.feeds import LOOP, folder_feed, layers
from tests.shared_data import shared_data

SHAPES = (
    "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
    "x,35.00,138.90,1\nx,35.00,138.91,3\nx,35.001,138.905,2\n"
    "y,35.00,138.91,1\ny,35.001,138.905,2\ny,35.00,138.90,3\n"
)
"""y is x the other way round; x's points are not in order."""


def with_shapes(trips: str) -> dict[str, str | bytes | None]:
    return {"shapes.txt": SHAPES, "trips.txt": f"route_id,service_id,trip_id,shape_id\n{trips}"}


def test_every_stop_is_a_point_with_its_routes_and_departures(tmp_path: Path) -> None:
    stops = layers(folder_feed(tmp_path / "feed"))["stops"]
    assert stops.geometry_type is GeometryType.POINT
    rows = stops.features.set_index("feature_id")
    assert rows.loc["B"].geometry.equals(shapely.Point(138.91, 35.00))
    # B: route 1 twice and route 2 once; C: route 1 twice. The last call of a trip is no departure.
    assert rows["departures"].to_dict() == {"S": 2, "S_1": 2, "B": 3, "C": 2}
    assert rows["routes"].to_dict() == {
        "S": "循環 市内循環線",
        "S_1": "循環 市内循環線",
        "B": "循環 市内循環線、病院線",
        "C": "循環 市内循環線",
    }
    assert rows.loc["S_1", ["name", "agency", "platform_code", "parent_station"]].tolist() == [
        "駅前",
        "みほん交通",
        "01",
        "S",
    ]
    (count,) = stops.counts
    assert (count.read, count.stored, count.kept_out) == (4, 4, 0)


def test_departures_of_a_real_feed_are_those_a_plain_loop_counts() -> None:
    path = shared_data("gtfs/donan_2020")
    kit = gtfs_kit.read_feed(path)
    expected: Counter[str] = Counter()
    for _, trip in kit.stop_times.sort_values("stop_sequence").groupby("trip_id"):
        for call in list(trip.itertuples())[:-1]:
            expected[call.stop_id] += call.pickup_type != 1
    rows = layers(path)["stops"].features.set_index("feature_id")
    poles = rows[rows["location_type"] == 0]
    assert {id: number for id, number in poles["departures"].items() if number} == +expected
    by_station = poles.groupby("parent_station")["departures"].sum()
    assert rows.loc[by_station.index, "departures"].tolist() == by_station.tolist()


@pytest.mark.parametrize("path", ["gtfs/donan_2017", "gtfs/donan_2020", "gtfs/mlit_sample"])
def test_every_row_of_a_real_feed_becomes_a_feature(path: str) -> None:
    found = layers(shared_data(path))
    for part in ("stops", "routes"):
        lines = (shared_data(path) / f"{part}.txt").read_text("utf-8-sig").splitlines()[1:]
        (count,) = found[part].counts
        assert (count.read, count.stored) == (len(lines), len(lines))
        assert found[part].problems == ()
        assert found[part].features["feature_id"].is_unique
        assert found[part].features.geometry.is_valid.all()


def test_a_route_without_shapes_goes_from_stop_to_stop_each_stretch_once(tmp_path: Path) -> None:
    rows = layers(folder_feed(tmp_path))["routes"].features.set_index("feature_id")
    s, b, c = (138.90, 35.00), (138.91, 35.00), (138.91, 35.01)
    assert rows.loc["1"].geometry.normalize().equals(shapely.LineString([s, b, c, s]))
    assert rows.loc["1"].geometry.length == pytest.approx(0.02 + np.hypot(0.01, 0.01))
    assert rows.loc["2"].geometry.equals(shapely.LineString([b, s]))
    assert rows["line_source"].tolist() == ["stops", "stops"]
    assert rows["trips"].tolist() == [2, 1]
    assert rows.loc["1", ["name", "agency", "mode", "colour"]].tolist() == [
        "循環 市内循環線",
        "みほん交通",
        "バス",
        "#E4007F",
    ]
    assert rows["colour"].isna().tolist() == [False, True]


def test_shapes_of_both_directions_are_drawn_once_and_in_their_sequence(tmp_path: Path) -> None:
    changes = with_shapes("1,毎日,1a,x\n1,毎日,1b,y\n2,毎日,2a,y\n")
    rows = layers(folder_feed(tmp_path, changes))["routes"].features.set_index("feature_id")
    expected = shapely.LineString([(138.90, 35.00), (138.905, 35.001), (138.91, 35.00)])
    for geometry in rows.geometry:
        assert geometry.equals(expected)
        assert geometry.length == pytest.approx(expected.length)
    assert rows["line_source"].tolist() == ["shapes", "shapes"]


def test_a_trip_without_shape_is_drawn_where_no_trip_with_a_shape_runs(tmp_path: Path) -> None:
    changes = with_shapes("1,毎日,1a,\n1,毎日,2a,x\n")
    rows = layers(folder_feed(tmp_path, changes))["routes"].features.set_index("feature_id")
    # 2a runs between B and S_1 along the shape, so 1a adds B to C and C to S_1 only.
    shape = shapely.LineString([(138.90, 35.00), (138.905, 35.001), (138.91, 35.00)])
    straight = shapely.LineString([(138.91, 35.00), (138.91, 35.01), (138.90, 35.00)])
    assert rows.loc["1"].geometry.length == pytest.approx(shape.length + straight.length)
    assert rows.loc["1", "line_source"] == "mixed"


def test_lines_of_a_real_feed_are_the_union_of_its_shapes() -> None:
    path = shared_data("gtfs/donan_2020")
    kit = gtfs_kit.read_feed(path)
    shapes = pd.Series(kit.build_geometry_by_shape())
    used = kit.trips.groupby("route_id")["shape_id"].unique()
    rows = layers(path)["routes"].features.set_index("feature_id")
    for route_id in rows.index[::12]:
        expected = shapely.union_all(shapes[list(used[route_id])].to_numpy())
        line = rows.loc[route_id].geometry
        assert line.hausdorff_distance(expected) < 1e-9
        assert expected.length <= line.length * (1 + 1e-9)


def test_a_stop_without_coordinates_is_kept_out_and_its_line_named(tmp_path: Path) -> None:
    stops = LOOP["stops.txt"] + "D,港,,,0,,\nE,沖,0,0,0,,\nF,宇宙,95,139,0,,\n"
    stops_layer = layers(folder_feed(tmp_path / "feed", {"stops.txt": stops}))["stops"]
    told = [(one.rule, one.file, one.feature, one.line) for one in stops_layer.problems]
    assert told == [
        ("gtfs.stop_without_coordinates", "feed/stops.txt", "D", 6),
        ("gtfs.stop_without_coordinates", "feed/stops.txt", "E", 7),
        ("geometry.outside", "feed/stops.txt", "F", 8),
    ]
    (count,) = stops_layer.counts
    assert (count.read, count.stored, count.kept_out) == (7, 4, 3)


def test_rows_that_can_t_be_told_apart_are_kept_out(tmp_path: Path) -> None:
    stops = LOOP["stops.txt"] + "B,病院(旧),35,138.91,0,,\n,名無し,35,138.91,0,,\nG,港,町,35,138.91,0,,2\n"
    routes = LOOP["routes.txt"] + "1,A,循環,もう一つ,3,\n"
    found = layers(folder_feed(tmp_path / "feed", {"stops.txt": stops, "routes.txt": routes}))
    told = {(one.rule, one.line) for one in found["stops"].problems}
    assert told == {("gtfs.duplicate_id", 6), ("gtfs.id_missing", 7), ("csv.columns", 8)}
    (count,) = found["stops"].counts
    assert (count.read, count.stored, count.kept_out) == (7, 4, 3)
    assert [(one.rule, one.line) for one in found["routes"].problems] == [("gtfs.duplicate_id", 4)]
    assert found["routes"].features["trips"].tolist() == [2, 1]


def test_a_route_that_nothing_runs_on_is_kept_out(tmp_path: Path) -> None:
    routes = LOOP["routes.txt"] + "9,A,休,運休線,3,\n"
    found = layers(folder_feed(tmp_path / "feed", {"routes.txt": routes}))["routes"]
    (problem,) = found.problems
    assert (problem.rule, problem.file, problem.feature, problem.line) == (
        *("gtfs.route_without_line", "feed/routes.txt"),
        *("9", 4),
    )
    assert problem.severity is Severity.ERROR
    (count,) = found.counts
    assert (count.read, count.stored, count.kept_out) == (3, 2, 1)


def test_shape_points_without_place_are_told(tmp_path: Path) -> None:
    changes = with_shapes("1,毎日,1a,x\n2,毎日,2a,x\n")
    changes["shapes.txt"] = SHAPES + "x,,138.95,4\n"
    (problem,) = layers(folder_feed(tmp_path, changes))["routes"].problems
    assert (problem.rule, problem.line) == ("gtfs.shape_point", 8)


def test_calls_of_unknown_trips_and_stops_change_nothing(tmp_path: Path) -> None:
    times = LOOP["stop_times.txt"] + "zz,09:00:00,09:00:00,B,1\n1a,07:20:00,07:20:00,zz,12\n"
    rows = layers(folder_feed(tmp_path, {"stop_times.txt": times}))
    assert rows["stops"].features.set_index("feature_id")["departures"].to_dict()["B"] == 3
    assert len(rows["routes"].features) == 2


@pytest.mark.parametrize(
    "translations",
    [
        "trans_id,lang,translation\n駅前,ja-Hrkt,えきまえ\n駅前,en,Station\n駅前,ja,駅前\n病院線,en,Hospital Line\n",
        "table_name,field_name,language,translation,record_id,record_sub_id,field_value\n"
        "stops,stop_name,ja-Hrkt,えきまえ,,,駅前\n"
        "stops,stop_name,en,Station,S,,\n"
        "stops,stop_name,en,Station,S_1,,\n"
        "stops,stop_desc,en,wrong,B,,\n"
        "routes,route_long_name,en,Hospital Line,2,,\n",
    ],
)
def test_translations_of_both_forms_give_names(tmp_path: Path, translations: str) -> None:
    found = layers(folder_feed(tmp_path, {"translations.txt": translations}))
    stops = found["stops"].features.set_index("feature_id")
    assert stops["name_en"].dropna().to_dict() == {"S": "Station", "S_1": "Station"}
    assert stops["name_kana"].dropna().to_dict() == {"S": "えきまえ", "S_1": "えきまえ"}
    routes = found["routes"].features.set_index("feature_id")
    assert routes["name_en"].dropna().to_dict() == {"2": "Hospital Line"}
    assert "name_kana" not in routes


def test_readings_of_a_real_feed_are_found() -> None:
    stops = layers(shared_data("gtfs/donan_2020"))["stops"].features.set_index("name")
    assert set(stops.loc["鷲別駅前", "name_kana"]) == {"わしべつえきまえ"}


def test_a_feed_of_many_stops_comes_in_batches_that_add_up(tmp_path: Path) -> None:
    stops = (
        LOOP["stops.txt"]
        + "".join(f"p{i},停留所{i},35.1,{138 + i / 1e5:.5f},0,,\n" for i in range(25_000))
        + "q,無,,,0,,\n"
    )
    feed = read_feed(folder_feed(tmp_path, {"stops.txt": stops}))
    batches = [batch for batch in feed_batches(feed, name="feed") if batch.part == "stops"]
    assert [len(batch.features) for batch in batches] == [10_000, 10_000, 5_004]
    counts = [count for batch in batches for count in batch.counts]
    assert (sum(c.read for c in counts), sum(c.kept_out for c in counts)) == (25_005, 1)
    assert sum(len(batch.problems) for batch in batches) == 1


def test_a_header_alone_makes_no_layer(tmp_path: Path) -> None:
    header = LOOP["routes.txt"].splitlines()[0] + "\n"
    assert list(layers(folder_feed(tmp_path, {"routes.txt": header}))) == ["stops"]


@pytest.mark.parametrize("part", ["stops", "routes"])
def test_styles_use_only_columns_that_every_feed_has(tmp_path: Path, part: str) -> None:
    batch = layers(folder_feed(tmp_path))[part]
    shown = portray(part)
    assert set(shown.style.columns) <= set(batch.features.columns)
    assert shown.style.draw is (Draw.ICON if part == "stops" else Draw.LINE)
    assert Style.from_json(shown.style.as_json()) == shown.style


def test_routes_can_be_coloured_as_the_operator_does() -> None:
    shown = portray("routes", {"name": {"川56": "#E4007F", "川57": None}})
    (theme,) = (theme for theme in shown.style.themes if theme.id == "name")
    assert theme.type is ThemeType.CATEGORIES
    assert (theme.classes[0].value, theme.classes[0].colour) == ("川56", "#E4007F")


def test_a_feed_has_no_other_parts() -> None:
    with pytest.raises(ValueError, match="stops and routes"):
        portray("trips")
