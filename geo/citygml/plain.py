"""Plain geometries are taken out of a file's bytes before they become XML: most of a city model is nothing else.

In their place stands a numbered stub, by which the reader finds them again; what isn't simple puts the XML back.
"""

import mmap
import re
from collections.abc import Collection, Iterator
from typing import IO, TYPE_CHECKING

from lxml import etree

from geo.citygml.document import SAFE
from geo.citygml.element import Element
from geo.citygml.member_text import MemberTexts

if TYPE_CHECKING:
    from geo.citygml.chunk import Chunk, PlainGeometry

STUB = "{urn:machinami:plain}g"
_DECLARATION = b' xmlns:_="urn:machinami:plain"'
_PREFIX = rb'\sxmlns:([A-Za-z][\w.-]*)="%s"'
_GML = re.compile(_PREFIX % rb"http://www\.opengis\.net/gml")
_XLINK = re.compile(_PREFIX % rb"http://www\.w3\.org/1999/xlink")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w.-]+)""")
CHUNK_BYTES = 1 << 19
_LAST = 1 << 16
"""How far before the end of a file its last tag is looked for."""


class PlainGeometries:
    """Those of one file, for as long as the features that have them are being read."""

    def __init__(self, *, is_wanted: bool = True) -> None:
        """Unless `is_wanted` all bytes stay as they are."""
        self._is_wanted = is_wanted
        self._raw: mmap.mmap | None = None
        self._root = b""
        self._chunks: list[Chunk] = []
        self._count = 0
        """Of geometries so far."""
        self._forgotten = 0
        """Chunks."""
        self.texts = MemberTexts()

    @property
    def is_open(self) -> bool:
        return self._raw is not None

    def open(self, file: IO[bytes], head: bytes, root: bytes) -> bytes:
        """`root`, the file's bytes up to the end of the root's start tag, with a name for stubs where a search for
        plain geometries may begin. `head`: the first bytes of the file."""
        gml, xlink = _GML.search(root), _XLINK.search(root)
        coding = _ENCODING.search(head[: head.find(b"?>") + 1])
        is_usual = coding is None or coding[1].lower() in (b"utf-8", b"us-ascii")
        is_usual = is_usual and b"xmlns:_=" not in root and not root.endswith(b"/>")
        if gml is None or not (self._is_wanted and is_usual):
            return root
        self._raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        from geo.citygml.chunk import Scanner  # compiled code, which only those who read features need load

        self._scanner = Scanner(self._raw, gml[1].decode(), xlink[1].decode() if xlink else "xlink")
        self._root = root[:-1] + _DECLARATION + b">"
        self._end = b"</" + root[root.rindex(b"<") + 1 : -1].split()[0] + b">"
        return self._root

    def chunks(self, begin: int, end: int) -> Iterator[bytes]:
        """The bytes from `begin`, which is outside of tags, to `end`, where a tag begins or the file ends."""
        raw = self._raw
        if raw is None:
            return
        limit = end if end < len(raw) else max(begin, raw.rfind(b"<", max(begin, end - _LAST)))
        while begin < limit and self._raw is not None:
            stop = min(begin + CHUNK_BYTES, limit)
            taken, chunk, reached = self._scanner.take(begin, stop, limit, self._count)
            self._chunks.append(chunk)
            self._count += len(chunk.geometries)
            self.texts.feed(taken)
            yield taken
            if reached < stop:
                self._raw = None  # What follows may only look like a geometry.
                self.texts.close()
            begin = reached
        for first in range(begin, end, CHUNK_BYTES):
            yield raw[first : min(first + CHUNK_BYTES, end)]

    def find(self, geometry: Element) -> "PlainGeometry | None":
        """What was taken out of a gml:Solid or gml:MultiSurface; None for nothing."""
        if len(geometry) != 1 or geometry[0].tag != STUB:
            return None
        return self._numbered(int(geometry[0].text))

    def _numbered(self, number: int) -> "PlainGeometry":
        chunk = next(one for one in reversed(self._chunks) if one.number <= number)
        return chunk.find(number)

    def put_back(self, element: Element, unfinished: Collection[Element] = ()) -> None:
        """Makes all geometries in an element XML again, but for those whose own element isn't ended."""
        for stub in list(element.iter(STUB)):
            geometry = stub.getparent()
            if geometry not in unfinished:
                xml = self._root + self._numbered(int(stub.text)).xml + self._end
                geometry[:] = list(etree.fromstring(xml, etree.XMLParser(**SAFE)))

    @property
    def last(self) -> int:
        """The number of the chunk that was given last."""
        return self._forgotten + len(self._chunks)

    def forget(self, before: int) -> None:
        """The geometries of chunks before that one: their features are read."""
        del self._chunks[: max(0, before - self._forgotten)]
        self._forgotten = max(before, self._forgotten)
