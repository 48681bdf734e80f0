"""How the checks compile their inner loops."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """To machine code at the first call, kept on disk for the next process; other threads run meanwhile."""
    return cast(_Function, numba.njit(cache=True, nogil=True)(function))
