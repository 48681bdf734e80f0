"""The rings of a batch of features: collected as text, parsed all at once into one array of coordinates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from geo.citygml.element import (
    COORDINATES,
    CURVES,
    EXTERIOR,
    GML_ID,
    INTERIOR,
    LINEAR_RING,
    POLYGON,
    POS,
    POS_LIST,
    SURFACE_MEMBER,
    XLINK_HREF,
    Element,
)

_DIGITS = b"0123456789.-+eE \t\r\n"
_RING_TAGS = (EXTERIOR, INTERIOR, LINEAR_RING, POS_LIST, POS, SURFACE_MEMBER)


class Role(IntEnum):
    """What a ring is for."""

    SURFACE = 0
    """Part of the outline that is stored."""
    FOOTPRINT = 1
    """The same; its height is the ground."""
    SOLID = 2
    """Only its heights count; the outline comes from elsewhere."""
    SOLID_OUTLINE = 3
    """Its heights count, and its bottom is the outline."""


class Ring(NamedTuple):
    text: str
    hole: bool
    dimension: int | None = None
    """From `srsDimension` on the coordinates themselves."""


def read_rings(geometry: Element, feature: Element) -> list[Ring]:
    """All rings below a geometry property, in order, a polygon's exterior before its holes.

    Surfaces that are only referred to (`xlink:href`) are looked for inside the same feature.
    """
    return list(_rings(geometry, feature, depth=0))


def plain_ring_texts(geometry: Element) -> list[str] | None:
    """The fast way for surfaces without holes and without anything unusual; None when it can't be taken."""
    if next(geometry.iter(INTERIOR, POS, COORDINATES, *CURVES), None) is not None:
        return None
    lists = list(geometry.iter(POS_LIST))
    if any(one.get("srsDimension") for one in lists):
        return None
    return [one.text or "" for one in lists]


def _rings(geometry: Element, feature: Element, depth: int) -> Iterator[Ring]:
    hole = False
    points: list[str] | None = None
    for element in geometry.iter(*_RING_TAGS):
        tag = element.tag
        if tag == POS and points is not None:
            points.append(element.text or "")
            continue
        if points:
            yield Ring(" ".join(points), hole)
            points = None
        if tag == POS_LIST:
            # A list outside of a ring is a line.
            if points is not None:
                yield Ring(element.text or "", hole, _dimension(element))
            points = None
        elif tag == LINEAR_RING:
            points = []
            if not len(element) or element[0].tag not in (POS_LIST, POS):
                yield Ring("", hole)  # Coordinates of GML 2, or none: a bad ring, not a missing one.
        elif tag == SURFACE_MEMBER:
            if not len(element) and depth < 2:
                yield from _referred(element, feature, depth)
        else:
            hole = tag == INTERIOR
    if points:
        yield Ring(" ".join(points), hole)


def _referred(member: Element, feature: Element, depth: int) -> Iterator[Ring]:
    wanted = (member.get(XLINK_HREF) or "").removeprefix("#")
    if not wanted:
        return
    for polygon in feature.iter(POLYGON):
        if polygon.get(GML_ID) == wanted:
            yield from _rings(polygon, feature, depth + 1)
            return


def _dimension(element: Element) -> int | None:
    stated = element.get("srsDimension")
    return int(stated) if stated in ("2", "3") else None


class RingTable:
    """Rings of many features, in runs of one feature and one role."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._holes: list[int] = []
        self._own_dimension: dict[int, int] = {}
        self._runs: list[tuple[int, int, int, int]] = []
        self.characters = 0

    def add(self, feature: int, role: Role, rings: Iterable[Ring], *, dimension: int) -> None:
        first = len(self._texts)
        for ring in rings:
            if ring.hole and len(self._texts) > first:
                self._holes.append(len(self._texts))
            if ring.dimension is not None:
                self._own_dimension[len(self._texts)] = ring.dimension
            self._texts.append(ring.text)
            self.characters += len(ring.text)
        self._runs.append((feature, role, dimension, len(self._texts) - first))

    def add_plain(self, feature: int, role: Role, texts: list[str], *, dimension: int) -> None:
        self._texts += texts
        self.characters += sum(map(len, texts))
        self._runs.append((feature, role, dimension, len(texts)))

    def parse(self) -> "Rings":
        runs = np.array(self._runs, dtype=np.int64).reshape(-1, 4)
        feature, role, dimension = (np.repeat(runs[:, column], runs[:, 3]) for column in range(3))
        for ring, own in self._own_dimension.items():
            dimension[ring] = own
        hole = np.zeros(len(self._texts), dtype=bool)
        hole[self._holes] = True
        numbers, count, not_numbers = _numbers(self._texts)
        return Rings(feature, role, hole, *_points(numbers, count, dimension, not_numbers))


@dataclass(frozen=True)
class Rings:
    """Arrays over the rings, shape (rings,), and over their points."""

    feature: NDArray[np.int64]
    role: NDArray[np.int64]
    hole: NDArray[np.bool_]
    reason: NDArray[np.object_]
    """Why a ring is wrong; empty for a good one, and only good ones have points."""
    first: NDArray[np.int64]
    """Index of each ring's first point; shape (rings + 1,)."""
    xyz: NDArray[np.float64]
    """Points in the order of the file's axes, shape (points, 3); the third is NaN in two dimensions."""
    lowest: NDArray[np.float64]
    """Least third coordinate; NaN where there is none."""
    highest: NDArray[np.float64]

    @property
    def good(self) -> NDArray[np.bool_]:
        return np.asarray(self.reason == "", dtype=bool)


