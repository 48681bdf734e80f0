"""Walks as rows are the matrix of costs without what is too far."""

import numpy as np
from hypothesis import given, settings

from geo.network import links_within, travel_costs
from tests.geo.network.test_reach import SEEDS, random_case


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_rows_are_what_the_matrix_has_within_each_origins_limit(seed: int) -> None:
    network, costs, origins, destinations, _ = random_case(seed)
    limits = np.random.default_rng(seed).uniform(0, 600, len(origins))
    links = links_within(network, origins, destinations, costs, limits)
    found = np.full((len(origins), len(destinations)), np.inf)
    found[np.repeat(np.arange(len(origins)), np.diff(links.start)), links.place] = links.cost
    matrix = travel_costs(network, origins, destinations, costs)
    np.testing.assert_allclose(found, np.where(matrix <= limits[:, None], matrix, np.inf))
