"""The faces of one plain feature in one level of detail: every polygon once, in its solid."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from geo.citygml.look import combined_look
from geo.citygml.ring import RingList, Run

if TYPE_CHECKING:
    from geo.citygml.chunk import PlainGeometry

SOLID, POLYGONS, REFERENCES = 1, 2, 4
"""Bits of a geometry's form."""


class Placed(NamedTuple):
    """A geometry of a feature."""

    number: int
    geometry: "PlainGeometry"
    form: Run
    """What its rings are."""


class PlainLevel:
    """As `LevelReader`, for geometries that were taken out of the file."""

    def __init__(self, rings: RingList, colours: Mapping[str, int], ring_ids: bool) -> None:
        self._rings, self._colours, self._ring_ids = rings, colours, ring_ids
        self._uses: dict[str, list[int]] = {}
        """The solids that use a surface which stands elsewhere."""
        self._run: Run | None = None

    def read(self, placed: Sequence[Placed]) -> bool:
        """False where a surface that is referred to is not among them."""
        solids = 0
        numbers: list[int] = []
        for one in placed:
            numbers.append(solids if one.form.is_solid else -1)
            solids += one.form.is_solid
            if one.geometry.form & REFERENCES:
                self._note_uses(one.geometry.references, numbers[-1])
        for one, solid in zip(placed, numbers, strict=True):
            self._run = None
            if one.geometry.form & POLYGONS:
                self._take(one, solid)
        return not self._uses

    def _note_uses(self, names: Sequence[str], solid: int) -> None:
        for name in names:
            solids = self._uses.setdefault(name, [])
            if solid >= 0:
                solids.append(solid)

    def _take(self, one: Placed, solid: int) -> None:
        """All polygons, each of which may have uses and a colour of its own."""
        solids, look = [solid], 0
        first = one.geometry.first
        last = first + one.geometry.rings
        if not (self._uses or self._colours):
            self._add(one, first, last, solids, look)
            return
        if name := one.geometry.name:
            solids, look = self._used(name, solids), self._look(name, look)
        firsts = [*one.geometry.exteriors, last]
        for name, first, end in zip(one.geometry.polygon_names, firsts, firsts[1:], strict=False):
            if name:
                self._add(one, first, end, self._used(name, solids), self._look(name, look))
            else:
                self._add(one, first, end, solids, look)

    def _used(self, name: str, solids: list[int]) -> list[int]:
        """The solids of a surface of that name: where it stands, and those that refer to it."""
        use = self._uses.pop(name, None)
        if not use:
            return solids
        return use if solids[0] < 0 else [*solids, *use]

    def _look(self, name: str, around: int) -> int:
        own = self._colours.get(name)
        return around if own is None else combined_look(own, around)

    def _add(self, one: Placed, first: int, end: int, solids: list[int], look: int) -> None:
        for solid in solids:
            run = self._run
            if run is None or run.solid != solid or run.colour != look:
                form = one.form
                run = Run(form.name, form.lod, form.kind, form.depth, form.is_solid, solid, look, 0)
                self._run = run
                self._rings.runs.append(run)
            run.rings += end - first
            add_rings(self._rings, one.geometry, first, end, ring_ids=self._ring_ids)


def add_rings(rings: RingList, geometry: "PlainGeometry", first: int, end: int, *, ring_ids: bool) -> None:
    """Some rings of a geometry, as they are counted in its chunk."""
    if geometry.rings != geometry.polygons:
        at = len(rings) - first
        rings.holes += [at + hole for hole in geometry.holes(first, end)]
    if ring_ids:
        rings.ids += geometry.chunk.ring_ids[first:end]
    rings.add_span(*geometry.span(first, end))
