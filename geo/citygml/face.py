"""From the geometries of one feature to its faces, also of one that is so large that it is read in pieces."""

from collections.abc import Iterable, Iterator, Mapping

from geo.citygml.element import SOLID, SURFACE_MEMBER, TRIANGLE, Element
from geo.citygml.geometry import Geometry, find_geometries, with_faces
from geo.citygml.level import LevelReader
from geo.citygml.ring import RingList


class FaceReader:
    """Reads the faces of a file's features.

    `colours`: of X3DMaterials by gml:id. `ring_ids`: whether textures want to know which ring is which.
    """

    def __init__(self, colours: Mapping[str, int] | None = None, *, ring_ids: bool = False) -> None:
        self._colours = {} if colours is None else colours
        self._ring_ids = ring_ids
        self._drained = RingList()
        self._places: dict[tuple[int, str], int] = {}
        """The first ring of drained faces that have a name, by level of detail and that."""

    @property
    def has_drained(self) -> bool:
        """Whether faces of the feature that ends next were taken out of its tree."""
        return len(self._drained) > 0

    def read(self, geometries: Iterable[Geometry], feature: Element) -> tuple[RingList, list[str]]:
        """The feature's rings, and the gml:ids it refers to that aren't found in it."""
        rings, places = self._drained, self._places
        if len(rings):
            self._drained, self._places = RingList(), {}
        else:
            rings = RingList()
        lost: list[str] = []
        by_level: dict[int, list[Geometry]] = {}
        for one in geometries:
            by_level.setdefault(one.lod, []).append(one)
        for lod, of_level in by_level.items():
            level = LevelReader(rings, self._colours, self._ring_ids)
            lost += level.read(of_level, feature, {name: ring for (at, name), ring in places.items() if at == lod})
        return rings, lost

    def drain(self, member: Element) -> None:
        """Takes faces out of a member that is still being read, and out of its tree, so that it needs little memory."""
        unfinished = set(_last_branch(member))
        if not len(member):
            return
        solids: dict[int, int] = {}
        for geometry in with_faces(find_geometries(member[0])):
            level = LevelReader(self._drained, self._colours, self._ring_ids)
            first = solids.get(geometry.lod, 0)
            numbers = {solid: first + number for number, solid in enumerate(geometry.element.iter(SOLID))}
            solids[geometry.lod] = first + len(numbers)
            for holder in list(geometry.element.iter(SURFACE_MEMBER, TRIANGLE)):
                if holder not in unfinished and len(holder) and holder.getparent() is not None:
                    solid = numbers[next(holder.iterancestors(SOLID))] if numbers else -1
                    level.take_drained(geometry, holder, solid, self._places)
        self._drained.compact_if_long()


def _last_branch(element: Element) -> Iterator[Element]:
    """What isn't ended yet, or whose text may still grow."""
    yield element
    while len(element):
        element = element[-1]
        yield element
