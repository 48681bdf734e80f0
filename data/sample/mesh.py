"""Standard area mesh codes (JIS X 0410) of the files and of the population table."""

import numpy as np
from numpy.typing import NDArray

from data.sample.plane import Points

Codes = NDArray[np.int64]


def second_mesh(lonlat: Points) -> Codes:
    """Six digits, about 10 km."""
    return third_mesh(lonlat) // 100


def third_mesh(lonlat: Points) -> Codes:
    """Eight digits, 30 by 45 seconds, about 1 km."""
    y, x = np.floor(lonlat[:, 1] * 120).astype(np.int64), np.floor((lonlat[:, 0] - 100) * 80).astype(np.int64)
    first = (y // 80) * 100 + x // 80
    second = (y % 80 // 10) * 10 + x % 80 // 10
    codes: Codes = first * 10000 + second * 100 + (y % 10) * 10 + x % 10
    return codes


def quarter_mesh(lonlat: Points) -> Codes:
    """Ten digits, a quarter of the third mesh each way, about 250 m."""
    y, x = np.floor(lonlat[:, 1] * 480).astype(np.int64), np.floor((lonlat[:, 0] - 100) * 320).astype(np.int64)
    half = y % 4 // 2 * 2 + x % 4 // 2 + 1
    quarter = y % 2 * 2 + x % 2 + 1
    codes: Codes = third_mesh(lonlat) * 100 + half * 10 + quarter
    return codes
