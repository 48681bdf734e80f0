"""The rings of features: collected as text with what is known about them, parsed many at once into one array."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.citygml.look import COLOUR_BITS

_BLOCK_CHARACTERS = 8_000_000
"""Texts are parsed when they are this many: numbers take less memory."""


class Role(IntEnum):
    """What a ring is for on the map."""

    NONE = 0
    SURFACE = 1
    """Part of the outline that is stored."""
    FOOTPRINT = 2
    """The same; its height is the ground."""
    SOLID = 3
    """Only its heights count; the outline comes from elsewhere."""
    SOLID_OUTLINE = 4
    """Its heights count, and its bottom is the outline."""
    SHADOW = 5
    """The outline is what all of them cover, seen from above."""
    SOLID_SHADOW = 6
    """The same, and its heights count."""


@dataclass(slots=True)
class Run:
    """Rings that follow each other and have all of this in common."""

    name: str
    """Local name of the geometry property: `lod1Solid`."""
    lod: int
    kind: int
    """`SurfaceKind`."""
    depth: int
    """How far below its root feature: 0 its own, 1 of a part, 2 of anything else."""
    is_solid: bool = False
    solid: int = -1
    """Which solid of the feature in this level of detail."""
    colour: int = 0
    """With the number of a projected texture (`look.py`)."""
    dimension: int = 3
    rings: int = 0
    role: Role = Role.NONE


@dataclass(slots=True)
class Block:
    """Numbers of some texts in a row."""

    numbers: NDArray[np.float64]
    count: NDArray[np.int64]
    """How many numbers each text has."""
    not_numbers: Set[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Of rings that were read together from the bytes of a file."""

    numbers: NDArray[np.float64]
    counts: NDArray[np.int64]
    """How many numbers each ring has."""


@dataclass(slots=True)
class Span:
    """Rings in a row of those that were read together."""

    source: Coordinates
    first_number: int
    end_number: int
    first_ring: int
    end_ring: int

    @property
    def numbers(self) -> NDArray[np.float64]:
        return self.source.numbers[self.first_number : self.end_number]

    @property
    def count(self) -> NDArray[np.int64]:
        return self.source.counts[self.first_ring : self.end_ring]

    @property
    def not_numbers(self) -> Set[int]:
        return frozenset()

    def is_before(self, other: "Span") -> bool:
        return self.source is other.source and self.end_ring == other.first_ring

    def append(self, other: "Span") -> None:
        self.end_number, self.end_ring = other.end_number, other.end_ring


