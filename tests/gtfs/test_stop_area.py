"""Poles of one stop are grouped by name and metres, whatever operators they are of."""

import random
from collections.abc import Sequence
from itertools import combinations

import pandas as pd
import pytest
from pyproj import Geod

from gtfs import Feed, read_feed
from gtfs.area_id import geohash, place_of
from gtfs.pole import poles
from gtfs.stop_area import StopAreas, stop_areas
from gtfs.stop_name import name_key, split_platform
from tests.shared_data import shared_data

GROUND = Geod(ellps="GRS80")


def feed_of(*rows: tuple[object, ...], columns: str = "stop_id stop_name stop_lon stop_lat") -> Feed:
    names = columns.split()
    stops = pd.DataFrame(rows, columns=names).astype(dict.fromkeys({*names} - {"stop_lon", "stop_lat"}, "string"))
    if "location_type" in stops:
        stops["location_type"] = pd.to_numeric(stops["location_type"]).astype("Int64")
    return Feed({"stops": stops})


def grouped(areas: StopAreas) -> set[frozenset[tuple[str, str]]]:
    return {frozenset((pole.feed, pole.stop_id) for pole in area.poles) for area in areas.areas}


def east(metres: float) -> float:
    return float(GROUND.fwd(138.86, 35.10, 90, metres)[0])


def test_poles_on_both_sides_of_the_street_are_one_stop_and_its_namesake_far_away_is_another() -> None:
    areas = stop_areas(
        {
            "A": feed_of(("1", "市役所前", 138.86, 35.10), ("2", "市役所前", east(60), 35.10)),
            "B": feed_of(("x", "市役所前", east(5_000), 35.10), ("y", "病院", east(30), 35.10)),
        }
    )
    assert grouped(areas) == {frozenset({("A", "1"), ("A", "2")}), frozenset({("B", "x")}), frozenset({("B", "y")})}


def test_operators_stand_together_even_where_they_spell_the_name_in_other_ways() -> None:
    areas = stop_areas(
        {
            "東海": feed_of(("1", "桜ヶ丘団地", 138.86, 35.10)),
            "伊豆": feed_of(("1", "桜ケ丘団地(2番のりば)", east(20), 35.10)),
            "市": feed_of(("1", "櫻が丘団地", east(40), 35.10), ("2", "桜ヶ丘 団地 1番のりば", east(50), 35.10)),
        }
    )
    (area,) = areas.areas
    assert area.feeds == ("伊豆", "市", "東海")
    assert [pole.platform for pole in area.poles] == ["2", "", "1", ""]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ﾊﾞｽｾﾝﾀｰ", "バスセンター", True),
        ("1丁目", "1丁目", True),
        ("関ヶ原駅", "関が原駅", True),
        ("澤田", "沢田", True),
        ("沼津駅", "沼津駅(3番のりば)", True),
        ("1丁目", "2丁目", False),
        ("駅北口", "駅南口", False),
    ],
)
def test_names_are_compared_as_people_read_them(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("駅前(1番のりば)", ("駅前", "1")),
        ("駅前 3番のりば", ("駅前", "3")),
        ("駅前【A乗り場】", ("駅前", "A")),
        ("3番のりば", ("3番のりば", "")),
        ("第二小学校前", ("第二小学校前", "")),
        ("バスのりば", ("バスのりば", "")),
    ],
)
def test_a_platform_written_into_the_name_is_told_apart(name: str, split: tuple[str, str]) -> None:
    assert split_platform(name) == split


def test_a_station_holds_its_platforms_whatever_they_are_called_and_however_far_they_are() -> None:
    feed = feed_of(
        ("S", "中央駅", 138.86, 35.10, 1, None, None),
        ("p1", "北口", 138.86, 35.10, 0, "S", "01"),
        ("p2", "南口", east(700), 35.10, 0, "S", "02"),
        ("e", "出口A", 138.86, 35.10, 2, "S", None),
        columns="stop_id stop_name stop_lon stop_lat location_type parent_station platform_code",
    )
    areas = stop_areas({"A": feed, "B": feed_of(("9", "中央駅", east(80), 35.10))})
    (area,) = areas.areas
    assert area.name == "中央駅"
    assert [(pole.stop_id, pole.platform) for pole in area.poles] == [("p1", "01"), ("p2", "02"), ("9", "")]
    assert areas.of_pole("A", "S") is area


def test_stops_without_name_or_place_stay_alone() -> None:
    areas = stop_areas({"A": feed_of(("1", None, 138.86, 35.1), ("2", None, 138.86, 35.1), ("3", "駅", 0.0, 0.0))})
    assert {area.name for area in areas.areas} == {"1", "2", "駅"}
    assert len({area.id for area in areas.areas}) == 3


