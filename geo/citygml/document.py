"""Opens a CityGML file safely and streams its members, one in memory at a time."""

import codecs
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from geo.citygml.element import GML, Element, citygml_version, local_name
from geo.errors import UnreadableError
from geo.problem import Problem

CORE = "{http://www.opengis.net/citygml/2.0}"
MEMBERS = frozenset({f"{CORE}cityObjectMember", f"{GML}featureMember"})
APPEARANCE = "{http://www.opengis.net/citygml/appearance/2.0}"
SURFACE_DATA = (f"{APPEARANCE}surfaceDataMember", f"{APPEARANCE}surfaceData")
"""In CityGML 2.0, and in 3.0."""
ENVELOPE = f"{GML}Envelope"

_READ_VERSION = "2.0"
_PROLOG_LIMIT = 1_000_000
_DOCTYPE = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.DOTALL)
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": True,
    "remove_comments": True,
    "remove_pis": True,
}


def check_document(path: Path, name: str, versions: Collection[str] = (_READ_VERSION,)) -> None:
    """UnreadableError unless this begins like a CityGML file of these versions without a document type declaration."""
    root = root_of(path, name)
    version = citygml_version(root)
    if local_name(root) != "CityModel" or version is None:
        raise UnreadableError(Problem("xml.not_citygml", name, parameters={"root": local_name(root)}))
    if version not in versions:
        raise UnreadableError(Problem("citygml.version", name, parameters={"version": version}))


def root_of(path: Path, name: str) -> str:
    """The tag of an XML file's root; UnreadableError where it is none, or has a document type declaration."""
    head = _head(path, name)
    if _DOCTYPE.match(head):
        # Whatever it declares: a limit on expansion is off for huge files, and no file of ours needs one.
        raise UnreadableError(Problem("xml.entity", name))
    return _root(path, name)


def stream(path: Path, name: str, tags: frozenset[str]) -> Iterator[Element]:
    """Elements with one of the `tags` as each ends; UnreadableError where the XML turns out not well-formed."""
    try:
        for _, element in etree.iterparse(str(path), events=("end",), tag=tuple(tags), **SAFE):
            yield element
    except etree.XMLSyntaxError as error:
        raise UnreadableError(not_well_formed(error, name)) from error
    except OSError as error:
        raise UnreadableError(unreadable(error, name)) from error


def release(element: Element) -> None:
    """Gives an element's memory back, and that of those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _head(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_PROLOG_LIMIT)
    except OSError as error:
        raise UnreadableError(unreadable(error, name)) from error
    if not raw:
        raise UnreadableError(Problem("file.empty", name))
    return raw.decode(encoding_of(raw), errors="replace").removeprefix("\ufeff")


def encoding_of(raw: bytes) -> str:
    """Enough of the encoding to see markup: every other one in use writes it in ASCII."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if raw.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if raw[1] == 0 else "utf-16-be"
    return "utf-8"


def _root(path: Path, name: str) -> str:
    try:
        for _, element in etree.iterparse(str(path), events=("start",), **SAFE):
            if element.getroottree().docinfo.internalDTD is not None:
                raise UnreadableError(Problem("xml.entity", name))
            return str(element.tag)
    except etree.XMLSyntaxError as error:
        raise UnreadableError(not_well_formed(error, name)) from error
    raise UnreadableError(Problem("xml.not_citygml", name, parameters={"root": "-"}))


def unreadable(error: OSError, name: str) -> Problem:
    return Problem("file.unreadable", name, parameters={"reason": error.strerror or type(error).__name__})


def not_well_formed(error: etree.XMLSyntaxError, name: str) -> Problem:
    # "Opening and ending tag mismatch: exterior line 198 and LinearRing, line 202, column 26 (file.gml, line 202)"
    reason = re.sub(r"(, line \d+, column \d+)?( \([^()]*, line \d+\))?$", "", str(error.msg or "?"))
    return Problem("xml.not_well_formed", name, line=error.lineno or None, parameters={"reason": reason[:200]})