@dataclass(slots=True)
class RingList:
    """The rings of one feature, or of many one after the other."""

    texts: list[str] = field(default_factory=list)
    """Those that aren't parsed yet."""
    ids: list[int] = field(default_factory=list)
    """`hash` of each ring's gml:id, where textures want to know; else empty."""
    holes: list[int] = field(default_factory=list)
    flipped: list[int] = field(default_factory=list)
    """Rings that their solid uses the other way round."""
    dimensions: dict[int, int] = field(default_factory=dict)
    """From `srsDimension` on the coordinates themselves, by ring."""
    solids: dict[int, int] = field(default_factory=dict)
    """Where it is not the run's, by ring."""
    runs: list[Run] = field(default_factory=list)
    blocks: list[Block | Span] = field(default_factory=list)
    parsed: int = 0
    """Rings in `blocks`."""
    characters: int = 0
    """Of coordinates, also of those that are parsed."""
    _waiting: int = 0

    def __len__(self) -> int:
        return self.parsed + len(self.texts)

    def add(self, text: str) -> None:
        self.texts.append(text)
        self._waiting += len(text)

    def extend_texts(self, texts: list[str]) -> None:
        self.texts += texts
        self._waiting += sum(map(len, texts))

    def add_span(self, span: Span, characters: int) -> None:
        """Rings whose coordinates are read already, and how many characters those are."""
        if self.texts:
            self.compact()
        self.parsed += span.end_ring - span.first_ring
        self.characters += characters
        self._add_span(span)

    def _add_span(self, span: Span) -> None:
        """Spans that follow each other are one: a batch has some dozens instead of one for each geometry."""
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Span) and last.is_before(span):
            last.append(span)
        else:
            self.blocks.append(span)

    def extend(self, other: "RingList") -> None:
        base = len(self)
        if other.blocks:
            if self.texts:
                self.compact()
            for block in other.blocks:
                if isinstance(block, Span):
                    self._add_span(block)
                else:
                    self.blocks.append(block)
            self.parsed += other.parsed
        self.texts += other.texts
        self._waiting += other._waiting
        self.ids += other.ids
        self.holes += [base + ring for ring in other.holes]
        self.flipped += [base + ring for ring in other.flipped]
        if other.dimensions:
            self.dimensions |= {base + ring: own for ring, own in other.dimensions.items()}
        if other.solids:
            self.solids |= {base + ring: own for ring, own in other.solids.items()}
        self.runs += other.runs
        self.characters += other.characters + other._waiting
        self.compact_if_long()

    def compact_if_long(self) -> None:
        if self._waiting >= _BLOCK_CHARACTERS:
            self.compact()

    def compact(self) -> None:
        if self.texts:
            self.blocks.append(_numbers(self.texts))
            self.parsed += len(self.texts)
            self.texts = []
            self._waiting = 0

    def numbers(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """All numbers in a row, and how many each text has: none where one of them is not a number."""
        self.compact()
        numbers, count, _ = _joined(self.blocks)
        return numbers.astype(np.float32), count

    def parse(self, features: NDArray[np.int64]) -> "Rings":
        """`features`: the feature of each run. Empties the list."""
        self.compact()
        runs = np.array(
            [(run.role, run.lod, run.kind, run.solid, run.colour, run.dimension, run.rings) for run in self.runs],
            dtype=np.int64,
        ).reshape(-1, 7)
        of_ring = np.repeat(np.arange(len(runs)), runs[:, 6])
        dimension = runs[of_ring, 5]
        _override(dimension, self.dimensions)
        solid = runs[of_ring, 3].astype(np.int32)
        _override(solid, self.solids)
        size = len(of_ring)
        numbers, count, wrong = _joined(self.blocks)
        self.blocks = []
        points = _points(numbers, count, dimension, wrong)
        return Rings(
            feature=features[of_ring],
            role=runs[of_ring, 0],
            lod=runs[of_ring, 1].astype(np.int8),
            kind=runs[of_ring, 2].astype(np.int8),
            solid=solid,
            colour=runs[of_ring, 4].astype(np.uint32),
            projection=runs[of_ring, 4] >> COLOUR_BITS if (runs[:, 4] >> COLOUR_BITS).any() else None,
            hole=_marked(size, self.holes),
            flipped=_marked(size, self.flipped),
            id=np.array(self.ids, dtype=np.int64) if self.ids else np.zeros(size, dtype=np.int64),
            **points,
        )


def _override(values: NDArray[np.integer], own: Mapping[int, int]) -> None:
    if own:
        values[list(own)] = list(own.values())


def _marked(size: int, at: list[int]) -> NDArray[np.bool_]:
    marks = np.zeros(size, dtype=bool)
    marks[at] = True
    return marks


@dataclass(frozen=True)
class Rings:
    """Arrays over the rings, shape (rings,), and over their points."""

    feature: NDArray[np.int64]
    role: NDArray[np.int64]
    lod: NDArray[np.int8]
    kind: NDArray[np.int8]
    solid: NDArray[np.int32]
    colour: NDArray[np.uint32]
    projection: NDArray[np.int64] | None
    """The number of a projected texture, 0 for none; None where no ring has one."""
    hole: NDArray[np.bool_]
    flipped: NDArray[np.bool_]
    id: NDArray[np.int64]
    """`hash` of the gml:id; 0 where nobody asks for it."""
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


def _joined(blocks: list[Block | Span]) -> tuple[NDArray[np.float64], NDArray[np.int64], Set[int]]:
    if len(blocks) == 1:
        return blocks[0].numbers, blocks[0].count, blocks[0].not_numbers
    wrong: set[int] = set()
    base = 0
    for block in blocks:
        if block.not_numbers:
            wrong |= {base + text for text in block.not_numbers}
        base += len(block.count)
    numbers = np.concatenate([np.empty(0), *(block.numbers for block in blocks)])
    count = np.concatenate([np.empty(0, dtype=np.int64), *(block.count for block in blocks)])
    return numbers, count, wrong


def _numbers(texts: list[str]) -> Block:
    from geo.citygml.number import parse_numbers  # compiled code, which only those who read features need load

    found = parse_numbers(texts)
    return _numbers_one_by_one(texts) if found is None else Block(*found)


def _numbers_one_by_one(texts: list[str]) -> Block:
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
    return Block(np.array(list(chain.from_iterable(numbers)), dtype=np.float64), count, wrong)


def _points(
    numbers: NDArray[np.float64], count: NDArray[np.int64], dimension: NDArray[np.int64], not_numbers: Set[int]
) -> dict[str, NDArray[Any]]:
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
    lowest[filled] = np.minimum.reduceat(xyz[:, 2], begin)
    highest[filled] = np.maximum.reduceat(xyz[:, 2], begin)
    return {"reason": reason, "first": first, "xyz": xyz, "lowest": lowest, "highest": highest}


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


def ranges(first: NDArray[np.int64], size: NDArray[np.int64]) -> NDArray[np.int64]:
    """`first` and what follows it, `size` many of each, one after the other."""
    total = int(size.sum())
    if not total:
        return np.empty(0, dtype=np.int64)
    before = np.cumsum(size) - size
    return np.asarray(np.arange(total) + np.repeat(first - before, size), dtype=np.int64)
