"""What can go wrong in gtfs. A feed that can't be read at all is a `geo.UnreadableError`, as for every reader.

GtfsError
└── UnknownTableError     a table that neither the feed nor the standard knows
"""


class GtfsError(Exception):
    """Every error of this package."""


class UnknownTableError(GtfsError, KeyError):
    def __str__(self) -> str:
        return f"the feed has no table {self.args[0]!r} and GTFS knows none"
