"""Rows of a table on their way to a batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import Problem


@dataclass(frozen=True)
class Records:
    """Rows that have a geometry; index: line in the file."""

    attributes: pd.DataFrame
    geometries: NDArray[Any]
    read: int
    """Rows that the table holds, those without geometry included."""
    problems: tuple[Problem, ...]
    """Why the others have none; `file` is the place in the feed."""


def identified(rows: pd.DataFrame, column: str, file: str) -> tuple[NDArray[np.bool_], list[Problem]]:
    """Which rows have an id of their own (of several with the same, the first), and a problem for each other."""
    ids = rows[column]
    missing = ids.isna().to_numpy()
    duplicate = ids.duplicated().to_numpy() & ~missing
    told = {"column": column}
    problems = [Problem("gtfs.id_missing", file, None, int(line), parameters=told) for line in rows.index[missing]]
    problems += [
        Problem("gtfs.duplicate_id", file, str(ids[line]), int(line), parameters=told) for line in rows.index[duplicate]
    ]
    return ~missing & ~duplicate, problems
