"""What the tags between two end tags mean for the attributes of a feature: they are the same in most features."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring

from geo.citygml.attribute_kind import Kind, Kinds, Read
from geo.citygml.codelist import Codelists

_NAME = r"[\w.-]+(?::[\w.-]+)?"
_END_TAG = re.compile(rf"{_NAME}\s*>")
_START_TAG = re.compile(rf"""\s*<({_NAME})((?:\s+{_NAME}\s*=\s*"[^"<>&\t\n]*")*)\s*(/?)>""")
_ATTRIBUTE = re.compile(rf'({_NAME})\s*=\s*"([^"]*)"')
_ID = re.compile(rb'\s[\w.-]+:id="[^"<>&\t\n]*"')
_KNOWN_STEPS = 5_000


class UnusualMarkupError(ValueError):
    """Only an XML parser understands it."""


@dataclass(slots=True)
class Branch:
    """An element that has children; or two, a property and the data type in it, which are one node."""

    kind: Kind
    type: Kind | None
    name: str
    """As one of its XML attributes says."""
    head: str
    tail: str
    risk: str | None
    """The name of a disaster risk's data type."""
    is_plain: bool
    """Whether what stands in it belongs to what it stands in itself."""


@dataclass(slots=True)
class Value:
    """An element without children."""

    kind: Kind
    code_space: str | None
    unit: str | None
    generic: str | None
    """The name of the generic attribute that it is the value of."""
    is_simple: bool
    """Whether nothing begins before it and it is not generic."""
    known: dict[bytes, Read] = field(default_factory=dict)
    """By the text in the file."""

    def read(self, text: str, codelists: Codelists) -> Read:
        kind = self.kind
        if self.generic is not None and text:
            return kind.generic(self.generic, text, self.unit)
        if not (text and kind.is_leaf):
            return "", kind.name, (text, None), None
        if self.code_space is not None:
            return kind.decode(text, self.code_space, codelists)
        return kind.plain(text) if self.unit is None else kind.measured(text, self.unit)


@dataclass(slots=True)
class Step:
    branches: tuple[Branch, ...] = ()
    """Those that begin and don't end."""
    value: Value | None = None
    """What ends behind this; None where a branch ends."""
    opened: int = 0
    """Elements that begin and don't end before the end tag behind this."""
    skipped: int | None = None
    """End tags up to the one of what holds no attributes."""
    is_unusual: bool = False
    """Unless it stands in what is skipped; then nothing else is said of it."""


@dataclass(slots=True)
class _Tag:
    kind: Kind
    attributes: dict[str, str]
    is_empty: bool

    @property
    def is_reference(self) -> bool:
        """Whether its value may be what it refers to."""
        return self.kind.is_leaf and any(name.endswith("href") for name in self.attributes)

    @property
    def is_property(self) -> bool:
        """Which makes one node with a data type."""
        return not self.kind.is_type and self.kind.role != "set"

    @property
    def is_data_type(self) -> bool:
        return bool(self.kind.type_head) and not self.is_empty


class Steps:
    """Of one file. `namespaces` by prefix, the same everywhere in it."""

    def __init__(self, kinds: Kinds, namespaces: Mapping[str | None, str]) -> None:
        self._kinds, self._namespaces = kinds, namespaces
        self.known: dict[bytes, Step] = {}

    def read(self, tags: bytes) -> Step:
        """Of what stands between two `</` up to the last `>`, without it."""
        # Their own names make the tags of parts and surfaces differ.
        common = _ID.sub(b"", tags)
        step = self.known.get(common)
        if step is None:
            step = _step(self._tags(common.decode()))
            if len(self.known) >= _KNOWN_STEPS:
                self.known.clear()
            self.known[common] = step
        return step

    def _tags(self, tags: str) -> list[_Tag]:
        text = f"{tags}>" if tags else ""
        end_tag = _END_TAG.match(text)
        at = end_tag.end() if end_tag else 0
        found = []
        while at < len(text):
            tag = _START_TAG.match(text, at)
            if tag is None:
                raise UnusualMarkupError(tags)
            found.append(_Tag(self._kinds[self.tag(tag[1])], dict(_ATTRIBUTE.findall(tag[2])), bool(tag[3])))
            at = tag.end()
        return found

    def tag(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        namespace = self._namespaces.get(prefix or None, "")
        if prefix and not namespace:
            raise UnusualMarkupError(name)
        return f"{{{namespace}}}{local}" if namespace else local


def _step(tags: list[_Tag]) -> Step:
    step = Step(opened=sum(not tag.is_empty for tag in tags))
    unusual = Step(opened=step.opened, is_unusual=True, skipped=0)
    rest = deque(tags)
    while rest:
        tag = rest.popleft()
        if tag.is_empty or not rest:
            if tag.is_reference:
                return unusual
            step.value = None if tag.is_empty else _value(tag, is_simple=step.opened == 1)
        elif tag.kind.is_skipped or tag.kind.is_geometry:
            step.skipped = sum(not one.is_empty for one in rest)
            break
        elif tag.kind.role == "generic":
            if len(rest) > 1 or rest[0].is_empty:
                return unusual
            step.value = _generic(tag, rest[0])
            break
        else:
            inner = rest.popleft() if tag.is_property and len(rest) > 1 and rest[0].is_data_type else None
            step.branches += (_branch(tag, inner),)
    return step


def _value(tag: _Tag, *, is_simple: bool) -> Value:
    return Value(tag.kind, tag.attributes.get("codeSpace"), tag.attributes.get("uom"), None, is_simple)


def _generic(tag: _Tag, inner: _Tag) -> Value:
    name = tag.attributes.get("name") or tag.kind.name
    return Value(tag.kind, None, inner.attributes.get("uom"), name, is_simple=False)


def _branch(tag: _Tag, inner: _Tag | None) -> Branch:
    kind, name = tag.kind, tag.attributes.get("name", "")
    if kind.role == "set":
        return Branch(
            kind, None, name, f'{{"name":{encode_basestring(name)},"items":[', '],"generic":true}', None, False
        )
    of_type = inner.kind if inner else None
    head = f'{kind.head}{of_type.type_head if of_type else ""}"items":['
    risk = next((one.local for one in (kind, of_type) if one and one.is_risk), None)
    return Branch(kind, of_type, name, head, "]}", risk, not risk and not kind.role)
