"""Which coordinate reference system a file's coordinates are in, and in which order its axes stand."""

import re
from dataclasses import dataclass

from pyproj import CRS

from geo.citygml.element import Element
from geo.crs import crs_name, resolve_crs, vertical_datum
from geo.problem import Problem

_CODE = re.compile(r"EPSG\D*(?:[/:]\d[\d.]*)?[/:]+(\d{4,6})$", re.IGNORECASE)


@dataclass(frozen=True)
class Axes:
    crs: CRS
    name: str
    north_first: bool
    """EPSG:6697 is latitude, longitude, height; the plane rectangular systems are north, east."""
    dimension: int
    vertical_datum: str | None


class Reference:
    """What the file's envelope declares, unless a geometry declares its own."""

    def __init__(self, name: str, override: str | None) -> None:
        self._name, self._override = name, override
        self._srs: str | None = None
        self._dimension: int | None = None
        self._known: dict[str | None, Axes] = {}
        self.problems: list[Problem] = []

    def declare(self, envelope: Element) -> None:
        """Takes the first envelope of the file; those of features come too late to count."""
        above = envelope.getparent()
        is_of_file = above is not None and above.getparent() is not None and above.getparent().getparent() is None
        if is_of_file and self._srs is None:
            self._srs = envelope.get("srsName")
            stated = envelope.get("srsDimension")
            self._dimension = int(stated) if stated in ("2", "3") else None

    def axes(self, srs: str | None) -> Axes:
        """UnreadableError for a system that can't be used, or none at all."""
        if srs not in self._known:
            declared = srs or self._srs
            crs, problems = resolve_crs(_short(declared) if declared else None, self._override, name=self._name)
            self.problems += [one for one in problems if one not in self.problems]
            self._known[srs] = Axes(
                crs,
                crs_name(crs),
                crs.axis_info[0].direction.lower() == "north",
                3 if len(crs.axis_info) == 3 else 2,
                vertical_datum(crs),
            )
        return self._known[srs]

    def dimension(self, stated: str | None, srs: str | None) -> int:
        """How many numbers a point has."""
        if stated in ("2", "3"):
            return int(stated)
        return self._dimension or self.axes(srs).dimension


def _short(srs: str) -> str:
    """`EPSG:6697` for `http://www.opengis.net/def/crs/EPSG/0/6697` and `urn:ogc:def:crs:EPSG::6697`."""
    found = _CODE.search(srs.strip())
    return f"EPSG:{found[1]}" if found else srs
