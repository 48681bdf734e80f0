"""A scenario that can't be carried out."""

from collections.abc import Sequence

from geo import Problem, UnreadableError
from gtfs.errors import GtfsError


class InvalidScenarioError(GtfsError, UnreadableError):
    """`problems` are all that were found: file, key (`changes[0].add_line.speed_kmh`) and rule of each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        UnreadableError.__init__(self, problems[0])
        self.problems = tuple(problems)

    def __reduce__(self) -> "tuple[type[InvalidScenarioError], tuple[Sequence[Problem]]]":  # type: ignore[override]
        return type(self), (self.problems,)
