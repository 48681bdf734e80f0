from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import gtfs_guru
import pytest

from gtfs import read_feed, service_calendar
from gtfs.day_service import services_of_date
from gtfs.merge import Merged, MergeError, merge_feeds, short_names
from gtfs.publication import read_text_feed, write_feed
from gtfs.translation import KANA, translate
from tests.gtfs.feeds import LOOP, folder_feed

_OTHER = {
    "agency.txt": LOOP["agency.txt"].replace("A,みほん交通", "B,港湾交通"),
    "routes.txt": LOOP["routes.txt"].replace(",A,", ",B,"),
}


def _merge(folder: Path, changes: Mapping[str, str | bytes | None], *, join: bool = True) -> Merged:
    paths = {"bus": folder_feed(folder / "bus"), "ship": folder_feed(folder / "ship", {**_OTHER, **changes})}
    feeds = {name: read_text_feed(path) for name, path in paths.items()}
    return merge_feeds(feeds, {name: read_feed(path) for name, path in paths.items()} if join else None)


def _values(merged: Merged, table: str, column: str) -> list[Any]:
    return [value if isinstance(value, str) else None for value in merged.feed.column(table, column).tolist()]


def test_ids_that_collide_have_a_prefix_in_every_table_and_others_are_kept(tmp_path: Path) -> None:
    merged = _merge(tmp_path, {"routes.txt": _OTHER["routes.txt"].replace("\n2,B", "\n9,B"),
                               "trips.txt": LOOP["trips.txt"].replace("2,毎日", "9,毎日")}, join=False)  # fmt: skip
    assert _values(merged, "routes", "route_id") == ["bus:1", "2", "ship:1", "9"]
    assert _values(merged, "trips", "route_id") == ["bus:1", "bus:1", "2", "ship:1", "ship:1", "9"]
    assert _values(merged, "routes", "agency_id") == ["A", "A", "B", "B"]
    assert set(_values(merged, "stops", "parent_station")) == {None, "bus:S", "ship:S"}
    assert merged.renamed["bus"] == {"route_id": 1, "service_id": 1, "stop_id": 4, "trip_id": 3}


def test_the_same_feeds_in_another_order_have_the_same_ids(tmp_path: Path) -> None:
    paths = {"bus": folder_feed(tmp_path / "bus"), "ship": folder_feed(tmp_path / "ship", dict(_OTHER))}
    feeds = {name: read_text_feed(path) for name, path in paths.items()}
    one, other = merge_feeds(feeds), merge_feeds(dict(reversed(feeds.items())))
    for table, rows in one.feed.tables.items():
        assert sorted(rows.fillna("").itertuples(index=False)) == sorted(
            other.feed.tables[table][rows.columns].fillna("").itertuples(index=False)
        )


def test_poles_of_two_operators_at_one_place_share_one_station(tmp_path: Path) -> None:
    merged = _merge(tmp_path, {})
    # S is a station in both feeds; B and C are poles without one.
    assert merged.joined_stops == 3
    stops = merged.feed.tables["stops"].set_index("stop_id")
    parents = stops["parent_station"]
    for pole in ("S_1", "B", "C"):
        assert parents[f"bus:{pole}"] == parents[f"ship:{pole}"]
        assert stops["location_type"][parents[f"bus:{pole}"]] == "1"
    assert "bus:S" in stops.index
    assert "ship:S" not in stops.index


def test_services_run_on_the_dates_on_which_they_ran(tmp_path: Path) -> None:
    calendar = LOOP["calendar.txt"].replace("1,1,1,1,1,1,1", "1,1,1,1,1,0,0")
    merged = _merge(tmp_path, {"calendar.txt": calendar})
    write_feed(tmp_path / "out.zip", merged.feed)
    feed = read_feed(tmp_path / "out.zip")
    assert service_calendar(feed).on(date(2026, 4, 4)) == {"bus:毎日"}
    assert {route.route_id: route.trips for route in services_of_date(feed, date(2026, 4, 3))} == {
        "bus:1": 2, "bus:2": 1, "ship:1": 2, "ship:2": 1,
    }  # fmt: skip


def test_the_same_operator_in_two_feeds_is_one(tmp_path: Path) -> None:
    merged = _merge(tmp_path, {"agency.txt": LOOP["agency.txt"], "routes.txt": LOOP["routes.txt"]})
    assert _values(merged, "agency", "agency_id") == ["A"]


def test_one_id_for_two_operators_is_told_apart(tmp_path: Path) -> None:
    merged = _merge(tmp_path, {"agency.txt": LOOP["agency.txt"].replace("みほん交通", "港湾交通"),
                               "routes.txt": LOOP["routes.txt"]})  # fmt: skip
    assert _values(merged, "agency", "agency_id") == ["bus:A", "ship:A"]


def test_an_operator_without_an_id_gets_one_and_its_routes_name_it(tmp_path: Path) -> None:
    agency = "agency_name,agency_url,agency_timezone\n港湾交通,https://example.lg.jp,Asia/Tokyo\n"
    routes = "route_id,route_long_name,route_type\n7,連絡船,4\n"
    merged = _merge(tmp_path, {"agency.txt": agency, "routes.txt": routes,
                               "trips.txt": "route_id,service_id,trip_id\n7,毎日,1a\n"})  # fmt: skip
    assert _values(merged, "agency", "agency_id") == ["A", "ship"]
    assert _values(merged, "routes", "agency_id") == ["A", "A", "ship"]


