"""The one gate for geometries: what every reader stores is present, finite, on the earth, flat and valid.

An invalid polygon is repaired only where there is no doubt which area it means. Three readings of its rings are
compared: the signed area as drawn (loops the wrong way round count negative, what is covered twice counts twice),
the repair by the even-odd rule and the repair that joins all shells. They agree only when almost nothing is covered
twice or runs the wrong way round; where they differ by more than `TOLERANCE`, nobody knows, and it is kept out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from geo.problem import Problem

TOLERANCE = 0.01
"""Share of the area as drawn that a repair may change."""

SLIVER = 1e-8
"""Area by squared perimeter of what is a line drawn as a polygon: 1 km long and less than 0.04 mm wide."""

_REASON = re.compile(r"(?P<text>[^\[]*)(?:\[(?P<x>\S+) (?P<y>[^\s\]]+))?")


@dataclass(frozen=True)
class Checked:
    """The features that were given, in their order."""

    geometries: NDArray[Any]
    """Repaired and 2D; shape (n,). Only those of `keep` may be used."""
    keep: NDArray[np.bool_]
    problems: tuple[Problem, ...]


def check_geometries(
    geometries: NDArray[Any], *, name: str, feature_ids: Sequence[str], lines: Sequence[int] | None = None
) -> Checked:
    """Checks longitude/latitude geometries of the file `name`; each that is kept out has exactly one problem."""
    gate = _Gate(np.array(geometries, dtype=object, ndmin=1), name, feature_ids, lines)
    gate.refuse_missing()
    gate.refuse_not_finite()
    gate.refuse_outside()
    gate.repair_invalid()
    gate.refuse_degenerate()
    return Checked(gate.geometries, gate.keep, tuple(gate.problems))


class _Gate:
    def __init__(
        self, geometries: NDArray[Any], name: str, feature_ids: Sequence[str], lines: Sequence[int] | None
    ) -> None:
        self.geometries: NDArray[Any] = np.asarray(shapely.force_2d(geometries), dtype=object)
        self.keep = np.ones(len(geometries), dtype=bool)
        self.problems: list[Problem] = []
        self._name, self._feature_ids, self._lines = name, feature_ids, lines

    def refuse_missing(self) -> None:
        self._refuse(shapely.is_missing(self.geometries) | shapely.is_empty(self.geometries), "geometry.missing")

    def refuse_not_finite(self) -> None:
        coordinates, owner = shapely.get_coordinates(self.geometries, return_index=True)
        self._refuse(self._any(owner, ~np.isfinite(coordinates)), "geometry.not_finite")

    def refuse_outside(self) -> None:
        coordinates, owner = shapely.get_coordinates(self.geometries, return_index=True)
        with np.errstate(invalid="ignore"):
            outside = np.abs(coordinates) > (180, 90)
        self._refuse(self._any(owner, outside), "geometry.outside")

    def repair_invalid(self) -> None:
        standing = np.flatnonzero(self.keep)
        for index in standing[~shapely.is_valid(self.geometries[standing])]:
            self._repair(int(index))

    def refuse_degenerate(self) -> None:
        """A polygon without area (which rounding leaves a little of), a line without length."""
        dimension = shapely.get_dimensions(self.geometries)
        area, length = shapely.area(self.geometries), shapely.length(self.geometries)
        self._refuse(
            (dimension == 2) & (area <= SLIVER * length**2) | (dimension == 1) & (length == 0), "geometry.degenerate"
        )

    def _repair(self, index: int) -> None:
        drawn = self.geometries[index]
        reason, lonlat = _reason(drawn)
        repaired, change = _repaired(drawn)
        if repaired.is_empty:
            self._refuse_one(index, "geometry.degenerate", {}, lonlat)
        elif change > TOLERANCE:
            self._refuse_one(index, "geometry.invalid", {"reason": reason, "change": _percent(change)}, lonlat)
        else:
            self.geometries[index] = repaired
            self._add(index, "geometry.repaired", {"reason": reason, "change": _percent(change)}, lonlat)

    def _any(self, owner: NDArray[np.intp], wrong: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether any coordinate of a geometry is wrong; `wrong` has shape (coordinates, 2)."""
        hit = np.zeros(len(self.geometries), dtype=bool)
        hit[owner[np.asarray(wrong.any(axis=1))]] = True
        return hit

    def _refuse(self, wrong: NDArray[np.bool_], rule: str) -> None:
        for index in np.flatnonzero(self.keep & wrong):
            self._refuse_one(int(index), rule, {}, _place(self.geometries[index]))

    def _refuse_one(self, index: int, rule: str, told: dict[str, str], lonlat: tuple[float, float] | None) -> None:
        self.keep[index] = False
        self._add(index, rule, told, lonlat)

    def _add(self, index: int, rule: str, told: dict[str, str], lonlat: tuple[float, float] | None) -> None:
        line = int(self._lines[index]) if self._lines is not None else None
        self.problems.append(Problem(rule, self._name, str(self._feature_ids[index]), line, lonlat, told))


def _repaired(drawn: Any) -> tuple[Any, float]:
    """The valid polygon or line nearest to what is drawn, and the share of its area in doubt."""
    even_odd, joined = (
        _valid_parts(drawn, lambda: shapely.make_valid(drawn)),
        _valid_parts(drawn, lambda: shapely.make_valid(drawn, method="structure", keep_collapsed=False)),
    )
    if shapely.get_dimensions(drawn) < 2:
        return even_odd, 0.0
    area = float(shapely.area(drawn))
    doubt = max(abs(float(shapely.area(one)) - area) for one in (even_odd, joined))
    return joined, doubt / area if area > 0 else np.inf


def _valid_parts(drawn: Any, make_valid: Callable[[], Any]) -> Any:
    """Only parts of the dimension that was drawn: the lines that a spike collapses to are dropped."""
    kind = drawn.geom_type.removeprefix("Multi")
    try:
        parts = shapely.get_parts(make_valid())
    except GEOSException:
        parts = np.array([], dtype=object)
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    return _joined([part for part in parts if part.geom_type == kind], kind)


def _joined(parts: list[Any], kind: str) -> Any:
    if len(parts) == 1:
        return parts[0]
    return shapely.MultiLineString(parts) if kind == "LineString" else shapely.MultiPolygon(parts)


def _reason(drawn: Any) -> tuple[str, tuple[float, float] | None]:
    """Why it is invalid, and where."""
    found = _REASON.match(str(shapely.is_valid_reason(drawn)))
    if found is None or found["x"] is None:
        return found["text"].strip() if found else "", _place(drawn)
    return found["text"].strip(), (float(found["x"]), float(found["y"]))


def _place(geometry: Any) -> tuple[float, float] | None:
    """The first coordinate on the earth."""
    coordinates = shapely.get_coordinates(geometry)
    with np.errstate(invalid="ignore"):
        good = coordinates[(np.abs(coordinates) <= (180, 90)).all(axis=1)]
    return (float(good[0][0]), float(good[0][1])) if len(good) else None


def _percent(change: float) -> str:
    if change > 10:
        return ">1000"
    if change < 0.0001:
        return "<0.01" if change else "0"
    return f"{100 * change:.2g}" if change < 1 else f"{100 * change:.0f}"
