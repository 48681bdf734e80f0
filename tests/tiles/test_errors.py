"""Errors of tiling travel between processes: a layer is often tiled by another one."""

import pickle
from pathlib import Path

import pytest

from geo import Text
from tiles.errors import EmptyInputError, OffGeoidError, TilesError, TilingError, UnreadableGridError


@pytest.mark.parametrize(
    "error",
    [
        TilingError(Text("だめ", "no")),
        EmptyInputError(Path("a.parquet")),
        OffGeoidError(1.0, 2.0, "GSIGEO2011"),
        UnreadableGridError(Path("a.tif"), "cut off"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_in_another_process(error: TilesError) -> None:
    received = pickle.loads(pickle.dumps(error))
    assert type(received) is type(error)
    assert (str(received), received.text, vars(received)) == (str(error), error.text, vars(error))
