"""Numbers in text against Python's own `float`, which rounds rightly."""

import random

import numpy as np
import pytest

from geo.citygml.number import parse_numbers

RANDOM = random.Random(20_26)


def _words(kind: int, count: int) -> list[str]:
    uniform, integer = RANDOM.uniform, RANDOM.randrange
    made = {
        0: lambda: repr(uniform(-180, 180)),
        1: lambda: f"{uniform(30, 45):.{integer(0, 18)}f}",
        2: lambda: f"{uniform(-1, 1) * 10 ** integer(-40, 40):.{integer(0, 18)}e}",
        3: lambda: str(integer(2**53, 2**64)),
        # Half-way between two doubles, and what is next to it.
        4: lambda: str(2 * integer(2**52, 2**53) + 1) + f"e{integer(-25, 5)}",
        5: lambda: f"{integer(0, 200)}.{integer(0, 10**12):0{integer(12, 30)}d}",
    }[kind]
    return [made() for _ in range(count)]


@pytest.mark.parametrize("kind", range(6))
def test_numbers_are_the_nearest_doubles(kind: int) -> None:
    words = _words(kind, 20_000)
    found = parse_numbers([" ".join(words)])
    assert found is not None
    truth = np.array([float(word) for word in words])
    assert np.array_equal(found[0].view(np.int64), truth.view(np.int64))


def test_numbers_are_counted_by_text() -> None:
    found = parse_numbers(["1 2\n3", "", " \t", "-.5 +4. 1E2 007 -0"])
    assert found is not None
    assert found[0].tolist() == [1, 2, 3, -0.5, 4, 100, 7, 0]
    assert np.signbit(found[0][-1])
    assert found[1].tolist() == [3, 0, 0, 5]


@pytest.mark.parametrize("text", ["x", "1 nan", "inf", "1_0", "1|2", "1e", "-", ".", "1,5", "１", "0x10", "1-2"])
def test_what_is_no_decimal_number_is_left_to_others(text: str) -> None:
    assert parse_numbers(["1 2", text]) is None
