"""Reads a PLATEAU CityGML file into batches: one outline, the promised columns and all attributes per feature."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from geo.batch import Batch
from geo.citygml.appearance import Appearance, folder_of
from geo.citygml.attribute import AttributeReader
from geo.citygml.codelist import Codelists
from geo.citygml.document import MEMBERS, SURFACE_DATA, check_document, release
from geo.citygml.element import GML_ID, Element, local_name, qualified_name
from geo.citygml.face import FaceReader
from geo.citygml.facts import Facts
from geo.citygml.geometry import find_geometries
from geo.citygml.member import Span, find_appearances, stream_appearances, stream_members
from geo.citygml.member_text import FeatureText
from geo.citygml.package import READ, flood_package, package_of_feature, package_of_file, scale_of_file
from geo.citygml.pending import Feature, Pending
from geo.citygml.plain import PlainFeatures
from geo.citygml.plain_shape import PlainShapes
from geo.citygml.postponed import GROUP, Postponed, group_members
from geo.citygml.record import Source, build_record
from geo.citygml.reference import Reference
from geo.citygml.shape import Shape, find_shape, without_bodies
from geo.level_count import LevelCount, sum_levels
from geo.problem import Problem

BATCH_FEATURES = 2_000
BATCH_CHARACTERS = 24_000_000
"""Of coordinates: a flood area can be as large as thousands of buildings."""

_VERSIONS = ("2.0", "3.0")


def read_citygml(path: Path, *, name: str, codelists: Path | None = None, crs: str | None = None) -> Iterator[Batch]:
    """CityGML 2.0 with i-UR 1.4 to 3.2, lazily; `part` of a batch is the package, with `-line` or `-point` behind it
    for features that have no surface.

    `crs` is for files that declare none. UnreadableError for a file that can't be read, also when that turns out
    late: what was yielded before must then be thrown away.
    """
    check_document(path, name, _VERSIONS)
    return _Reading(path, name, codelists, crs).batches()


@dataclass
class _Unread:
    """Features of packages that aren't read."""

    packages: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)
    """By package, then type and LOD."""
    levels: dict[str, list[LevelCount]] = field(default_factory=dict)
    """By package."""

    def count_feature(self, package: str, feature_type: str, levels: set[int]) -> None:
        of_package = self.packages.setdefault(package, {})
        lod = f"LOD{max(levels)}" if levels else ""
        of_package[feature_type, lod] = of_package.get((feature_type, lod), 0) + 1
        one = [LevelCount(feature_type, level, 1, 0, 1, 0) for level in levels]
        self.levels[package] = list(sum_levels([*self.levels.get(package, ()), *one]))


