"""Plain geometries are taken out of a file's bytes before they become XML: most of a city model is nothing else.

A feature that has only such keeps a numbered stub, by which the reader finds them again; where they turn out not to be
simple, the whole feature is made XML after all.
"""

import mmap
import re
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, NamedTuple

from lxml import etree

from geo.citygml.document import SAFE
from geo.citygml.element import Element
from geo.citygml.member_text import MemberTexts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo.citygml.chunk import Chunk, PlainGeometry, Scanner

_STUB, _NUMBER = "{urn:machinami:plain}g", "{urn:machinami:plain}id"
STUB_XML = b'<_:g _:id="0"/>'
"""With a number in the place of the 0."""
_DECLARATION = b' xmlns:_="urn:machinami:plain"'
_PREFIX = rb'\sxmlns:([A-Za-z][\w.-]*)="%s"'
_GML = re.compile(_PREFIX % rb"http://www\.opengis\.net/gml")
_XLINK = re.compile(_PREFIX % rb"http://www\.w3\.org/1999/xlink")
_ANY = re.compile(_PREFIX % rb"([^\"]*)")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w.-]+)""")
CHUNK_BYTES = 1 << 19
_LAST = 1 << 16
"""How far before the end of a file its last tag is looked for."""


class Noted(NamedTuple):
    """What stands in some bytes of a file."""

    ranges: "Sequence[tuple[int, int]]"
    """First byte, and the one behind the last, ascending."""
    names: set[bytes]
    """Of tags, but not those inside of plain geometries."""
    ids: "Sequence[NDArray[np.int64]]"
    """Hash (FNV-1a) and place of each gml:id, shape (ids, 2) each."""


NOTHING_NOTED = Noted((), set(), ())


class PlainFeature(NamedTuple):
    xml: tuple[int, int]
    """First byte of the whole feature, and the one behind the last."""
    geometries: "list[PlainGeometry]"


class PlainFeatures:
    """Those of one file, for as long as they are being read."""

    def __init__(self, *, is_wanted: bool = True) -> None:
        """Unless `is_wanted` all bytes stay as they are."""
        self._is_wanted = is_wanted
        self._raw: mmap.mmap | None = None
        self._root = b""
        self._chunks: list[Chunk] = []
        self._forgotten = 0
        """Chunks before these."""
        self._count = 0
        """Of features so far."""
        self.texts = MemberTexts()
        self._scanner: Scanner | None = None
        self._passed: list[tuple[int, int]] = []
        """Ranges of bytes that the scanner has seen."""

    @property
    def is_open(self) -> bool:
        return self._raw is not None

    def open(self, file: IO[bytes], head: bytes, root: bytes) -> bytes:
        """`root`, the file's bytes up to the end of the root's start tag, with a name for stubs where a search for
        plain geometries may begin. `head`: the first bytes of the file."""
        tag = root[root.rfind(b"<") :]
        gml, xlink = _GML.search(tag), _XLINK.search(tag)
        coding = _ENCODING.search(head[: head.find(b"?>") + 1])
        is_usual = coding is None or coding[1].lower() in (b"utf-8", b"us-ascii")
        is_usual = is_usual and b"xmlns:_=" not in root and not root.endswith(b"/>")
        is_usual = is_usual and tag.count(b'"') % 2 == 0 and b"'" not in tag  # Else the tag goes on behind the `>`.
        if gml is None or not (self._is_wanted and is_usual):
            return root
        self._raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        from geo.citygml.chunk import Scanner  # compiled code, which only those who read features need load

        self._scanner = Scanner(self._raw, gml[1].decode(), xlink[1].decode() if xlink else None)
        self._root = root[:-1] + _DECLARATION + b">"
        self._end = b"</" + root[root.rindex(b"<") + 1 : -1].split()[0] + b">"
        self._spaces = {prefix.decode(): uri.decode("utf-8", "replace") for prefix, uri in _ANY.findall(tag)}
        return self._root

    def chunks(self, begin: int, end: int) -> Iterator[bytes]:
        """The bytes from `begin`, which is outside of tags, to `end`, where a tag begins or the file ends."""
        raw, scanner = self._raw, self._scanner
        if raw is None or scanner is None:
            return
        limit = end if end < len(raw) else max(begin, raw.rfind(b"<", max(begin, end - _LAST)))
        first = begin
        while begin < limit and not scanner.has_stopped:
            taken, chunk, begin = scanner.take(begin, min(begin + CHUNK_BYTES, limit), limit, self._count)
            self._chunks.append(chunk)
            self._count += len(chunk.features)
            self.texts.feed(taken)
            yield taken
        if scanner.has_stopped:
            self.texts.close()
        self._passed.append((first, begin))
        for at in range(begin, end, CHUNK_BYTES):
            yield raw[at : min(at + CHUNK_BYTES, end)]

    def find(self, feature: Element) -> PlainFeature | None:
        """What was taken out of a feature that has just ended; None for nothing."""
        if not self._chunks or not len(feature):
            return None
        stub = feature[-1]
        if stub.tag != _STUB:
            return None
        number = int(stub.get(_NUMBER))
        return next(chunk for chunk in reversed(self._chunks) if chunk.number <= number).find(number)

    @property
    def last(self) -> int:
        """The number of the chunk that was given last."""
        return self._forgotten + len(self._chunks) - 1

    def forget(self, before: int) -> None:
        """The geometries of chunks before that one: their features are read."""
        del self._chunks[: max(0, before - self._forgotten)]
        self._forgotten = max(before, self._forgotten)

    def whole(self, feature: Element) -> Element:
        """The feature with all that stands in the file."""
        plain = self.find(feature)
        if plain is None or self._raw is None:
            return feature
        xml = self._root + self._raw[slice(*plain.xml)] + self._end
        return etree.fromstring(xml, etree.XMLParser(**SAFE))[0]

    @property
    def noted(self) -> Noted:
        """All that was met in the bytes that were looked at."""
        scanner = self._scanner
        return NOTHING_NOTED if scanner is None else Noted(self._passed, scanner.tag_names, scanner.ids)

    def path(self, row: int) -> list[str]:
        """The tags from a feature to a geometry property."""
        assert self._scanner is not None
        return [self._qualified(name) for name in self._scanner.path(row)]

    def _qualified(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self._spaces.get(prefix, '')}}}{local}"
