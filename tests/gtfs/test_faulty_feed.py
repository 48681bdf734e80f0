"""Feeds with whole columns or tables missing: every command answers, or says in words why it can't."""

from datetime import date
from pathlib import Path

import pytest

from gtfs import read_feed
from gtfs.day_service import services_of_date
from gtfs.difference import feed_difference
from gtfs.difference_report import difference_html
from gtfs.generation import find_revisions
from gtfs.merge import merge_feeds
from gtfs.publication import clean_feed, read_text_feed, write_feed
from gtfs.statistics import stop_statistics, trip_statistics
from gtfs.validation import validate_feed
from gtfs.validation.report import report_html
from tests.gtfs.feeds import LOOP, folder_feed

_DAY = date(2026, 5, 1)
_SHAPES = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nX,35,138.9,1\nX,35,138.91,2\n"
_FARES = "fare_id,price,currency_type,payment_method,transfers\nF,300,JPY,0,0\n"


def _head(name: str) -> str:
    return LOOP[name].splitlines()[0] + "\n"


FAULTS: dict[str, dict[str, str | bytes | None]] = {
    "no trips": {"trips.txt": _head("trips.txt")},
    "no calls": {"stop_times.txt": _head("stop_times.txt")},
    "no stops": {"stops.txt": _head("stops.txt")},
    "no routes": {"routes.txt": _head("routes.txt")},
    "neither trips nor operator": {"trips.txt": _head("trips.txt"), "agency.txt": _head("agency.txt")},
    "no operator": {"agency.txt": _head("agency.txt")},
    "a stop in an uneven row": {
        "stops.txt": LOOP["stops.txt"].replace("138.91,0,,\nC", "138.91,0,,,x,y\nC"), "shapes.txt": _SHAPES,
        "trips.txt": LOOP["trips.txt"].replace("1a,", "1a,X"),
    },
    "fares without ids": {"fare_attributes.txt": _FARES.replace("fare_id,", "").replace("F,", "")},
    "stops without places": {"stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nS_1,駅前,,\nB,病院,,\nC,学校,,\n"},
    "times that are none": {"stop_times.txt": LOOP["stop_times.txt"].replace("07:05:00", "25:99:00")},
    "a shape of one point": {"shapes.txt": _SHAPES[:-14], "trips.txt": LOOP["trips.txt"].replace("1a,", "1a,X")},
    "a table that is only a head": {"calendar_dates.txt": "service_id,date,exception_type\n"},
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_feed_is_judged_cleaned_compared_merged_and_counted(tmp_path: Path, fault: str) -> None:
    path, sound = folder_feed(tmp_path / "f", FAULTS[fault]), folder_feed(tmp_path / "sound")
    assert report_html(validate_feed(path, today=_DAY), "ja")
    clean, _ = clean_feed(read_text_feed(path))
    assert write_feed(tmp_path / "out.zip", clean) > 0
    feed, other = read_feed(path), read_feed(sound)
    for pair in ((feed, other), (other, feed)):
        assert difference_html(feed_difference(*pair), *pair, ("a", "b"), "en")
    texts = {"f": read_text_feed(path), "sound": read_text_feed(sound)}
    merged = merge_feeds(texts, {"f": feed, "sound": other})
    write_feed(tmp_path / "all.zip", merged.feed)
    assert len(read_feed(tmp_path / "all.zip").table("trips")) == len(feed.table("trips")) + 3
    assert find_revisions(feed) == ()
    assert len(services_of_date(feed, _DAY)) <= len(feed.table("routes"))
    assert len(trip_statistics(feed)) <= len(feed.table("trips"))
    assert len(stop_statistics(feed, _DAY)) <= 3
