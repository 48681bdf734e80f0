"""The text of features beside their elements, so that attributes need no walk through a tree."""

from geo.citygml.element import GML, GML_ID, Element, local_name

_LONGEST = 1 << 22
"""Characters that may wait for the end of a member."""
_LONGEST_CONTENT = 100_000
"""Of a feature: a longer one has geometries in it, through which an XML parser walks faster."""


class MemberTexts:
    """Of one file, as far as it was fed; of what isn't as expected, and of all behind it, there are none."""

    def __init__(self) -> None:
        self._text: str | None = ""
        self._position = 0
        """Behind the last member that was taken."""
        self._names: dict[str, str] = {}
        """As tags are written in the file."""
        self._id = ""
        """As gml:id is written."""

    def feed(self, raw: bytes) -> None:
        """What comes next: UTF-8 without comments, CDATA, and names for namespaces."""
        if self._text is None:
            return
        try:
            text = self._text[self._position :] + raw.decode()
        except UnicodeDecodeError:
            self.close()
            return
        self._text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        self._position = 0
        if len(text) > _LONGEST:
            self.close()

    def close(self) -> None:
        """What comes next has no text."""
        self._text = None

    def take(self, member: Element) -> str | None:
        """What stands between the tags of the only feature in the next member, which is this one."""
        text, begin = self._text, self._position
        if text is None:
            return None
        name = self._name(member)
        end = text.find(f"</{name}>", begin)
        begin = text.find(f"<{name}>", begin, end)
        if end < 0 or begin < 0 or len(member) != 1:
            self.close()
            return None
        self._position = end + len(name) + 3
        return self._content(text, begin + len(name) + 2, end, member[0])

    def _content(self, text: str, begin: int, end: int, feature: Element) -> str | None:
        name = self._name(feature)
        start = text.find("<", begin, end)
        tag = f'<{name} {self._id}="{feature.get(GML_ID)}"'
        if not text.startswith(tag, start):
            self.close()
            return None
        first, last = text.find(">", start + len(tag)) + 1, text.rfind(f"</{name}>", begin, end)
        return text[first:last] if first <= last < first + _LONGEST_CONTENT else None

    def _name(self, element: Element) -> str:
        name = self._names.get(element.tag)
        if name is None:
            names = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
            self._id = f"{names.get(GML[1:-1], '')}:id"
            name = f"{element.prefix}:{local_name(element.tag)}" if element.prefix else local_name(element.tag)
            self._names[element.tag] = name
        return name
