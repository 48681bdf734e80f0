from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiles import TileCoord
from tiles.hilbert import tile_coord, tile_id, zoom_ids

PUBLISHED = {
    (0, 0, 0): 0,
    (1, 0, 0): 1,
    (1, 0, 1): 2,
    (1, 1, 1): 3,
    (1, 1, 0): 4,
    (2, 0, 0): 5,
    (12, 3423, 1763): 19_078_479,
}
"""The table of the PMTiles specification, version 3."""


@pytest.mark.parametrize(("cell", "number"), PUBLISHED.items())
def test_tiles_have_the_numbers_of_the_specification(cell: tuple[int, int, int], number: int) -> None:
    assert tile_id(*cell) == number
    assert tile_coord(number) == TileCoord(*cell)


@pytest.mark.parametrize("zoom", range(7))
def test_the_curve_visits_every_cell_of_a_zoom_once_and_moves_to_a_neighbour_each_time(zoom: int) -> None:
    way = [tile_coord(number) for number in zoom_ids(zoom)]
    assert len(set(way)) == 4**zoom
    steps = [abs(a.x - b.x) + abs(a.y - b.y) for a, b in pairwise(way)]
    assert set(steps) <= {1}


@given(st.integers(0, zoom_ids(24).stop - 1))
def test_every_number_leads_to_a_cell_and_back(number: int) -> None:
    cell = tile_coord(number)
    assert tile_id(cell.z, cell.x, cell.y) == number
