"""Some bytes of a CityGML file, with the plain geometries that were taken out of them."""

import mmap
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.citygml import scan
from geo.citygml.number import POWERS, TENS
from geo.citygml.plain import CHUNK_BYTES

_STUB = np.frombuffer(b"<_:g>0</_:g>", dtype=np.uint8)


@dataclass(frozen=True)
class Chunk:
    """The plain geometries of some bytes of the file: rows of the tables that `scan.take_geometries` fills."""

    raw: mmap.mmap
    number: int
    """Of its first geometry in the file."""
    geometries: list[list[int]]
    polygons: NDArray[np.int64]
    rings: NDArray[np.int64]
    references: NDArray[np.int64]
    numbers: NDArray[np.float64]
    counts: NDArray[np.int64]
    """How many numbers each ring has."""

    def find(self, number: int) -> "PlainGeometry":
        return PlainGeometry(self, self.geometries[number - self.number])

    def names(self, rows: NDArray[np.int64]) -> list[str]:
        """The texts that begin and end as the first two columns say."""
        return [self.raw[begin:end].decode() for begin, end in rows[:, :2].tolist()]


class PlainGeometry:
    """Polygons whose coordinates are read already, and references to others. Rings are counted from its first."""

    __slots__ = ("_chunk", "_row", "polygons", "rings")

    def __init__(self, chunk: Chunk, row: list[int]) -> None:
        self._chunk, self._row = chunk, row
        self.rings = row[scan.END_RING] - row[scan.FIRST_RING]
        self.polygons = row[scan.END_POLYGON] - row[scan.FIRST_POLYGON]

    @property
    def references(self) -> list[str]:
        """gml:ids of surfaces that stand elsewhere."""
        rows = self._chunk.references[self._row[scan.FIRST_REFERENCE] : self._row[scan.END_REFERENCE]]
        return self._chunk.names(rows)

    @property
    def firsts(self) -> list[int]:
        """The exterior of each polygon; its holes follow."""
        firsts: list[int] = (self._polygons[:, 2] - self._row[scan.FIRST_RING]).tolist()
        return firsts

    @property
    def holes(self) -> list[int]:
        return [] if self.rings == self.polygons else sorted(set(range(self.rings)) - set(self.firsts))

    @property
    def polygon_names(self) -> list[str]:
        """Their gml:ids, empty for none."""
        return self._chunk.names(self._polygons)

    @property
    def ring_names(self) -> list[str]:
        return self._chunk.names(self._chunk.rings[self._row[scan.FIRST_RING] : self._row[scan.END_RING]])

    @property
    def _polygons(self) -> NDArray[np.int64]:
        return self._chunk.polygons[self._row[scan.FIRST_POLYGON] : self._row[scan.END_POLYGON]]

    def coordinates(self, first: int, end: int) -> tuple[NDArray[np.float64], NDArray[np.int64], int]:
        """Of some rings: all numbers, how many each ring has, and how many characters they are in the file."""
        base = self._row[scan.FIRST_RING]
        counts = self._chunk.counts[base + first : base + end]
        if end - first == self.rings:
            numbers = self._chunk.numbers[self._row[scan.FIRST_NUMBER] : self._row[scan.END_NUMBER]]
            return numbers, counts, self._row[scan.CHARACTERS]
        rows = self._chunk.rings[base + first : base + end]
        begin, stop = rows[0, scan.FIRST], rows[-1, scan.FIRST] + rows[-1, scan.COUNT]
        return self._chunk.numbers[begin:stop], counts, int(rows[:, scan.LENGTH].sum())

    @property
    def xml(self) -> bytes:
        """What stood in the file."""
        return self._chunk.raw[self._row[scan.BEGIN] : self._row[scan.END]]


class Scanner:
    """Takes chunks of one file; its tables are filled again and again."""

    def __init__(self, raw: mmap.mmap, gml: str, xlink: str) -> None:
        """`gml` and `xlink`: the prefixes of these namespaces."""
        self._raw = raw
        self._bytes = np.frombuffer(raw, dtype=np.uint8)
        self._tags, self._sizes = scan.written_tags(gml, xlink)
        most = CHUNK_BYTES + scan.MOST_BYTES
        rows = most // scan.LEAST_OF_RING
        self._out = np.empty(2 * most, dtype=np.uint8)
        self._numbers = np.empty(most // 2)
        self._tables = (
            np.empty((rows, scan.GEOMETRY_COLUMNS), dtype=np.int64),
            np.empty((rows, scan.RING_COLUMNS), dtype=np.int64),
            np.empty((rows, 3), dtype=np.int64),
            np.empty((most // scan.LEAST_OF_REFERENCE, 2), dtype=np.int64),
        )

    def take(self, begin: int, end: int, limit: int, number: int) -> tuple[bytes, Chunk, int]:
        """What is left of the bytes from `begin` to about `end`, what was taken, and how far it came.

        `number`: of the first geometry that is taken. At `limit` a tag begins.
        """
        reached, written, used = scan.take_geometries(
            *(self._bytes, begin, end, limit, number, _STUB, self._tags, self._sizes, POWERS, TENS),
            *(self._out, *self._tables, self._numbers.view(np.uint64)),
        )
        geometries, rings, polygons, references = (
            table[:rows] for table, rows in zip(self._tables, used, strict=False)
        )
        chunk = Chunk(
            self._raw,
            number,
            geometries.tolist(),
            polygons.copy(),
            rings.copy(),
            references.copy(),
            self._numbers[: used[4]].copy(),
            rings[:, scan.COUNT].copy(),
        )
        return self._out[:written].tobytes(), chunk, int(reached)
