"""The text of features beside their elements, so that attributes need no walk through a tree."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from geo.citygml.element import GML, Element, local_name
from geo.citygml.facts import ReadFeature

_LONGEST = 1 << 22
"""Bytes that may wait for the end of a member."""
_LONGEST_CONTENT = 100_000
"""Of a feature: a longer one has geometries in it, through which an XML parser walks faster."""


@dataclass(slots=True)
class FeatureText:
    """Of the first feature in a member."""

    name: str
    """As its tag is written."""
    id: str
    content: bytes | None
    """Between its tags; None where that can't be told."""
    behind: "deque[FeatureText]"
    """Those that come next, as far as they are known."""
    is_read: bool = False
    read: ReadFeature | None = None
    """None for what must be read from its elements."""


class MemberTexts:
    """Of one file, as far as it was fed."""

    def __init__(self) -> None:
        self._raw: bytes | None = b""
        self._tags: dict[str, tuple[bytes, bytes]] = {}
        """Start and end tag of a member as the file writes them."""
        self._id = b""
        """What stands before a gml:id."""
        self._complete: deque[FeatureText] = deque()

    def feed(self, raw: bytes) -> None:
        """What comes next: UTF-8 without comments, CDATA, and names for namespaces."""
        if self._raw is None:
            return
        self._raw += raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in raw else raw
        if len(self._raw) > _LONGEST:
            self.close()

    def close(self) -> None:
        """What comes next has no text."""
        self._raw = None

    def take(self, member: Element) -> FeatureText | None:
        """Of the next member, which is this one; None where it has no text, or not one feature."""
        if not self._complete:
            self._complete.extend(self._cut(member))
        text = self._complete.popleft() if self._complete else None
        return text if len(member) == 1 else None

    def _cut(self, member: Element) -> Iterator[FeatureText]:
        """The members that are complete, which are called like this one."""
        raw, position = self._raw, 0
        if raw is None:
            return
        start, end = self._tags.get(member.tag) or self._read_tags(member)
        while (last := raw.find(end, position)) >= 0:
            first = raw.find(start, position, last)
            if first < 0:
                return self.close()
            yield self._feature(raw, first + len(start), last)
            position = last + len(end)
        self._raw = raw[position:]

    def _feature(self, raw: bytes, begin: int, end: int) -> FeatureText:
        first = raw.find(b"<", begin, end)
        last = raw.find(b">", first, end)
        name, _, rest = raw[first + 1 : last].partition(self._id)
        stop = raw.rfind(b"</%b>" % name, last, end)
        content = raw[last + 1 : stop] if last < stop < last + _LONGEST_CONTENT else None
        id_ = rest.partition(b'"')[0]
        return FeatureText(name.decode(errors="replace"), id_.decode(errors="replace"), content, self._complete)

    def _read_tags(self, element: Element) -> tuple[bytes, bytes]:
        prefixes = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
        self._id = f' {prefixes.get(GML[1:-1], "")}:id="'.encode()
        name = written_name(element).encode()
        tags = self._tags[element.tag] = b"<%b>" % name, b"</%b>" % name
        return tags


def written_name(element: Element) -> str:
    """With its prefix in the file."""
    return f"{element.prefix}:{local_name(element.tag)}" if element.prefix else local_name(element.tag)
