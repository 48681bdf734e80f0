"""What is told of a layer's features when they are merged and not yet tiled."""

from dataclasses import dataclass

from data.record import SourceFile
from geo import Column, Count, LevelCount, Portrayal, Problem

HIDDEN = frozenset({"feature_id", "geometry", "attributes"})
"""What every layer has, and no person looks at as a column."""


@dataclass(frozen=True)
class MergedLayer:
    portrayal: Portrayal
    columns: tuple[Column, ...]
    """Every one that a person may look at."""
    names: tuple[str, ...]
    """Of all columns of the table."""
    lods: tuple[int, ...]
    """The levels of detail of what is in space; none where nothing is."""
    images: tuple[str, ...]
    """Names of all textures of that."""
    counts: tuple[Count, ...]
    levels: tuple[LevelCount, ...]
    files: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]
    """Of joining; what the readers told is in the plan."""
