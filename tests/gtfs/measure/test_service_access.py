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
    # The second stop has two poles, the third stop one of its two in each square.
    rows = [("a", 1000.0, 40), ("b", 1500, 10), ("b", 1500, 10), ("c", 1990, 6), ("c", 2010, 12)]
    poles = pd.DataFrame(rows, columns=["place_id", "x", "departures"]).assign(y=1000.0)
    sections = shapely.linestrings([[[1000, 1000], [1500, 1000]], [[1500, 1000], [4000, 1000]]])
    found = service_access(areas, poles, sections)
    assert found.stops.tolist() == [3, 1, 0]
    assert found.time.tolist() == [22, 12, 0]
    assert found.space.tolist() == pytest.approx([1 / 4, 2 / 4, 0])
    assert found.total.tolist() == pytest.approx([5.5, 6, 0])
    city = service_access(areas, poles, sections, np.array([0, 0, -1]))
    assert (city.time[0], city.space[0], city.total[0]) == pytest.approx((78 / 3, 3 / 8, 78 / 8))


def test_a_pole_on_the_edge_of_two_areas_counts_once() -> None:
    areas = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    poles = pd.DataFrame({"place_id": ["a"], "x": [1.0], "y": [0.5], "departures": [3]})
    found = service_access(areas, poles, np.array([], dtype=object))
    assert (found.stops.sum(), found.departures.sum()) == (1, 3)


def test_a_section_that_several_trips_run_on_both_ways_is_there_once(tmp_path: Path) -> None:
    feed = read_feed(folder_feed(tmp_path / "feed"))
    found = sections_on(feed, DAY)
    # S_1 to B (both ways), B to C, C to S_1.
    assert len(found) == 3
    assert not found["rail"].any()
    assert np.isfinite(found[["lon", "lat", "to_lon", "to_lat"]].to_numpy()).all()
