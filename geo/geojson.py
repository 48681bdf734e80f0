"""GeoJSON read feature by feature, so that a file of any size fits in memory and one bad feature stays one problem.

GDAL's reader drops what it does not like without a word and takes no NaN; this one counts every member of `features`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn, TextIO

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from geo.chunk import Fault
from geo.encoding import detect_encoding
from geo.errors import UnreadableError
from geo.problem import Problem

_CHUNK = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")
_LONGEST_TOKEN = 16
"""Characters of a word or an escape (`-Infinity`, a surrogate pair) that may be cut at the end of what is in sight."""
_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)


@dataclass(frozen=True, slots=True)
class JsonFeature:
    """One member of `features`, as it stands in the file."""

    line: int
    geometry: Any
    properties: dict[str, Any]
    id: str | None


class GeoJsonFile:
    """`features` may be walked several times; `crs` is known once they were walked to the end."""

    def __init__(self, path: Path, *, name: str) -> None:
        self._path, self._name = path, name
        self._encoding = detect_encoding(path, name=name)
        self.crs: str | None = None
        """As the file declares it (a member that RFC 7946 removed); None: it declares none, so it is CRS84."""

    def features(self) -> Iterator[JsonFeature]:
        with self._path.open(encoding=self._encoding, newline="") as file:
            text = _Text(file)
            try:
                yield from self._collection(text)
            except (ValueError, RecursionError) as error:
                line = text.line_at(error.pos) if isinstance(error, json.JSONDecodeError) else text.line
                reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
                problem = Problem("json.not_well_formed", self._name, line=line, parameters={"reason": reason})
                raise UnreadableError(problem) from error

    def _collection(self, text: "_Text") -> Iterator[JsonFeature]:
        if text.peek() not in ("{", ""):
            self._refuse(type(text.value()).__name__)
        top: dict[str, Any] = {}
        walked = False
        for key in text.members():
            if key == "features" and text.peek() == "[":
                walked = True
                yield from map(_feature, text.items())
            else:
                top[key] = text.value()
        text.expect_end()
        self.crs = _crs(top.get("crs"))
        if not walked:
            yield self._alone(top)

    def _alone(self, top: dict[str, Any]) -> JsonFeature:
        """A file may be one feature, or one geometry."""
        if top.get("type") == "Feature":
            return _feature((1, top))
        if top.get("type") in _GEOMETRIES:
            return JsonFeature(1, top, {}, None)
        return self._refuse(str(top.get("type")))

    def _refuse(self, found: str) -> NoReturn:
        raise UnreadableError(Problem("json.not_geojson", self._name, parameters={"found": found}))


def parse_geometries(geometries: Sequence[Any]) -> tuple[NDArray[Any], list[Fault | None]]:
    """GeoJSON geometries as shapely ones, None where there is none or where it can't be read."""
    faults: list[Fault | None] = [None] * len(geometries)
    texts = np.array([_dumped(geometry) for geometry in geometries], dtype=object)
    parsed: NDArray[Any] = np.asarray(shapely.from_geojson(texts, on_invalid="ignore"), dtype=object)
    for index in map(int, np.flatnonzero(shapely.is_missing(parsed))):
        if geometries[index] is not None:
            parsed[index], faults[index] = _mended(geometries[index])
    return parsed, faults


def _dumped(geometry: Any) -> bytes | None:
    """NaN becomes null, which is no coordinate either."""
    try:
        return None if geometry is None else orjson.dumps(geometry)
    except TypeError:  # an integer of more than 64 bits
        return b"{}"


def _mended(geometry: Any) -> tuple[Any, Fault]:
    """Extra numbers of a position are ignored, as the standard allows; an open ring is closed, and told."""
    try:
        numbers = list(_numbers(geometry))
        if not all(isinstance(number, int | float) and isfinite(number) for number in numbers):
            return None, Fault("geometry.not_finite", {})
        closed = shapely.from_geojson(json.dumps(_closed(geometry)))
    except (GEOSException, ValueError, TypeError, LookupError, RecursionError, AttributeError) as error:
        return None, Fault("geometry.unreadable", {"reason": str(error)[:120]})
    return closed, Fault("geometry.repaired", {"reason": "Ring not closed or extra numbers", "change": "0"})


