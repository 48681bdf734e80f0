"""What every tree must be, on random cities and on hostile ones."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tiles.tileset.tree import FAR_POINTS, LEAF_POINTS, LEAF_TEXTURED_M2, Node, Sizes, build_tree


def city(count: int, *, side: float = 5_000.0, seed: int = 1) -> Sizes:
    random = np.random.default_rng(seed)
    x, y = random.uniform(-side / 2, side / 2, (2, count))
    points = random.integers(24, 400, count)
    size = random.lognormal(2.5, 0.6, count)
    return Sizes(x, y, size, points, points // 2, np.where(random.random(count) < 0.5, 40.0 * size, 0.0))


def one_place(count: int, points: int) -> Sizes:
    """All with the same middle."""
    zero, same = np.zeros(count), np.full(count, points)
    return Sizes(zero, zero, np.arange(count, dtype=np.float64), same, same, zero)


def with_floods(sizes: Sizes, count: int, points: int) -> Sizes:
    """Water over the whole city, several depths one over the other, behind the houses."""
    more = one_place(count, points)
    floods = Sizes(more.x, more.y, np.full(count, 7_000.0), more.points, more.far_points, more.textured_m2)
    return Sizes(
        *(np.concatenate([getattr(one, name) for one in (sizes, floods)]) for name in Sizes.__dataclass_fields__)
    )


CITIES = {
    "one feature": city(1),
    "a few": city(30),
    "a city": city(20_000),
    "a city within 10 metres": city(3_000, side=10.0),
    "1,000 at one place": one_place(1_000, 12),
    "30,000 at one place": one_place(30_000, 12),
    "one flood over a city": with_floods(city(5_000), 1, 500_000),
    "six floods over a city": with_floods(city(5_000), 6, 100_000),
    "floods alone": one_place(6, 500_000),
    "without a size": one_place(5_000, 100),
}


@pytest.fixture(params=CITIES)
def sizes(request: pytest.FixtureRequest) -> Sizes:
    return CITIES[request.param]


def leaves(root: Node) -> list[Node]:
    return [node for node in root.walk() if not node.children]


def far_points(sizes: Sizes, features: NDArray[np.int64]) -> int:
    return int(sizes.far_points[features].sum())


def test_every_feature_stands_in_exactly_one_leaf(sizes: Sizes) -> None:
    found = np.concatenate([leaf.features for leaf in leaves(build_tree(sizes))])
    assert np.array_equal(np.sort(found), np.arange(len(sizes.x)))


def test_every_tile_shows_something_and_has_a_name_of_its_own(sizes: Sizes) -> None:
    nodes = list(build_tree(sizes).walk())
    assert all(len(node.features) for node in nodes)
    assert len({node.name for node in nodes}) == len(nodes)


def test_errors_shrink_on_the_way_down_and_cover_what_is_left_out(sizes: Sizes) -> None:
    for node in build_tree(sizes).walk():
        assert (node.error_m == 0) == (not node.children)
        below = np.concatenate([leaf.features for leaf in leaves(node)])
        left_out = np.setdiff1d(below, node.features)
        assert not len(left_out) or node.error_m >= sizes.size_m[left_out].max()
        assert all(child.error_m < node.error_m for child in node.children)


def test_inner_tiles_show_what_stands_below_them_and_the_sums_are_right(sizes: Sizes) -> None:
    for node in build_tree(sizes).walk():
        below = np.concatenate([leaf.features for leaf in leaves(node)])
        assert set(node.features) <= set(below)
        assert node.points == sizes.points[below].sum()
        assert node.textured_m2 == pytest.approx(sizes.textured_m2[below].sum())


def test_tiles_are_light_unless_their_features_cannot_be_parted(sizes: Sizes) -> None:
    for node in build_tree(sizes).walk():
        if len(node.features) == 1:
            continue
        if node.children:
            assert far_points(sizes, node.features) <= FAR_POINTS
        elif max(np.ptp(sizes.x[node.features]), np.ptp(sizes.y[node.features])) > 40:
            assert node.points <= LEAF_POINTS
            assert node.textured_m2 <= LEAF_TEXTURED_M2


@pytest.mark.parametrize("name", ["one flood over a city", "six floods over a city"])
def test_a_flood_over_the_city_is_stored_once_and_hides_no_house(name: str) -> None:
    sizes = CITIES[name]
    root = build_tree(sizes)
    is_flood = sizes.far_points > FAR_POINTS
    shown = np.concatenate([node.features for node in root.walk()])
    assert is_flood[shown].sum() == is_flood.sum()
    assert far_points(sizes, root.features) > FAR_POINTS / 2, "houses fill what a far tile may hold"


def test_floods_alone_are_stored_once_and_the_lightest_one_twice() -> None:
    nodes = list(build_tree(CITIES["floods alone"]).walk())
    assert sum(len(node.features) for node in nodes) == 7


def test_equal_input_gives_an_equal_tree(sizes: Sizes) -> None:
    one, other = ([(node.name, node.features.tolist()) for node in build_tree(sizes).walk()] for _ in range(2))
    assert one == other


def test_far_tiles_show_the_largest() -> None:
    sizes = city(20_000)
    root = build_tree(sizes)
    left_out = np.setdiff1d(np.arange(20_000), root.features)
    assert sizes.size_m[root.features].min() >= sizes.size_m[left_out].max()