class _Reading:
    """One pass over one file."""

    def __init__(self, path: Path, name: str, codelists: Path | None, crs: str | None) -> None:
        self._path, self._name = path, name
        self._file_package = package_of_file(name) or package_of_file(path.name)
        self._codelists = Codelists(path, codelists)
        self._attributes = AttributeReader(name, self._codelists)
        self._source = Source(self._codelists, scale_of_file(name))
        self._reference = Reference(name, crs)
        self._appearance = Appearance(folder_of(name), path.parent)
        self._faces = FaceReader()
        self._plain = PlainFeatures()
        self._pending = Pending(name, PurePosixPath(name).name, self._reference, self._appearance)
        self._unread = _Unread()
        self._postponed = Postponed()
        self._seen: set[str] = set()
        self._without_id = 0
        self._has_inner_appearances = False
        self._parts: dict[str, None] = {}

    def batches(self) -> Iterator[Batch]:
        skip = self._read_appearances()
        for element in stream_members(self._path, self._name, skip, self._faces.drain, self._plain):
            if element.tag in MEMBERS:
                text = self._plain.texts.take(element)
                for feature in element:
                    self._add(feature, text=text)
                release(element)
                if self._is_full():
                    yield from self._flush()
            else:
                self._reference.declare(element)
        for feature, line in self._postponed.completed(self._path, self._name, skip):
            self._add(feature, line)
            if self._is_full():
                yield from self._flush()
        yield from self._flush()
        yield from self._accounts()

    def _is_full(self) -> bool:
        return self._pending.features >= BATCH_FEATURES or self._pending.characters >= BATCH_CHARACTERS

    def _read_appearances(self) -> tuple[Span, ...]:
        """They stand behind the features that they belong to. The bytes that need not be read again."""
        found = find_appearances(self._path)
        broken: list[Span] = []
        for surface_data in stream_appearances(self._path, found.spans, broken):
            self._appearance.add(surface_data)
        self._has_inner_appearances = found.inside
        ring_ids = found.inside or self._appearance.has_textures
        self._faces = FaceReader(self._appearance.colours, ring_ids=ring_ids)
        self._shapes = PlainShapes(self._plain, self._appearance.colours, ring_ids=ring_ids)
        return tuple(span for span in found.spans if span not in broken)

    def _add(self, element: Element, line: int | None = None, text: FeatureText | None = None) -> None:
        """`line`: of a feature that was postponed and is complete now. `text`: of the feature, where that is known."""
        feature_type = qualified_name(element.tag)
        package = package_of_feature(feature_type, self._file_package)
        if package not in READ:
            found = find_geometries(self._plain.whole(element))
            self._unread.count_feature(package, feature_type, {one.lod for one in found})
            return
        told = len(self._attributes.problems)
        feature_id = self._id(element)
        attributes, facts = self._attributes.read(element, feature_id, line or element.sourceline, text)
        if package == "wtr":
            package = flood_package([risk for risk, _ in facts.risks]) or package
        if self._has_inner_appearances:
            for surface_data in element.iter(SURFACE_DATA):
                self._appearance.add(surface_data)
        is_whole = not self._faces.has_drained
        shape = self._shape(element, package)
        if feature_type == GROUP:
            shape = without_bodies(shape)
            shape.lost += group_members(element)
        if shape.lost and line is None and is_whole:
            del self._attributes.problems[told:]
            self._postponed.add(self._plain.whole(element), element.sourceline, shape.lost)
            return
        feature = Feature(feature_id, feature_type, shape.lod, line or element.sourceline, attributes)
        self._tell_lost(feature, shape)
        self._tell_unfit(feature, shape)
        self._keep_or_refuse(package, feature, facts, shape)

    def _shape(self, element: Element, package: str) -> Shape:
        plain = self._plain.find(element)
        shape = None if plain is None else self._shapes.find(plain.geometries, package)
        if shape is None:
            shape = find_shape(self._plain.whole(element), package, self._faces, self._reference)
        return shape

    def _tell_lost(self, feature: Feature, shape: Shape) -> None:
        if shape.lost and feature.type != GROUP:
            told = {"count": str(len(shape.lost)), "target": shape.lost[0]}
            problem = Problem("citygml.reference_lost", self._name, feature.id, feature.line, parameters=told)
            self._attributes.problems.append(problem)

    def _tell_unfit(self, feature: Feature, shape: Shape) -> None:
        if shape.unfit:
            told = {"count": str(len(shape.unfit)), "found": ", ".join(dict.fromkeys(shape.unfit))}
            problem = Problem("citygml.geometry_type", self._name, feature.id, feature.line, parameters=told)
            self._attributes.problems.append(problem)

    def _id(self, element: Element) -> str:
        stated = element.get(GML_ID)
        if stated:
            return str(stated)
        self._without_id += 1
        made = f"{local_name(element.tag)}-{self._without_id}"
        self._attributes.problems.append(Problem("citygml.id_missing", self._name, made, element.sourceline))
        return made

    def _keep_or_refuse(self, package: str, feature: Feature, facts: Facts, shape: Shape) -> None:
        part = f"{package}{shape.suffix}"
        self._parts[part] = None
        problems = self._attributes.problems
        if feature.id in self._seen:
            # Its codes were already told with the first of this id.
            problems[:] = [one for one in problems if one.feature != feature.id]
            self._pending.refuse(part, feature, shape.levels, "citygml.duplicate_id", {})
            return
        self._seen.add(feature.id)
        if shape.is_empty:
            found = ", ".join(f"LOD{level}" for level in sorted(shape.levels)) or "-"
            self._pending.refuse(part, feature, shape.levels, "citygml.no_surface", {"found": found})
        else:
            record = build_record(package, feature.type, facts, self._source)
            self._pending.add(part, feature, shape, record)
        for name, value in self._source.not_numbers:
            told = {"name": name, "value": value[:100]}
            problems.append(Problem("citygml.value", self._name, feature.id, feature.line, parameters=told))
        self._source.not_numbers.clear()
        self._pending.tell(part, problems, None if shape.is_empty else shape.srs)
        problems.clear()

    def _flush(self) -> Iterator[Batch]:
        yield from self._pending.flush()

    def _accounts(self) -> Iterator[Batch]:
        """What goes with no feature: what isn't read yet, and codelists that weren't there."""
        for package, counts in sorted(self._unread.packages.items()):
            yield self._pending.account_of_package(package, counts, self._unread.levels[package])
        first = next(iter(self._parts), self._file_package or "")
        for rule, count in (
            ("citygml.texture_coordinates", self._appearance.mismatched),
            ("citygml.texture_georeferenced", self._appearance.georeferenced),
            ("citygml.texture_beyond", self._appearance.projections.beyond),
        ):
            if count:
                self._pending.tell(first, [Problem(rule, self._name, parameters={"count": str(count)})])
        missing = [
            Problem("citygml.codelist_missing", self._name, parameters={"codelist": codelist})
            for codelist in self._codelists.missing
        ]
        self._pending.tell(first, [*missing, *self._pending.overlaps(), *self._check_file()])
        yield from self._pending.flush()

    def _check_file(self) -> list[Problem]:
        from geo.check import check_elements, check_identity, missing_images  # compiles its loops; only readers pay

        missing = missing_images(self._appearance.images, name=self._name, path=self._path)
        elements = check_elements(self._path, name=self._name, told=self._seen, noted=self._plain.noted)
        return [*missing, *elements, *check_identity(self._path, self._seen, name=self._name)]