def joined_by_hand(rows: Sequence[tuple[str, str, float, float]], within_m: float) -> set[frozenset[tuple[str, str]]]:
    """Every pair measured on the ellipsoid by PROJ, groups merged until nothing changes."""
    groups = [{row} for row in rows]
    for one, other in combinations(rows, 2):
        if one[1] == other[1] and GROUND.inv(one[2], one[3], other[2], other[3])[2] <= within_m:
            first = next(group for group in groups if one in group)
            second = next(group for group in groups if other in group)
            if first is not second:
                first |= second
                groups.remove(second)
    return {frozenset(("A", row[0]) for row in group) for group in groups}


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_those_of_a_brute_force(seed: int) -> None:
    chance = random.Random(seed)
    lat = 24.0 + 7 * seed
    rows = [
        (f"s{at}", chance.choice("駅橋池"), 138.86 + chance.uniform(0, 0.03), lat + chance.uniform(0, 0.03))
        for at in range(120)
    ]
    assert grouped(stop_areas({"A": feed_of(*rows)}, 250.0)) == joined_by_hand(rows, 250.0)


def test_areas_and_ids_do_not_depend_on_the_order_of_feeds_and_rows() -> None:
    rows = [(f"s{at}", "駅橋池"[at % 3], 138.86 + at % 7 * 0.001, 35.1 + at % 5 * 0.001) for at in range(40)]
    mixed = random.Random(1).sample(rows, len(rows))
    one = stop_areas({"A": feed_of(*rows[:20]), "B": feed_of(*rows[20:])})
    other = stop_areas({"B": feed_of(*mixed), "A": feed_of(*rows[:20])})
    again = stop_areas({"A": feed_of(*rows[:20][::-1]), "B": feed_of(*rows)})
    assert [area.id for area in other.areas] == [area.id for area in again.areas]
    assert [[pole.stop_id for pole in area.poles] for area in other.areas] == [
        [pole.stop_id for pole in area.poles] for area in again.areas
    ]
    assert len(one.areas) == len({area.id for area in one.areas})


def test_an_old_id_finds_the_area_after_its_poles_have_moved() -> None:
    before = stop_areas({"A": feed_of(("1", "桜ヶ丘", 138.86, 35.10), ("2", "桜ヶ丘", east(9_000), 35.10))})
    after = stop_areas({"A": feed_of(("7", "桜ケ丘", east(400), 35.10), ("2", "桜ケ丘", east(9_000), 35.10))})
    id = before.of_pole("A", "1").id  # type: ignore[union-attr]
    assert after.find(id) is after.of_pole("A", "7")
    assert after.find("A:2") is after.of_pole("A", "2")
    assert after.find("桜ヶ丘") is None
    assert before.find("00000") is None


def test_areas_are_found_by_a_part_of_their_name() -> None:
    areas = stop_areas(
        {"A": feed_of(("1", "沼津駅", 138.86, 35.1), ("2", "北沼津", 138.9, 35.1), ("3", "港", 138.8, 35.1))}
    )
    assert [area.name for area in areas.search("沼津")] == ["沼津駅", "北沼津"]
    assert [area.name for area in areas.search("")] == [area.name for area in areas.areas]


@pytest.mark.parametrize(
    ("lonlat", "hash"), [((-5.6, 42.6), "ezs42e4"), ((10.40744, 57.64911), "u4pruyd"), ((139.7671, 35.6812), "xn76urx")]
)
def test_geohashes_are_the_published_ones(lonlat: tuple[float, float], hash: str) -> None:
    assert geohash(*lonlat)[:5] == hash[:5]
    middle = place_of(f"{geohash(*lonlat)}-00000")
    assert middle is not None
    assert GROUND.inv(*lonlat, *middle)[2] < 120


@pytest.mark.parametrize("name", ["donan_2017", "donan_2020"])
def test_the_poles_of_a_real_feed_are_grouped_as_its_own_ids_say(name: str) -> None:
    """There a pole's id is its stop's id and a letter."""
    feed = read_feed(shared_data(f"gtfs/{name}"))
    areas = stop_areas({"A": feed})
    own: dict[str, set[str]] = {}
    for area in areas.areas:
        for pole in area.poles:
            own.setdefault(pole.stop_id.partition("_")[0], set()).add(area.id)
    together = sum(len(ids) == 1 for ids in own.values())
    assert together / len(own) > 0.97
    assert sum(len(area.poles) for area in areas.areas) == int(poles(feed).boards.sum())