def test_a_fare_that_held_everywhere_holds_on_its_own_operators_routes_only(tmp_path: Path) -> None:
    fares = "fare_id,price,currency_type,payment_method,transfers\nF,300,JPY,0,0\n"
    merged = _merge(tmp_path, {"fare_attributes.txt": fares})
    rules = merged.feed.tables["fare_rules"]
    assert list(zip(rules["fare_id"], rules["route_id"], strict=True)) == [("F", "ship:1"), ("F", "ship:2")]
    assert _values(merged, "fare_attributes", "agency_id") == ["B"]


def test_unknown_tables_are_joined_when_alike_and_kept_apart_when_not(tmp_path: Path) -> None:
    paths = {
        "bus": folder_feed(
            tmp_path / "bus", {"depot.txt": "depot_id,name\n1,北\n", "seat.txt": "a\n1\n", "LICENSE": "x"}
        ),
        "ship": folder_feed(
            tmp_path / "ship", {**_OTHER, "depot.txt": "depot_id,name\n2,南\n", "seat.txt": "b\n1\n", "LICENSE": "y"}
        ),
    }
    merged = merge_feeds({name: read_text_feed(path) for name, path in paths.items()})
    assert _values(merged, "depot", "name") == ["北", "南"]
    assert {"bus_seat", "ship_seat"} <= set(merged.feed.tables)
    assert merged.feed.files == {"bus_LICENSE": b"x", "ship_LICENSE": b"y"}
    assert any("seat.txt" in note.en for note in merged.notes)


def test_the_period_of_the_whole_is_the_one_in_which_all_are_valid(tmp_path: Path) -> None:
    head = "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version\n"
    paths = {
        "bus": folder_feed(tmp_path / "bus", {"feed_info.txt": head + "甲,https://a.jp,ja,20260401,20270331,1\n"}),
        "ship": folder_feed(
            tmp_path / "ship", {**_OTHER, "feed_info.txt": head + "乙,https://b.jp,ja,20260601,20271231,2\n"}
        ),
    }
    merged = merge_feeds({name: read_text_feed(path) for name, path in paths.items()})
    (info,) = merged.feed.tables["feed_info"].to_dict("records")
    assert (info["feed_start_date"], info["feed_end_date"]) == ("20260601", "20270331")
    assert (info["feed_publisher_name"], info["feed_lang"], info["feed_version"]) == ("甲 / 乙", "ja", "bus:1+ship:2")
    assert any("20260601" in note.ja for note in merged.notes)


def test_a_name_that_two_feeds_read_differently_keeps_both_readings(tmp_path: Path) -> None:
    head = "table_name,field_name,language,translation,field_value\n"
    paths = {
        "bus": folder_feed(tmp_path / "bus", {"translations.txt": head + "stops,stop_name,ja-Hrkt,びょういん,病院\n"}),
        "ship": folder_feed(
            tmp_path / "ship", {**_OTHER, "translations.txt": head + "stops,stop_name,ja-Hrkt,やまいいん,病院\n"}
        ),
    }
    merged = merge_feeds({name: read_text_feed(path) for name, path in paths.items()})
    write_feed(tmp_path / "out.zip", merged.feed)
    feed = read_feed(tmp_path / "out.zip")
    read = dict(zip(feed.table("stops")["stop_id"], translate(feed, "stops", "stop_name", KANA), strict=True))
    assert (read["bus:B"], read["ship:B"]) == ("びょういん", "やまいいん")


def test_feeds_of_different_time_zones_are_refused(tmp_path: Path) -> None:
    agency = _OTHER["agency.txt"].replace("Asia/Tokyo", "Asia/Seoul")
    with pytest.raises(MergeError, match="Asia/Seoul"):
        _merge(tmp_path, {"agency.txt": agency})


def test_short_names_are_plain_and_different() -> None:
    assert short_names(["みほんbus 2026", "bus2026", "港"]) == ["bus2026", "bus20262", "feed"]


def test_the_sample_citys_operators_become_one_feed_without_errors(tmp_path: Path, sample_feeds: Path) -> None:
    paths = sorted(sample_feeds.glob("*.zip"))
    feeds = {path.stem: read_feed(path) for path in paths}
    merged = merge_feeds({path.stem: read_text_feed(path) for path in paths}, feeds)
    write_feed(tmp_path / "out.zip", merged.feed)
    assert gtfs_guru.validate(str(tmp_path / "out.zip"), country_code="JP", date="2026-05-01").error_count == 0
    whole = read_feed(tmp_path / "out.zip")
    for table in ("trips", "stop_times", "routes", "shapes", "calendar", "calendar_dates"):
        assert len(whole.table(table)) == sum(len(feed.table(table)) for feed in feeds.values())
    day = date(2026, 7, 1)
    assert sum(route.trips for route in services_of_date(whole, day)) == sum(
        route.trips for feed in feeds.values() for route in services_of_date(feed, day)
    )
    assert merged.joined_stops > 0
