import pytest

from web.byte_range import ByteRange, NotSatisfiableError, parse_range


@pytest.mark.parametrize("header", ["bytes={}-", "bytes=0-{}", "bytes=-{}"])
def test_a_range_of_thousands_of_digits_is_overlooked(header: str) -> None:
    assert parse_range(header.format("9" * 6_000), 10) is None


def test_a_range_past_the_end_is_cut_or_not_satisfiable() -> None:
    assert parse_range(f"bytes=2-{10**30}", 10) == ByteRange(2, 10)
    assert parse_range(f"bytes=-{10**30}", 10) == ByteRange(0, 10)
    with pytest.raises(NotSatisfiableError):
        parse_range(f"bytes={10**30}-", 10)
