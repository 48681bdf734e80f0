"""A list on disk is a list."""

from pathlib import Path

import pytest
import shapely

from data.sample.shelf import Shelf, batches


def test_a_shelf_gives_back_what_was_put_on_it_in_order_while_it_grows(tmp_path: Path) -> None:
    shelf: Shelf[tuple[int, shapely.Point]] = Shelf(tmp_path)
    kept = []
    for k in range(2500):
        kept.append((k, shapely.Point(k / 7, -k / 3)))
        shelf.append(kept[-1])
        assert shelf[k // 2] == kept[k // 2]
    assert list(shelf) == kept
    assert [shelf[k] for k in (-1, 0, 1999)] == [kept[k] for k in (-1, 0, 1999)]
    assert shelf[10:2000:700] == kept[10:2000:700]
    assert [len(some) for some in batches(shelf)] == [1000, 1000, 500]
    with pytest.raises(IndexError):
        shelf[2500]


def test_coordinates_keep_their_last_bit(tmp_path: Path) -> None:
    circle = shapely.Point(0.1, 0.2).buffer(1 / 3)
    shelf: Shelf[shapely.Polygon] = Shelf(tmp_path)
    shelf.append(circle)
    assert shapely.equals_exact(shelf[0], circle, tolerance=0.0)


def test_nothing_of_a_shelf_is_left_in_the_folder(tmp_path: Path) -> None:
    shelf: Shelf[str] = Shelf(tmp_path)
    shelf.append("x" * 100_000)
    assert shelf[0][-1] == "x"
    assert not list(tmp_path.iterdir())
