from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from gtfs import DateOutsideError, Feed, read_feed
from gtfs.statistics import stop_statistics, trip_statistics
from tests.gtfs.feeds import LOOP, folder_feed
from tests.shared_data import shared_data


def _assert_same(mine: pd.DataFrame, theirs: pd.DataFrame) -> None:
    assert list(mine.columns) == list(theirs.columns)
    if "stop_pattern_name" in theirs:
        # gtfs-kit's ranks become floats, `0-1.0`, as soon as one trip of the feed has no direction.
        names = theirs["stop_pattern_name"].str.removesuffix(".0")
        theirs = theirs.assign(stop_pattern_name=names)
    plain = [frame.astype(object).where(frame.notna(), None) for frame in (mine, theirs)]
    pd.testing.assert_frame_equal(*plain, check_dtype=False, rtol=1e-9)


def _assert_as_gtfs_kit(feed: Feed, day: date) -> None:
    _assert_same(trip_statistics(feed), feed.kit.compute_trip_stats())
    _assert_same(stop_statistics(feed, day), feed.kit.compute_stop_stats([f"{day:%Y%m%d}"]))


@pytest.mark.parametrize(
    ("name", "day"),
    [("donan_2020", date(2020, 4, 8)), ("mlit_sample", date(2017, 4, 5)),
     ("google_examples/sample-feed-1", date(2007, 6, 6))],
)  # fmt: skip
def test_statistics_of_real_feeds_are_those_of_gtfs_kit(name: str, day: date) -> None:
    _assert_as_gtfs_kit(read_feed(shared_data(f"gtfs/{name}")), day)


def test_statistics_without_shapes_and_directions_are_those_of_gtfs_kit(tmp_path: Path) -> None:
    _assert_as_gtfs_kit(read_feed(folder_feed(tmp_path / "f")), date(2026, 5, 1))


def test_distances_that_the_feed_tells_are_used(tmp_path: Path) -> None:
    rows = LOOP["stop_times.txt"].splitlines()
    head, body = rows[0], rows[1:]
    told = "\n".join([f"{head},shape_dist_traveled", *(f"{row},{1000 * at % 7000}" for at, row in enumerate(body))])
    shapes = (
        "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled\nX,35,138.9,1,0\nX,35,139,2,9000\n"
    )
    feed = read_feed(folder_feed(tmp_path / "f", {"stop_times.txt": told + "\n", "shapes.txt": shapes}))
    _assert_as_gtfs_kit(feed, date(2026, 5, 1))


def test_statistics_of_a_stop_are_those_of_the_timetable(tmp_path: Path) -> None:
    figures = stop_statistics(read_feed(folder_feed(tmp_path / "f")), date(2026, 5, 1)).set_index("stop_id")
    pole = figures.loc["S_1"]
    assert (pole["num_trips"], pole["num_routes"]) == (5, 2)
    assert (pole["start_time"], pole["end_time"]) == ("07:00:00", "25:25:00")
    # 07:00, 07:15 and 08:09 lie within 7:00 to 19:00.
    assert (pole["min_headway"], pole["max_headway"], pole["mean_headway"]) == (15.0, 54.0, 34.5)


def test_a_date_outside_the_calendar_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DateOutsideError):
        stop_statistics(read_feed(folder_feed(tmp_path / "f")), date(2035, 1, 1))
