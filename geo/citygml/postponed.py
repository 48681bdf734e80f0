"""Features that need what stands elsewhere in their file: surfaces of others, prototypes, members of groups."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from geo.citygml.document import MEMBERS, release
from geo.citygml.element import GML_ID, XLINK_HREF, Element
from geo.citygml.geometry import kind_of
from geo.citygml.implicit import RELATIVE
from geo.citygml.member import Span, stream_members

GROUP = "grp:CityObjectGroup"
_OURS = "{urn:machinami}"
REFERRED = f"{_OURS}referred"
"""Holds copies of surfaces that a feature refers to."""
MEMBER = f"{_OURS}boundary"
"""Holds a copy of what a group has as a member."""


@dataclass(frozen=True, slots=True)
class _Feature:
    xml: bytes
    line: int
    wanted: tuple[str, ...]


@dataclass
class Postponed:
    features: list[_Feature] = field(default_factory=list)

    def add(self, feature: Element, line: int, wanted: list[str]) -> None:
        self.features.append(_Feature(etree.tostring(feature, with_tail=False), line, tuple(wanted)))

    def completed(self, path: Path, name: str, skip: tuple[Span, ...]) -> Iterator[tuple[Element, int]]:
        """Each feature with copies of what was found, and its line; reads the file a second time."""
        if not self.features:
            return
        found = _find(path, name, skip, {one for feature in self.features for one in feature.wanted})
        for feature in self.features:
            element = etree.fromstring(feature.xml, etree.XMLParser(resolve_entities=False, huge_tree=True))
            _complete(element, {one: found[one] for one in feature.wanted if one in found})
            yield element, feature.line


def group_members(group: Element) -> list[str]:
    return [href.rpartition("#")[2] for child in group.iter("{*}groupMember") if (href := child.get(XLINK_HREF))]


def _find(path: Path, name: str, skip: tuple[Span, ...], wanted: set[str]) -> dict[str, tuple[bytes, str]]:
    """The elements with these ids, and the tag of the feature that says what their faces are."""
    found: dict[str, tuple[bytes, str]] = {}
    for member in stream_members(path, name, skip, drain=lambda _: None):
        if member.tag in MEMBERS:
            for element in member.iter():
                own = element.get(GML_ID)
                if own in wanted and own not in found:
                    found[own] = etree.tostring(element, with_tail=False), _class_around(element)
            release(member)
    return found


def _class_around(element: Element) -> str:
    parents = (parent.tag for parent in element.iterancestors())
    return next((str(tag) for tag in parents if kind_of(tag) is not None), REFERRED)


def _complete(feature: Element, found: dict[str, tuple[bytes, str]]) -> None:
    for relative in list(feature.iter("{*}" + RELATIVE)):
        own = (relative.get(XLINK_HREF) or "").rpartition("#")[2]
        if own in found and not len(relative):
            relative.append(etree.fromstring(found[own][0]))
    is_group = feature.tag.endswith("}CityObjectGroup")
    for xml, around in found.values():
        holder = etree.SubElement(feature, MEMBER if is_group else REFERRED)
        if not is_group:
            holder = etree.SubElement(holder, around)
        holder.append(etree.fromstring(xml))
