"""Implicit geometries: one prototype in metres, put to its place by a matrix and a point."""

import numpy as np
from numpy.typing import NDArray

from geo.citygml.element import POS, POS_LIST, XLINK_HREF, Element, local_name
from geo.citygml.reference import Axes

RELATIVE = "relativeGMLGeometry"
_MATRIX, _PLACE = "transformationMatrix", "referencePoint"
_A, _F = 6_378_137.0, 1 / 298.257222101
"""GRS80."""
_IDENTITY = "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1"


def is_implicit(name: str) -> bool:
    return name.endswith("ImplicitRepresentation")


def prototype_reference(geometry: Element) -> str | None:
    """The gml:id of a prototype that stands elsewhere in the file; None where it stands here, or there is none."""
    for relative in geometry.iter("{*}" + RELATIVE):
        href = relative.get(XLINK_HREF)
        if href and not len(relative):
            return str(href).rpartition("#")[2]
    return None


def put_in_place(geometry: Element, axes: Axes) -> None:
    """Replaces the prototype's metres (x east, y north, z up) by coordinates of the file's reference system.

    Degrees by the radii of curvature of GRS80 at the point: good to millimetres for what is 100 m long. A prototype
    without a matrix or a point that can be read keeps none of its coordinates: a bad ring, not one at a wrong place.
    """
    holder = geometry[0]
    told = {local_name(child.tag): child for child in holder}
    place = " ".join(one.text or "" for one in holder.iter(POS) if _is_below(one, _PLACE))
    if RELATIVE not in told or not len(told[RELATIVE]):
        return
    try:
        matrix = np.array((_text(told.get(_MATRIX)) or _IDENTITY).split(), dtype=float).reshape(4, 4)
        point = np.array(place.split(), dtype=float).reshape(3)
    except ValueError:
        matrix, point = np.full((4, 4), np.nan), np.full(3, np.nan)
    for one in told[RELATIVE].iter(POS_LIST, POS):
        one.text = _moved(one.text or "", matrix, point, axes)


def _moved(text: str, matrix: NDArray[np.float64], point: NDArray[np.float64], axes: Axes) -> str:
    try:
        local = np.array(text.split(), dtype=float).reshape(-1, 3)
    except ValueError:
        return ""
    metres = np.column_stack([local, np.ones(len(local))]) @ matrix.T
    east, north, up = metres[:, 0], metres[:, 1], metres[:, 2]
    if axes.crs.is_geographic or (axes.crs.sub_crs_list and axes.crs.sub_crs_list[0].is_geographic):
        latitude = np.radians(point[0] if axes.north_first else point[1])
        flat = _F * (2 - _F)
        across = _A / np.sqrt(1 - flat * np.sin(latitude) ** 2)
        along = across**3 * (1 - flat) / _A**2
        east, north = np.degrees(east / (across * np.cos(latitude))), np.degrees(north / along)
    moved = np.column_stack([north, east, up] if axes.north_first else [east, north, up]) + point
    return " ".join(map(repr, moved.ravel().tolist())) if np.isfinite(moved).all() else ""


def _text(element: Element | None) -> str:
    return "" if element is None else element.text or ""


def _is_below(element: Element, name: str) -> bool:
    return any(local_name(parent.tag) == name for parent in element.iterancestors() if parent.tag is not None)