def _numbers(texts: list[str]) -> tuple[NDArray[np.float64], NDArray[np.int64], set[int]]:
    """All numbers of all texts in a row, how many each text has, and the texts that are not numbers."""
    joined = "],[".join(texts)
    if "".join(texts).encode().translate(None, _DIGITS) == b"":
        for candidate in (joined, "],[".join(" ".join(text.split()) for text in texts)):
            try:
                lists = orjson.loads(f"[[{candidate}]]".replace(" ", ","))
            except orjson.JSONDecodeError:
                continue
            count = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
            return np.array(list(chain.from_iterable(lists)), dtype=np.float64), count[: len(texts)], set()
    return _numbers_one_by_one(texts)


def _numbers_one_by_one(texts: list[str]) -> tuple[NDArray[np.float64], NDArray[np.int64], set[int]]:
    """The slow way, which finds the texts that are wrong; `nan` is a number here and refused later."""
    wrong: set[int] = set()
    numbers: list[list[float]] = []
    for index, text in enumerate(texts):
        try:
            numbers.append([float(word) for word in text.split()])
        except ValueError:
            numbers.append([])
            wrong.add(index)
        if "_" in text:
            wrong.add(index)
    count = np.fromiter(map(len, numbers), dtype=np.int64, count=len(numbers))
    return np.array(list(chain.from_iterable(numbers)), dtype=np.float64), count, wrong


def _points(
    numbers: NDArray[np.float64], count: NDArray[np.int64], dimension: NDArray[np.int64], not_numbers: set[int]
) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    reason = np.full(len(count), "", dtype=object)
    reason[sorted(not_numbers)] = "not a number"
    _refuse(reason, count == 0, "no coordinates")
    _refuse(reason, count % dimension != 0, "numbers left over")
    _refuse(reason, count // dimension < 4, "fewer than 4 points")
    size = np.where(reason == "", count // dimension, 0)
    start = np.concatenate([[0], np.cumsum(count)])[:-1]
    first = np.concatenate([[0], np.cumsum(size)])
    xyz = _triples(numbers, start, first, size, dimension)
    filled = np.flatnonzero(size)
    begin, end = first[filled], first[filled] + size[filled] - 1
    _refuse_at(reason, filled, ~np.logical_and.reduceat(np.isfinite(xyz[:, :2]).all(axis=1), begin), "not finite")
    _refuse_at(reason, filled, (xyz[begin, :2] != xyz[end, :2]).any(axis=1), "not closed")
    lowest, highest = np.full(len(count), np.nan), np.full(len(count), np.nan)
    lowest[filled] = np.fmin.reduceat(xyz[:, 2], begin)
    highest[filled] = np.fmax.reduceat(xyz[:, 2], begin)
    return reason, first, xyz, lowest, highest


def _triples(
    numbers: NDArray[np.float64],
    start: NDArray[np.int64],
    first: NDArray[np.int64],
    size: NDArray[np.int64],
    dimension: NDArray[np.int64],
) -> NDArray[np.float64]:
    total = int(first[-1])
    if (dimension == 3).all() and total * 3 == len(numbers):
        return numbers.reshape(-1, 3)
    ring = np.repeat(np.arange(len(size)), size)
    at = start[ring] + (np.arange(total) - first[ring]) * dimension[ring]
    xyz = np.full((total, 3), np.nan)
    xyz[:, 0], xyz[:, 1] = numbers[at], numbers[at + 1]
    high = dimension[ring] == 3
    xyz[high, 2] = numbers[at[high] + 2]
    return xyz


def _refuse(reason: NDArray[np.object_], wrong: NDArray[np.bool_], text: str) -> None:
    reason[wrong & (reason == "")] = text


def _refuse_at(reason: NDArray[np.object_], rings: NDArray[np.int64], wrong: NDArray[np.bool_], text: str) -> None:
    """Of the `rings` that have points, those that are `wrong`."""
    at = rings[wrong]
    at = at[reason[at] == ""]
    reason[at] = text