def _numbers(geometry: Any) -> Iterator[Any]:
    for part in geometry.get("geometries", ()):
        yield from _numbers(part)
    waiting = [geometry.get("coordinates", [])]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        else:
            yield one


def _closed(geometry: Any) -> Any:
    if geometry["type"] == "GeometryCollection":
        return {**geometry, "geometries": [_closed(part) for part in geometry["geometries"]]}
    coordinates = _flat(geometry["coordinates"])
    if geometry["type"] == "Polygon":
        coordinates = [_ring(ring) for ring in coordinates]
    elif geometry["type"] == "MultiPolygon":
        coordinates = [[_ring(ring) for ring in polygon] for polygon in coordinates]
    return {"type": geometry["type"], "coordinates": coordinates}


def _flat(coordinates: Any) -> Any:
    if coordinates and not isinstance(coordinates[0], list):
        return coordinates[:2]
    return [_flat(part) for part in coordinates]


def _ring(ring: list[Any]) -> list[Any]:
    return [*ring, ring[0]] if ring and ring[0] != ring[-1] else ring


def _feature(numbered: tuple[int, Any]) -> JsonFeature:
    line, stored = numbered
    if not isinstance(stored, dict):
        return JsonFeature(line, None, {}, None)
    properties, id = stored.get("properties"), stored.get("id")
    return JsonFeature(
        line,
        stored.get("geometry"),
        properties if isinstance(properties, dict) else {},
        str(id) if isinstance(id, str | int | float) and id != "" else None,
    )


def _crs(member: Any) -> str | None:
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return str(name) if name else None


class _Text:
    """A JSON text that is longer than memory, looked at from left to right."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._decoder = json.JSONDecoder()
        self._buffer, self._at, self._ended = "", 0, False
        self.line = 1
        """Line of the place that was reached, from 1."""

    def members(self) -> Iterator[str]:
        """The keys of the object that starts here; whoever takes one must take its value before the next."""
        self._expect("{")
        while self.peek() != "}":
            key = self.value()
            if not isinstance(key, str):
                raise json.JSONDecodeError("Expecting property name", self._buffer, self._at)
            self._expect(":")
            yield key
            self._comma("}")
        self._expect("}")

    def items(self) -> Iterator[tuple[int, Any]]:
        """The members of the array that starts here, each with its line."""
        self._expect("[")
        while self.peek() != "]":
            yield self.line, self.value()
            self._comma("]")
        self._expect("]")

    def value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if not (self._may_go_on(error) and self._more()):
                    raise
                continue
            if end == len(self._buffer) and self._more():
                continue  # a number may go on
            self._advance(end)
            return value

    def peek(self) -> str:
        """The next character that is not space; empty at the end."""
        while True:
            if self._at < len(self._buffer) and self._buffer[self._at] not in " \t\r\n":
                return self._buffer[self._at]
            self._advance(_SPACE.match(self._buffer, self._at).end())  # type: ignore[union-attr]
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def expect_end(self) -> None:
        if self.peek():
            raise json.JSONDecodeError("Extra data", self._buffer, self._at)

    def line_at(self, position: int) -> int:
        return self.line + self._buffer.count("\n", self._at, position)

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether the error may only mean that the value does not end in what is in sight."""
        return error.msg.startswith("Unterminated") or error.pos > len(self._buffer) - _LONGEST_TOKEN

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            raise json.JSONDecodeError(f"Expecting {character!r}", self._buffer, self._at)
        self._advance(self._at + 1)

    def _comma(self, closing: str) -> None:
        if self.peek() == ",":
            self._advance(self._at + 1)
        elif self.peek() != closing:
            raise json.JSONDecodeError("Expecting ',' delimiter", self._buffer, self._at)

    def _advance(self, end: int) -> None:
        self.line += self._buffer.count("\n", self._at, end)
        self._at = end

    def _more(self) -> bool:
        """Doubles what is in sight, so that a feature of any size is looked at a few times only."""
        if self._ended:
            return False
        read = self._file.read(max(_CHUNK, len(self._buffer) - self._at))
        self._ended = not read
        self._buffer = self._buffer[self._at :] + read
        self._at = 0
        return bool(read)
