"""The shapes of features whose geometries are all plain: most look like one that was met before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.citygml.geometry import DRAWING, place_at
from geo.citygml.plain import PlainFeatures
from geo.citygml.plain_level import REFERENCES, SOLID, Placed, PlainLevel, add_rings
from geo.citygml.ring import RingList, Run
from geo.citygml.shape import Shape, give_roles

if TYPE_CHECKING:
    from geo.citygml.chunk import PlainGeometry

_FORM_BITS = 3
_MOST_RECIPES = 1000

_Key = tuple[str, tuple[int, ...]]
"""The package, and the forms of all geometries."""


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What features with geometries of the same forms have in common."""

    runs: list[tuple[int, Run]]
    """Which of the geometries, and what its rings are."""
    lod: str
    levels: set[int]


class PlainShapes:
    """Of the features of one file. `colours` and `ring_ids` as for `FaceReader`."""

    def __init__(self, plain: PlainFeatures, colours: Mapping[str, int], *, ring_ids: bool) -> None:
        self._plain, self._colours, self._ring_ids = plain, colours, ring_ids
        self._forms: dict[int, Run | None] = {}
        self._recipes: dict[_Key, _Recipe] = {}

    def find(self, geometries: "Sequence[PlainGeometry]", package: str) -> Shape | None:
        """None for a feature that has to be read from its XML: a surface stands elsewhere, or is only a map's sign."""
        key = package, tuple([one.form for one in geometries])
        recipe = self._recipes.get(key)
        if recipe is not None:
            return self._cooked(recipe, geometries)
        placed = [Placed(number, one, form) for number, one in enumerate(geometries) if (form := self._form(one.form))]
        if any(one.form.depth == DRAWING for one in placed):
            return None
        shape = self._shape(placed, package)
        if shape is not None and not self._colours and not any(one.form & REFERENCES for one in geometries):
            self._keep(key, placed, shape)
        return shape

    def _form(self, form: int) -> Run | None:
        """What the rings of geometries of a form are; None for one that belongs to no feature."""
        if form not in self._forms:
            place = place_at(self._plain.path(form >> _FORM_BITS))
            self._forms[form] = None if place is None else Run(*place, is_solid=bool(form & SOLID), dimension=0)
        return self._forms[form]

    def _shape(self, placed: Sequence[Placed], package: str) -> Shape | None:
        rings = RingList()
        by_level: dict[int, list[Placed]] = {}
        for one in placed:
            by_level.setdefault(one.form.lod, []).append(one)
        for of_level in by_level.values():
            if not PlainLevel(rings, self._colours, self._ring_ids).read(of_level):
                return None
        lod = give_roles(rings.runs, package)
        return Shape(rings, lod, bool(lod), levels=set(by_level))

    def _keep(self, key: _Key, placed: Sequence[Placed], shape: Shape) -> None:
        """Without references and colours each geometry is one run, level by level."""
        if len(self._recipes) == _MOST_RECIPES:
            self._recipes.clear()
        lods = list(dict.fromkeys(one.form.lod for one in placed))
        order = sorted(placed, key=lambda one: lods.index(one.form.lod))
        runs = [(one.number, replace(run)) for one, run in zip(order, shape.rings.runs, strict=True)]
        self._recipes[key] = _Recipe(runs, shape.lod, shape.levels)

    def _cooked(self, recipe: _Recipe, geometries: "Sequence[PlainGeometry]") -> Shape:
        rings = RingList()
        for number, run in recipe.runs:
            one = geometries[number]
            own = Run(run.name, run.lod, run.kind, run.depth, run.is_solid, run.solid, 0, 0, one.rings, run.role)
            rings.runs.append(own)
            add_rings(rings, one, one.first, one.first + one.rings, ring_ids=self._ring_ids)
        return Shape(rings, recipe.lod, bool(recipe.lod), levels=recipe.levels)
