"""The features of a CityGML file of any version, as their file has them: for checks of what readers don't hand on."""

from collections.abc import Iterator
from pathlib import Path

from geo.citygml.document import release, stream
from geo.citygml.element import GML, Element
from geo.citygml.reference import Reference

_CITYGML = "{http://www.opengis.net/citygml/%s}cityObjectMember"
_GML_3_2 = "{http://www.opengis.net/gml/3.2}"
_MEMBERS = frozenset({_CITYGML % "2.0", _CITYGML % "3.0", f"{GML}featureMember", f"{_GML_3_2}featureMember"})
_ENVELOPES = frozenset({f"{GML}Envelope", f"{_GML_3_2}Envelope"})


def members(path: Path, name: str, reference: Reference) -> Iterator[Element]:
    """One in memory at a time; `reference` is told what the file declares. UnreadableError where it is no XML."""
    for element in stream(path, name, _MEMBERS | _ENVELOPES):
        if element.tag in _ENVELOPES:
            reference.declare(element)
            continue
        if len(element):
            yield element[0]
        release(element)


def gml_id(element: Element) -> str:
    """Empty for an element without one."""
    return str(element.get(f"{GML}id") or element.get(f"{_GML_3_2}id") or "")
