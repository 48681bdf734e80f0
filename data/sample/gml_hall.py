"""The city hall in LOD3, with windows and doors in its walls, and in LOD4 with a room on each floor."""

from collections.abc import Sequence

from data.sample.gml import feature_id, polygon, solid, surface_reference
from data.sample.gml_appearance import Skin
from data.sample.gml_roof import Face, Point, between, block, metres
from data.sample.gml_room import furniture, room
from data.sample.gml_solid import Writing, boundary, positions

_BAY_M, _WINDOW_M, _DOOR_M = 3.6, 2.2, 2.8
_SILL, _LINTEL = 0.28, 0.78
"""Lower and upper edge of a window in shares of its floor's height."""
_GLASS, _WOOD = (0.45, 0.58, 0.66), (0.42, 0.30, 0.22)
_INSIDE, _COUNTER = 0.97, 0.3
"""A room leaves so much of the outline to its walls; a counter is so long."""
_OFFICE = ("SL_20", "SL_20_15")


def lod3(writing: Writing) -> str:
    """Boundary surfaces and the solid of the outside."""
    return _outside(writing, 3)


def lod4(writing: Writing) -> str:
    return _outside(writing, 4) + _rooms(writing)


def _outside(writing: Writing, lod: int) -> str:
    built = writing.built
    low, high = built.ground_m, round(built.ground_m + built.what.height_m, 2)
    references, bounded = [], []
    for k, face in enumerate(block(built.lonlat, low, high)):
        key = writing.key("hall", lod, k)
        found = _openings(writing, face) if face.kind == "WallSurface" else []
        id_ = feature_id("poly", *key)
        ids = [feature_id("poly", *key, n) for n in range(len(found))]
        references += [surface_reference(one) for one in (id_, *ids)]
        rings = [positions(face.ring), *(positions(ring[::-1]) for _, ring in found)]
        inside = "".join(_opening(writing, kind, ring, one, lod) for (kind, ring), one in zip(found, ids, strict=True))
        bounded.append(boundary(face.kind, lod, feature_id("face", *key), polygon(rings, id_), inside))
    return "".join(bounded) + solid(f"bldg:lod{lod}Solid", "".join(references))


def _openings(writing: Writing, wall: Face) -> list[tuple[str, tuple[Point, ...]]]:
    """A window in each bay of each floor; the middle bay of the ground floor has the door."""
    a, b, top, _ = wall.ring
    length, storeys = metres(a[:2], b[:2]), writing.built.what.storeys
    bays, floor = max(1, int(length / _BAY_M)), (top[2] - a[2]) / storeys
    found = []
    for storey in range(storeys):
        for bay in range(bays):
            door = storey == 0 and bay == bays // 2
            half = min(_DOOR_M if door else _WINDOW_M, 0.8 * length / bays) / 2 / length
            middle = (bay + 0.5) / bays
            low = a[2] + floor * storey + (0.05 if door else _SILL * floor)
            high = a[2] + floor * (storey + _LINTEL)
            found.append(("Door" if door else "Window", _rectangle(a, b, middle - half, middle + half, low, high)))
    return found


def _rectangle(a: Point, b: Point, first: float, last: float, low: float, high: float) -> tuple[Point, ...]:
    p, q = between(a[:2], b[:2], first), between(a[:2], b[:2], last)
    below, above = round(low, 2), round(high, 2)
    return (*p, below), (*q, below), (*q, above), (*p, above)


def _opening(writing: Writing, kind: str, ring: Sequence[Point], polygon_id: str, lod: int) -> str:
    writing.appearance.dress(polygon_id, "", Skin(colour=_WOOD if kind == "Door" else _GLASS))
    return (
        f'<bldg:opening>\n<bldg:{kind} gml:id="{feature_id("open", polygon_id)}">\n<bldg:lod{lod}MultiSurface>\n'
        f"<gml:MultiSurface>\n<gml:surfaceMember>\n{polygon([positions(ring)], polygon_id)}</gml:surfaceMember>\n"
        f"</gml:MultiSurface>\n</bldg:lod{lod}MultiSurface>\n</bldg:{kind}>\n</bldg:opening>\n"
    )


def _rooms(writing: Writing) -> str:
    built = writing.built
    floor = built.what.height_m / built.what.storeys
    outline = [between(built.place, corner, _INSIDE) for corner in built.lonlat]
    desk = [between(built.place, corner, _COUNTER) for corner in built.lonlat]
    written = []
    for storey in range(built.what.storeys):
        low = round(built.ground_m + floor * storey + 0.1, 2)
        shell = [positions(face.ring) for face in block(outline, low, round(low + floor - 0.4, 2))]
        counter = [positions(face.ring) for face in block(desk, low, round(low + 1.0, 2))]
        inside = furniture(writing.key("desk", storey), counter)
        written.append(room(writing.key("hall", storey), f"{storey + 1}階執務室", _OFFICE, shell, inside))
    return "".join(written)
