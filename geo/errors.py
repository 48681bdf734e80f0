"""What can go wrong in geo.

GeoError
├── InvalidBoundsError    bounds that are no rectangle on the ground
├── InvalidStyleError     a style that could not be drawn
├── InvalidGridError      a grid that is not north-up, or has no cells
├── InvalidLayerError     features without what a layer promises
└── UnreadableError       an input file that can't be read at all; carries the Problem that says why
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.problem import Problem


class GeoError(Exception):
    """Every error of this package."""


class InvalidBoundsError(GeoError, ValueError):
    pass


class InvalidStyleError(GeoError, ValueError):
    pass


class InvalidGridError(GeoError, ValueError):
    pass


class InvalidLayerError(GeoError, ValueError):
    pass


class UnreadableError(GeoError):
    """Nothing of a file can be used. `problem` names the file, the place and the rule in both languages."""

    def __init__(self, problem: "Problem") -> None:
        super().__init__(problem.message("en"))
        self.problem = problem

    def __reduce__(self) -> "tuple[type[UnreadableError], tuple[Problem]]":
        # Errors travel between the processes of an import; the default would pickle the text only.
        return type(self), (self.problem,)
