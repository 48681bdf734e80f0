"""Some bytes of a CityGML file, with the plain geometries that were taken out of them."""

import mmap
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.citygml import geometry_scan as scan
from geo.citygml import plain_scan
from geo.citygml.number import POWERS, TENS
from geo.citygml.plain import CHUNK_BYTES, STUB_XML, PlainFeature
from geo.citygml.ring import Coordinates, Span

_MOST_PATHS = 256
_STUB = np.frombuffer(STUB_XML, dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class Chunk:
    """The features of some bytes of the file whose geometries are all plain: rows of the tables that are filled by
    `plain_scan.take_features`."""

    raw: mmap.mmap
    number: int
    """Of its first feature in the file."""
    features: list[list[int]]
    """First byte, the one behind the last, and the range of its geometries."""
    geometries: list[list[int]]
    rings: NDArray[np.int64]
    polygons: NDArray[np.int64]
    references: NDArray[np.int64]
    coordinates: Coordinates

    def find(self, number: int) -> PlainFeature:
        begin, end, first, last = self.features[number - self.number]
        return PlainFeature((begin, end), [PlainGeometry(self, row) for row in self.geometries[first:last]])

    @cached_property
    def ring_ids(self) -> list[int]:
        """`hash` of the gml:id of each ring, 0 for none."""
        return [hash(name) if name else 0 for name in self._names(self.rings)]

    @cached_property
    def polygon_names(self) -> list[str]:
        """The gml:id of each polygon, empty for none."""
        return self._names(self.polygons)

    @cached_property
    def exteriors(self) -> list[int]:
        """The first ring of each polygon; its holes follow."""
        exteriors: list[int] = self.polygons[:, 2].tolist()
        return exteriors

    @cached_property
    def referred(self) -> list[str]:
        """gml:ids of surfaces that stand elsewhere."""
        return self._names(self.references)

    def _names(self, rows: NDArray[np.int64]) -> list[str]:
        """The texts that begin and end as the first two columns say."""
        raw = self.raw
        return [raw[begin:end].decode() for begin, end in rows[:, :2].tolist()]


class PlainGeometry:
    """Polygons whose coordinates are read already, and references to others."""

    __slots__ = ("_row", "chunk", "first", "form", "polygons", "rings")

    def __init__(self, chunk: Chunk, row: list[int]) -> None:
        self.chunk, self._row = chunk, row
        self.form = row[scan.PATH]
        """The path of tags to it, and what it is: `scan.PATH`."""
        self.first = row[scan.FIRST_RING]
        """Ring in the chunk."""
        self.rings = row[scan.END_RING] - row[scan.FIRST_RING]
        self.polygons = row[scan.END_POLYGON] - row[scan.FIRST_POLYGON]

    @property
    def name(self) -> str:
        """Its own gml:id, empty for none."""
        return self.chunk.raw[self._row[scan.FIRST_OF_ID] : self._row[scan.END_OF_ID]].decode()

    @property
    def references(self) -> list[str]:
        return self.chunk.referred[self._row[scan.FIRST_REFERENCE] : self._row[scan.END_REFERENCE]]

    @property
    def polygon_names(self) -> list[str]:
        return self.chunk.polygon_names[self._row[scan.FIRST_POLYGON] : self._row[scan.END_POLYGON]]

    @property
    def exteriors(self) -> list[int]:
        """Of each polygon, counted in the chunk."""
        return self.chunk.exteriors[self._row[scan.FIRST_POLYGON] : self._row[scan.END_POLYGON]]

    def holes(self, first: int, end: int) -> list[int]:
        """Of these rings, counted in the chunk."""
        if self.rings == self.polygons:
            return []
        exteriors = set(self.exteriors)
        return [ring for ring in range(first, end) if ring not in exteriors]

    def span(self, first: int, end: int) -> tuple[Span, int]:
        """The coordinates of these rings, and how many characters they are in the file."""
        if end - first == self.rings:
            row = self._row
            span = Span(self.chunk.coordinates, row[scan.FIRST_NUMBER], row[scan.END_NUMBER], first, end)
            return span, row[scan.CHARACTERS]
        rows = self.chunk.rings[first:end]
        begin, stop = int(rows[0, scan.FIRST]), int(rows[-1, scan.FIRST] + rows[-1, scan.COUNT])
        return Span(self.chunk.coordinates, begin, stop, first, end), int(rows[:, scan.LENGTH].sum())


class Scanner:
    """Takes chunks of one file; its tables are filled again and again."""

    def __init__(self, raw: mmap.mmap, gml: str, xlink: str | None) -> None:
        """`gml` and `xlink`: the prefixes of these namespaces."""
        self._raw = raw
        self._bytes = np.frombuffer(raw, dtype=np.uint8)
        self._tags, self._sizes = scan.written_tags(gml, xlink)
        self._state = np.zeros(2, dtype=np.int64)
        self._counts = np.zeros((2, 7), dtype=np.int64)
        self._stack = np.zeros((plain_scan.MOST_DEPTH, plain_scan.STACK_COLUMNS), dtype=np.int64)
        self.names = np.zeros((plain_scan.MOST_TAGS, 3), dtype=np.int64)
        """Of tags: a hash table of hash, place and length."""
        self.paths = np.zeros((_MOST_PATHS, plain_scan.PATH_COLUMNS), dtype=np.int64)
        self.ids: list[NDArray[np.int64]] = []
        """Hash and place of each gml:id."""
        most = min(CHUNK_BYTES + plain_scan.MOST_BYTES, len(raw))
        self._out = np.empty(2 * most, dtype=np.uint8)
        self._numbers = np.empty(most // 2)
        rows = most // scan.LEAST_OF_RING + 1
        self._features = np.empty((rows, 4), dtype=np.int64)
        self._tables = (
            np.empty((rows, scan.GEOMETRY_COLUMNS), dtype=np.int64),
            np.empty((rows, scan.RING_COLUMNS), dtype=np.int64),
            np.empty((rows, 3), dtype=np.int64),
            np.empty((most // scan.LEAST_OF_REFERENCE + 1, 2), dtype=np.int64),
            self._numbers.view(np.uint64),
            np.empty((most // scan.LEAST_OF_ID + 1, 2), dtype=np.int64),
        )

    @property
    def has_stopped(self) -> bool:
        """Whether what follows may only look like a feature."""
        return bool(self._state[plain_scan.HAS_STOPPED])

    @property
    def tag_names(self) -> set[bytes]:
        rows = self.names[self.names[:, 2] > 0].tolist()
        return {self._raw[first : first + size] for _, first, size in rows}

    def path(self, row: int) -> list[str]:
        """The names of the tags from a feature to a geometry property."""
        names = self.names[self.paths[row, 2 : 2 + self.paths[row, 1]]]
        return [self._raw[first : first + size].decode() for _, first, size in names.tolist()]

    def take(self, begin: int, end: int, limit: int, number: int) -> tuple[bytes, Chunk, int]:
        """What is left of the bytes from `begin` to about `end`, what was taken, and how far it came.

        `number`: of the first feature that is taken. At `limit` a tag begins.
        """
        reached, written = plain_scan.take_features(
            *(self._bytes, begin, end, limit, number, _STUB, self._tags, self._sizes, POWERS, TENS),
            *(self._state, self._stack, self.names, self.paths, self._out, self._features, self._tables, self._counts),
        )
        used = self._counts[0]
        geometries, rings, polygons, references, _, ids = self._tables
        self.ids.append(ids[: used[scan.IDS]].copy())
        rings = rings[: used[scan.RINGS]]
        chunk = Chunk(
            self._raw,
            number,
            self._features[: used[scan.FEATURES]].tolist(),
            geometries[: used[scan.GEOMETRIES]].tolist(),
            rings.copy(),
            polygons[: used[scan.POLYGONS]].copy(),
            references[: used[scan.REFERENCES]].copy(),
            Coordinates(self._numbers[: used[scan.NUMBERS]].copy(), rings[:, scan.COUNT].copy()),
        )
        return self._out[:written].tobytes(), chunk, int(reached)
