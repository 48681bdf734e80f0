"""The encoder on large and odd input, judged by meshoptimizer's own decoder in one run."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.tiles.tileset.test_meshopt import decoded, turned
from tiles.tileset.meshopt import encode_triangles, encode_vertices


def odd_triangles(random: np.random.Generator, number: int) -> NDArray[np.uint32]:
    count = int(random.integers(1, 3_000))
    first = np.arange(count)
    fan = first // int(random.integers(2, 40))
    cases = (
        random.integers(0, int(random.integers(3, 30)), (count, 3)),  # few vertices, many of them equal
        np.column_stack([fan * 50, first + 1 + fan, first + 2 + fan]),  # fans, each from a new middle
        np.cumsum(random.integers(-3, 6, (count, 3)), axis=0).clip(0),  # near the last, forwards and backwards
        random.integers(0, 2**31, (count, 3)),  # anywhere
        np.column_stack([first, first[::-1], np.full(count, 5)]),
    )
    return np.asarray(cases[number % len(cases)], dtype=np.uint32)


def test_odd_triangles_come_back(tmp_path: Path) -> None:
    random = np.random.default_rng(11)
    cases = [odd_triangles(random, number) for number in range(100)]
    cases.append(np.arange(300_000, dtype=np.uint32).reshape(-1, 3))
    streams = [(encode_triangles(one.ravel()), one.size, 4, "TRIANGLES") for one in cases]
    for triangles, out in zip(cases, decoded(tmp_path, streams), strict=True):
        back = np.frombuffer(out, np.uint32).reshape(-1, 3)
        differ = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
        assert (turned(back[differ]) == turned(triangles[differ])).all()
        assert (np.sort(back) == np.sort(triangles)).all()


def test_more_vertices_than_a_short_index_counts_come_back(tmp_path: Path) -> None:
    random = np.random.default_rng(12)
    steps = random.integers(-9, 10, (70_001, 8)) * (random.random((70_001, 1)) < 0.5)
    rows = np.cumsum(steps, axis=0).astype(np.uint8)
    (out,) = decoded(tmp_path, [(encode_vertices(rows), *rows.shape, "ATTRIBUTES")])
    assert out == rows.tobytes()
