"""The rings of one flat face: its exterior, then its holes."""

from typing import NamedTuple

from geo.citygml.element import (
    COORDINATES,
    EXTERIOR,
    FACES,
    GML_ID,
    INTERIOR,
    ORIENTABLE_SURFACE,
    POS,
    POS_LIST,
    Element,
)

_UNUSUAL = (INTERIOR, POS, COORDINATES, ORIENTABLE_SURFACE, *FACES[1:])


class Ring(NamedTuple):
    text: str
    dimension: int | None = None
    """From `srsDimension` on the coordinates themselves."""
    id: int = 0


def face_rings(face: Element) -> list[Ring]:
    """The exterior and the holes; a ring that can't be read has an empty text, and is a bad one."""
    found = []
    for boundary in face:
        if boundary.tag != EXTERIOR and boundary.tag != INTERIOR:
            continue
        ring = boundary[0] if len(boundary) else None
        found.append(Ring("") if ring is None else _ring(ring))
    return found or [Ring("")]


def _ring(ring: Element) -> Ring:
    if len(ring) and ring[0].tag == POS_LIST:
        stated = ring[0].get("srsDimension")
        return Ring(ring[0].text or "", int(stated) if stated in ("2", "3") else None, ring_hash(ring))
    return Ring(" ".join(one.text or "" for one in ring.iter(POS)), None, ring_hash(ring))


def ring_hash(ring: Element) -> int:
    name = ring.get(GML_ID)
    return hash(name) if name else 0


def are_plain(geometry: Element, lists: list[Element]) -> bool:
    """Nothing but polygons of one ring, whose coordinates are lists."""
    return next(geometry.iter(*_UNUSUAL), None) is None and not any(one.get("srsDimension") for one in lists)
