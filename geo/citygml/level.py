"""The faces of one feature in one level of detail: every polygon once, in its solid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from geo.citygml.element import (
    COMPOSITE_SURFACE,
    FACES,
    GML,
    GML_ID,
    MULTI_SURFACE,
    ORIENTABLE_SURFACE,
    POLYGON,
    POS_LIST,
    SOLID,
    SURFACE_MEMBER,
    TRIANGLE,
    XLINK_HREF,
    Element,
)
from geo.citygml.geometry import Geometry, kind_of
from geo.citygml.look import combined_look
from geo.citygml.polygon import Ring, are_plain, face_rings, ring_hash
from geo.citygml.ring import RingList, Run

_REFERRED = (POLYGON, COMPOSITE_SURFACE, MULTI_SURFACE, ORIENTABLE_SURFACE)
_FACES = frozenset(FACES)
_TOGETHER = (COMPOSITE_SURFACE, MULTI_SURFACE, f"{GML}Shell")

Side = tuple[int, bool]
"""The solid that a face bounds, and whether it is turned round there."""


@dataclass(slots=True)
class _Use:
    """How solids and other surfaces use a surface that stands elsewhere."""

    geometry: Geometry
    sides: list[Side] = field(default_factory=list)


@dataclass(slots=True)
class _Place:
    """One geometry with what was found in it."""

    geometry: Geometry
    members: list[Element]
    solid: int
    """The number of the first solid in it; -1 for none."""


class LevelReader:
    """The faces of one feature in one level of detail."""

    def __init__(self, rings: RingList, colours: Mapping[str, int], ring_ids: bool) -> None:
        self._rings, self._colours, self._ring_ids = rings, colours, ring_ids
        self._uses: dict[str, _Use] = {}
        self._solids = 0
        self._solid = 0
        """The number of the next solid while faces are taken."""
        self._run: Run | None = None

    def take_drained(self, geometry: Geometry, holder: Element, solid: int, places: dict[tuple[int, str], int]) -> None:
        """The faces of a surface that may be used by what comes later."""
        if geometry.lod >= 2:
            for polygon in holder.iter(POLYGON):
                if name := polygon.get(GML_ID):
                    places[geometry.lod, name] = len(self._rings)
        parent = holder.getparent()
        look = self._look_around(holder, geometry.element) if self._colours else 0
        if holder.tag == TRIANGLE:
            self._face(geometry, holder, [(solid, False)], look)
        else:
            self._walk(geometry, holder, [(solid, False)], look)
        parent.remove(holder)

    def read(self, geometries: Sequence[Geometry], feature: Element, drained: Mapping[str, int]) -> list[str]:
        """`drained`: the rings of faces that were taken before, by name."""
        places = [self._place(one) for one in geometries]
        for name in [name for name in self._uses if name in drained]:
            self._use_drained(drained[name], self._uses.pop(name))
        for place in places:
            self._run = None
            self._take(place)
        return self._take_referred(feature) if self._uses else []

    def _place(self, geometry: Geometry) -> _Place:
        """Numbers the solids and notes which surfaces they refer to."""
        members = list(geometry.element.iter(SURFACE_MEMBER))
        first = self._solids
        if geometry.element[0].tag == SOLID:
            self._note_uses(geometry, members, first)
            self._solids += 1
            return _Place(geometry, members, first)
        if geometry.element[0].tag != MULTI_SURFACE:
            for solid in geometry.element.iter(SOLID):
                self._note_uses(geometry, solid.iter(SURFACE_MEMBER), self._solids)
                self._solids += 1
        if first == self._solids:
            self._note_uses(geometry, members, first := -1)
        return _Place(geometry, members, first)

    def _use_drained(self, ring: int, use: _Use) -> None:
        if use.sides:
            solid, turned = use.sides[0]
            self._rings.solids[ring] = solid
            if turned:
                self._rings.flipped.append(ring)

    def _note_uses(self, geometry: Geometry, members: Iterable[Element], solid: int) -> None:
        for member in members:
            turned, holder = False, member
            if len(member):
                if member[0].tag != ORIENTABLE_SURFACE or not len(member[0]):
                    continue
                turned, holder = member[0].get("orientation") == "-", member[0][-1]
            href = holder.get(XLINK_HREF)
            if not href or len(holder):
                continue
            name = href.rpartition("#")[2]
            use = self._uses.get(name)
            if use is None:
                use = self._uses[name] = _Use(geometry)
            if solid >= 0:
                use.sides.append((solid, turned))

    def _take(self, place: _Place) -> None:
        geometry = place.geometry.element
        polygons = list(geometry.iter(POLYGON))
        if not polygons and next(geometry.iter(*FACES[1:]), None) is None:
            return
        if len(polygons) == len(place.members) and not self._is_named(geometry):
            lists = list(geometry.iter(POS_LIST))
            if len(lists) == len(polygons) and are_plain(geometry, lists):
                self._take_plain(place, polygons, lists)
                return
        self._solid = place.solid
        self._walk(place.geometry, geometry, [(-1, False)], 0)

    def _is_named(self, geometry: Element) -> bool:
        """Whether somebody refers to the surfaces together."""
        name = geometry[0].get(GML_ID)
        if name is not None and (name in self._uses or name in self._colours):
            return True
        return bool(self._colours) and any(one.get(GML_ID) in self._colours for one in geometry.iter(*_TOGETHER))

    def _take_plain(self, place: _Place, polygons: list[Element], lists: list[Element]) -> None:
        """Polygons of one ring each."""
        rings = self._rings
        if self._uses or self._colours:
            for polygon, positions in zip(polygons, lists, strict=True):
                self._take_named(place, polygon, positions)
            return
        self._extend(place.geometry, place.solid, 0, len(lists))
        rings.extend_texts([one.text or "" for one in lists])
        if self._ring_ids:
            rings.ids += [ring_hash(one.getparent()) for one in lists]

    def _take_named(self, place: _Place, polygon: Element, positions: Element) -> None:
        """A polygon of one ring that may have a use or a colour of its own."""
        name = polygon.get(GML_ID)
        use = self._uses.get(name)
        solid, turned = place.solid, False
        if use is not None:
            if len(use.sides) > 1 or (use.sides and solid >= 0):
                self._face(place.geometry, polygon, [(solid, False)], 0)
                return
            del self._uses[name]
            if use.sides:
                solid, turned = use.sides[0]
        rings = self._rings
        if turned:
            rings.flipped.append(len(rings))
        if self._ring_ids:
            rings.ids.append(ring_hash(positions.getparent()))
        self._extend(place.geometry, solid, self._colours.get(name, 0), 1)
        rings.add(positions.text or "")

    def _walk(self, geometry: Geometry, parent: Element, sides: list[Side], colour: int) -> None:
        for child in parent:
            if child.tag in _FACES:
                self._face(geometry, child, sides, colour)
            elif len(child):
                own = self._sides_of(child, sides)
                name = child.get(GML_ID)
                if name is not None:
                    own, colour_of_child = self._used(name, own), self._look(name, colour)
                    self._walk(geometry, child, own, colour_of_child)
                else:
                    self._walk(geometry, child, own, colour)

    def _look(self, name: str, around: int) -> int:
        """Its own colour and projected texture; those it doesn't have are those of what it is part of."""
        own = self._colours.get(name)
        return around if own is None else combined_look(own, around)

    def _look_around(self, holder: Element, geometry: Element) -> int:
        look = 0
        for one in holder.iterancestors():
            if one is geometry:
                break
            look = combined_look(look, self._colours.get(one.get(GML_ID), 0))
        return look

    def _sides_of(self, element: Element, sides: list[Side]) -> list[Side]:
        if element.tag == SOLID:
            self._solid += 1
            return [(self._solid - 1, False)]
        if element.tag == ORIENTABLE_SURFACE and element.get("orientation") == "-":
            return [(solid, not turned) for solid, turned in sides]
        return sides

    def _used(self, name: str, sides: list[Side]) -> list[Side]:
        """The sides of a surface of that name: where it stands, and where others refer to it."""
        use = self._uses.pop(name, None)
        if use is None or not use.sides:
            return sides
        return use.sides if sides[0][0] < 0 else [*sides, *use.sides]

    def _face(self, geometry: Geometry, face: Element, sides: list[Side], colour: int) -> None:
        name = face.get(GML_ID)
        if name is not None:
            if self._uses:
                sides = self._used(name, sides)
            if self._colours:
                colour = self._look(name, colour)
        found = face_rings(face)
        for solid, turned in sides:
            self._extend(geometry, solid, colour, len(found))
            self._add(found, turned)

    def _add(self, found: list[Ring], turned: bool) -> None:
        rings = self._rings
        for number, ring in enumerate(found):
            at = len(rings)
            if number:
                rings.holes.append(at)
            if turned:
                rings.flipped.append(at)
            if ring.dimension is not None:
                rings.dimensions[at] = ring.dimension
            if self._ring_ids:
                rings.ids.append(ring.id)
            rings.add(ring.text)

    def _take_referred(self, feature: Element) -> list[str]:
        """Surfaces of another level of detail, or that stand in no geometry of their own."""
        wanted, self._uses = self._uses, {}
        for element in feature.iter(*_REFERRED):
            use = wanted.pop(element.get(GML_ID), None)
            if use is None:
                continue
            self._run = None
            sides = use.sides or [(-1, False)]
            geometry = replace(use.geometry, kind=_kind_around(element, use.geometry.kind))
            if element.tag == POLYGON:
                self._face(geometry, element, sides, 0)
            else:
                self._walk(geometry, element, sides, 0)
        return list(wanted)

    def _extend(self, geometry: Geometry, solid: int, colour: int, rings: int) -> None:
        """Counts rings that come next; those that have all in common are one run."""
        run = self._run
        if run is None or run.solid != solid or run.colour != colour:
            run = self._run = run_of(geometry, solid, colour)
            self._rings.runs.append(run)
        run.rings += rings


def run_of(geometry: Geometry, solid: int, colour: int) -> Run:
    holder = geometry.element[0]
    stated = holder.get("srsDimension")
    return Run(
        geometry.name,
        geometry.lod,
        geometry.kind,
        geometry.depth,
        is_solid=holder.tag == SOLID,
        solid=solid,
        colour=colour,
        dimension=int(stated) if stated in ("2", "3") else 0,
    )


def _kind_around(element: Element, otherwise: int) -> int:
    """The kind of the feature that a surface stands in."""
    parent = element.getparent()
    while parent is not None:
        kind = kind_of(parent.tag)
        if kind is not None:
            return kind
        parent = parent.getparent()
    return otherwise
