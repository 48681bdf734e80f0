"""The service-accessibility index on squares and lines that can be counted by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from gtfs import read_feed
from gtfs.measure.section import sections_on
from gtfs.measure.service_access import service_access
from tests.gtfs.feeds import folder_feed

DAY = date(2026, 6, 1)


def test_time_is_departures_at_the_mean_stop_space_is_line_by_area_and_total_their_product() -> None:
    # Two squares of 2 km side by side and one far off; a line of 3 km from the middle of the first to the second's.
    areas = np.array([shapely.box(x, 0, x + 2000, 2000) for x in (0, 2000, 50_000)])
    stops = pd.DataFrame({"x": [1000.0, 1500, 4000], "y": [1000.0, 1000, 1000], "departures": [40, 20, 12]})
    sections = shapely.linestrings([[[1000, 1000], [1500, 1000]], [[1500, 1000], [4000, 1000]]])
    found = service_access(areas, stops, sections)
    assert found.stops.tolist() == [2, 1, 0]
    assert found.time.tolist() == [30, 12, 0]
    assert found.space.tolist() == pytest.approx([1 / 4, 2 / 4, 0])
    assert found.total.tolist() == pytest.approx([7.5, 6, 0])
    city = found.together(np.array([True, True, False]))
    assert (city.time[0], city.space[0], city.total[0]) == pytest.approx((24, 3 / 8, 9))


def test_a_stop_on_the_edge_of_two_areas_counts_once() -> None:
    areas = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    stops = pd.DataFrame({"x": [1.0], "y": [0.5], "departures": [3]})
    assert service_access(areas, stops, np.array([], dtype=object)).stops.sum() == 1


def test_a_section_that_several_trips_run_on_both_ways_is_there_once(tmp_path: Path) -> None:
    feed = read_feed(folder_feed(tmp_path / "feed"))
    found = sections_on(feed, DAY)
    places = {frozenset(pair) for pair in found[["from_place", "to_place"]].itertuples(index=False)}
    assert len(places) == len(found) == 3
    assert not found["rail"].any()
    assert np.isfinite(found[["lon", "lat", "to_lon", "to_lat"]].to_numpy()).all()
