"""The triangles of relief: all look up, have an area on the ground, and meet edge to edge.

What the inspection of PLATEAU asks of relief (向きが不正な三角形, 線状・点状の三角形, 共有先のない辺). Triangles that
are not closed or have another number of corners are told by whoever reads them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray

from geo.check.member import gml_id
from geo.check.mesh_edge import unshared_edges
from geo.check.plane import FARTHEST, metres_of_degrees
from geo.citygml.document import ENVELOPE, release, stream
from geo.citygml.element import POS, POS_LIST, TRIANGLE, Element
from geo.citygml.reference import Axes, Reference
from geo.crs import reproject_points
from geo.problem import Problem

FLAT_M = 1e-5
"""A triangle that is nowhere wider than this, as seen from above, has no area: what coordinates are rounded to."""
_BATCH = 50_000
_FEATURE = "{http://www.opengis.net/citygml/relief/2.0}ReliefFeature"

Triangles = NDArray[np.float64]
"""East, north, up of three corners each, shape (n, 3, 3)."""


def check_relief(path: Path, *, name: str) -> list[Problem]:
    """One problem for each rule and feature; UnreadableError where the XML is not well-formed."""
    problems: list[Problem] = []
    reference = Reference(name, None)
    texts: list[str] = []
    with TemporaryFile() as kept:
        for element in stream(path, name, frozenset({ENVELOPE, TRIANGLE, _FEATURE})):
            if element.tag == ENVELOPE:
                reference.declare(element)
                continue
            if element.tag == TRIANGLE:
                texts.append(" ".join(one.text or "" for one in element.iter(POS_LIST, POS)))
            if texts and (element.tag == _FEATURE or len(texts) >= _BATCH):
                _keep(texts, reference.axes(None), kept)
            if element.tag == _FEATURE:
                problems += _judged(element, _triangles(kept), reference, name)
            release(element)
    return problems


def _keep(texts: list[str], axes: Axes, kept: IO[bytes]) -> None:
    """Those that are closed rings of three corners: the others have been told."""
    rings = _parse(texts)
    texts.clear()
    rings = rings[(np.abs(rings) < FARTHEST).all(axis=(1, 2)) & (rings[:, 0] == rings[:, 3]).all(axis=1)]
    corners = rings[:, :3][:, :, [1, 0, 2]] if axes.north_first else rings[:, :3]
    kept.write(np.ascontiguousarray(corners).tobytes())


def _parse(texts: Sequence[str]) -> NDArray[np.float64]:
    try:
        return np.array(" ".join(texts).split(), dtype=np.float64).reshape(len(texts), 4, 3)
    except ValueError:
        return np.concatenate([np.empty((0, 4, 3)), *(_parse_one(text) for text in texts)])


def _parse_one(text: str) -> NDArray[np.float64]:
    try:
        return np.array(text.split(), dtype=np.float64).reshape(1, 4, 3)
    except ValueError:
        return np.empty((0, 4, 3))


def _triangles(kept: IO[bytes]) -> Triangles:
    """All that were kept; the next feature begins anew."""
    kept.seek(0)
    triangles = np.fromfile(kept, dtype=np.float64).reshape(-1, 3, 3)
    kept.seek(0)
    kept.truncate()
    return triangles


def _judged(feature: Element, triangles: Triangles, reference: Reference, name: str) -> Iterator[Problem]:
    if not len(triangles):
        return
    axes = reference.axes(None)
    origin = np.append(np.median(triangles[:, 0, :2], axis=0), 0.0)
    scale = np.array([*(metres_of_degrees(origin[1]) if axes.crs.is_geographic else (1.0, 1.0)), 1.0])
    triangles -= origin
    triangles *= scale
    turned, flat = _turned_and_flat(triangles)
    edges = unshared_edges(triangles)
    for rule, places in (
        ("terrain.triangle_turned", triangles[turned].mean(axis=1)),
        ("terrain.triangle_flat", triangles[flat].mean(axis=1)),
        ("terrain.edge_unshared", edges.mean(axis=1)),
    ):
        if len(places):
            (x, y), told = (places[0] / scale + origin)[:2], {"count": str(len(places))}
            east, north = reproject_points(np.array([x]), np.array([y]), axes.crs)[0].tolist()
            place = round(east, 7), round(north, 7)
            yield Problem(rule, name, gml_id(feature), feature.sourceline, place, told)


def _turned_and_flat(triangles: Triangles) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    one, two = (triangles[:, corner, :2] - triangles[:, 0, :2] for corner in (1, 2))
    twice_area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    longest = np.sqrt(np.maximum.reduce([(side**2).sum(axis=1) for side in (one, two, two - one)]))
    flat = np.abs(twice_area) <= FLAT_M * longest
    return (twice_area < 0) & ~flat, np.asarray(flat)
