"""The text of features beside their elements, so that attributes need no walk through a tree."""

from geo.citygml.element import GML, GML_ID, Element, local_name

_LONGEST = 1 << 22
"""Bytes that may wait for the end of a member."""
_LONGEST_CONTENT = 100_000
"""Of a feature: a longer one has geometries in it, through which an XML parser walks faster."""


class MemberTexts:
    """Of one file, as far as it was fed; of what isn't as expected, and of all behind it, there are none."""

    def __init__(self) -> None:
        self._raw: bytes | None = b""
        self._position = 0
        """Behind the last member that was taken."""
        self._tags: dict[str, tuple[bytes, bytes]] = {}
        """Start and end tag as the file writes them."""
        self._id = b""
        """As gml:id is written."""

    def feed(self, raw: bytes) -> None:
        """What comes next: UTF-8 without comments, CDATA, and names for namespaces."""
        if self._raw is None:
            return
        waiting = self._raw[self._position :] + raw
        self._raw = waiting.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in raw else waiting
        self._position = 0
        if len(waiting) > _LONGEST:
            self.close()

    def close(self) -> None:
        """What comes next has no text."""
        self._raw = None

    def take(self, member: Element) -> bytes | None:
        """What stands between the tags of the only feature in the next member, which is this one."""
        raw = self._raw
        if raw is None:
            return None
        start, end = self._tags.get(member.tag) or self._read_tags(member)
        last = raw.find(end, self._position)
        first = raw.find(start, self._position, last)
        if last < 0 or first < 0 or len(member) != 1:
            self.close()
            return None
        self._position = last + len(end)
        return self._content(raw, first + len(start), last, member[0])

    def _content(self, raw: bytes, begin: int, end: int, feature: Element) -> bytes | None:
        start_tag, end_tag = self._tags.get(feature.tag) or self._read_tags(feature)
        tag = b'%b %b="%b"' % (start_tag[:-1], self._id, (feature.get(GML_ID) or "").encode())
        start = raw.find(b"<", begin, end)
        if not raw.startswith(tag, start):
            self.close()
            return None
        first, last = raw.find(b">", start + len(tag)) + 1, raw.rfind(end_tag, begin, end)
        return raw[first:last] if first <= last < first + _LONGEST_CONTENT else None

    def _read_tags(self, element: Element) -> tuple[bytes, bytes]:
        prefixes = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
        self._id = f"{prefixes.get(GML[1:-1], '')}:id".encode()
        local = local_name(element.tag)
        name = (f"{element.prefix}:{local}" if element.prefix else local).encode()
        tags = self._tags[element.tag] = b"<%b>" % name, b"</%b>" % name
        return tags
