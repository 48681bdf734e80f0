"""How this package compiles its inner loops."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """To machine code at the first call, kept on disk for the next process; other threads run meanwhile."""
    made: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    return made
