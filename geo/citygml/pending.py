"""Features that were read and not yet handed on: they become batches together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.batch import Batch, Count, GeometryType
from geo.citygml.account import Levels, find_fates
from geo.citygml.appearance import Appearance
from geo.citygml.body import Bodies, build_bodies, kept_bodies
from geo.citygml.column import COLUMNS, HAZARDS_OF_BUILDINGS
from geo.citygml.outline import Outlines, build_outlines
from geo.citygml.place import placed
from geo.citygml.record import Record
from geo.citygml.reference import Axes, Reference
from geo.citygml.ring import RingList
from geo.citygml.shape import FLAT, Shape
from geo.column import Column, ColumnType
from geo.crs import reproject
from geo.errors import UnreadableError
from geo.level_count import LevelCount
from geo.problem import Problem
from geo.repair import check_geometries
from geo.surface import Surfaces

if TYPE_CHECKING:
    from geo.check import Overlaps

_DTYPES = {ColumnType.NUMBER: "float64", ColumnType.INTEGER: "Int64", ColumnType.TEXT: "object"}
_OPTIONAL = frozenset(column.name for column in HAZARDS_OF_BUILDINGS)


class Feature(NamedTuple):
    id: str
    type: str
    lod: str
    line: int
    attributes: str
    """All of them, as a JSON list."""


@dataclass
class _Bucket:
    """Features of one part in one reference system."""

    features: list[Feature] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    """Of lines and points only."""
    rings: RingList = field(default_factory=RingList)
    run_feature: list[int] = field(default_factory=list)
    """The feature of each run of `rings`."""
    levels: list[set[int]] = field(default_factory=list)
    """Of each feature in the file."""
    drawn: list[set[int]] = field(default_factory=list)
    """Of these, those that are only lines, points or the sign of a map."""
    lost: list[bool] = field(default_factory=list)
    """Whether a feature refers to surfaces that stand nowhere, which is told."""
    refused: dict[tuple[str, str], int] = field(default_factory=dict)
    refused_levels: list[LevelCount] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def count_refused(self, feature: Feature) -> None:
        key = (feature.type, feature.lod)
        self.refused[key] = self.refused.get(key, 0) + 1


class Pending:
    def __init__(self, name: str, source_file: str, reference: Reference, appearance: Appearance) -> None:
        self._name, self._source_file, self._reference = name, source_file, reference
        self._appearance = appearance
        self._buckets: dict[tuple[str, str | None], _Bucket] = {}
        self.features = 0
        self._overlaps: Overlaps | None = None

    @property
    def characters(self) -> int:
        """Of coordinates."""
        return sum(bucket.rings.characters for bucket in self._buckets.values())

    def add(self, part: str, feature: Feature, shape: Shape, record: Record) -> None:
        bucket = self._bucket(part, shape.srs)
        index = len(bucket.features)
        for run in shape.rings.runs:
            run.dimension = run.dimension or self._reference.dimension(None, shape.srs)
        bucket.run_feature += [index] * len(shape.rings.runs)
        bucket.rings.extend(shape.rings)
        if not shape.has_outline:
            bucket.shapes.append(shape)
        bucket.features.append(feature)
        bucket.records.append(record)
        bucket.levels.append(shape.levels)
        bucket.drawn.append(shape.drawn)
        bucket.lost.append(bool(shape.lost))
        self.features += 1

    def refuse(self, part: str, feature: Feature, levels: Iterable[int], rule: str, told: Mapping[str, str]) -> None:
        """`levels`: of detail that the feature has in its file."""
        bucket = self._bucket(part, None)
        bucket.count_refused(feature)
        bucket.refused_levels += [LevelCount(feature.type, lod, 1, 0, 1, 0) for lod in levels]
        bucket.problems.append(Problem(rule, self._name, feature.id, feature.line, parameters=told))
        self.features += 1

    def tell(self, part: str, problems: Iterable[Problem], srs: str | None = None) -> None:
        """`srs`: of the geometry of the feature that they are about."""
        found = list(problems)
        if found:
            self._bucket(part, srs).problems += found

    def account_of_package(
        self, package: str, counts: Mapping[tuple[str, str], int], levels: Sequence[LevelCount]
    ) -> Batch:
        """A package that isn't read: nothing stored, everything counted."""
        problems = []
        for feature_type in dict.fromkeys(feature_type for feature_type, _ in counts):
            count = sum(number for (one, _), number in counts.items() if one == feature_type)
            told = {"package": package, "count": str(count), "feature_type": feature_type}
            problems.append(Problem("citygml.package_not_read", self._name, parameters=told))
        kept_out = tuple(Count(*key, number, 0, number) for key, number in counts.items())
        return self._batch(package, GeometryType.POLYGON, _no_features(), (), problems, kept_out, None, levels)

    def flush(self) -> Iterator[Batch]:
        """Batches of everything that waits."""
        waiting, self._buckets, self.features = self._buckets, {}, 0
        for (part, srs), bucket in waiting.items():
            yield self._flush(part, srs, bucket)

    def _bucket(self, part: str, srs: str | None) -> _Bucket:
        key = (part, srs)
        if key not in self._buckets:
            self._buckets[key] = _Bucket()
        return self._buckets[key]

    def _flush(self, part: str, srs: str | None, bucket: _Bucket) -> Batch:
        package, _, suffix = part.partition("-")
        kind = {"line": GeometryType.LINE, "point": GeometryType.POINT}.get(suffix, GeometryType.POLYGON)
        if not bucket.features:
            axes = self._axes_if_known(srs)
            counts = _counts(bucket, [])
            return self._batch(part, kind, _no_features(), (), bucket.problems, counts, axes, bucket.refused_levels)
        axes = self._reference.axes(srs)
        bucket.problems[:0] = self._reference.problems
        self._reference.problems = []
        bodies = None
        if suffix:
            geometries, wrong = self._curves_or_points(bucket, axes, kind, srs)
        else:
            geometries, wrong, bodies = self._surfaces(bucket, axes)
        keep = self._gate(bucket, geometries, wrong)
        levels = self._account(bucket, keep, bodies, is_flat=package in FLAT)
        surfaces = self._stored_surfaces(bucket, bodies, keep) if bodies else None
        frame = self._frame(package, bucket, geometries, keep)
        columns = tuple(column for column in COLUMNS.get(package, ()) if column.name in frame)
        stored = [bucket.features[index] for index in np.flatnonzero(keep)]
        if bodies is not None:
            found = _checked_bodies(bodies, bucket.features, package, self._name)
            bucket.problems += list(_without_told(found, bucket.problems, bucket.features))
        bucket.problems += _checked(frame, surfaces, stored, self._name)
        if package == "bldg" and len(stored):
            self._note_outlines(geometries[keep], stored)
        problems = placed(bucket.problems, [one.id for one in bucket.features], geometries)
        counts = _counts(bucket, stored)
        return self._batch(part, kind, frame, columns, problems, counts, axes, levels, surfaces)

    def overlaps(self) -> list[Problem]:
        """Of all buildings so far."""
        return self._overlaps.problems() if self._overlaps else []

    def _note_outlines(self, outlines: NDArray[Any], features: Sequence[Feature]) -> None:
        if self._overlaps is None:
            from geo.check import Overlaps

            self._overlaps = Overlaps(self._name)
        self._overlaps.add(outlines, [one.id for one in features], [one.line for one in features])

    def _axes_if_known(self, srs: str | None) -> Axes | None:
        """A batch without features says the reference system only if that can be said."""
        try:
            return self._reference.axes(srs)
        except UnreadableError:
            return None

    def _surfaces(self, bucket: _Bucket, axes: Axes) -> tuple[NDArray[Any], dict[int, str], Bodies]:
        count = len(bucket.features)
        rings = bucket.rings.parse(np.array(bucket.run_feature, dtype=np.int64))
        outlines = build_outlines(rings, count, axes.crs, north_first=axes.north_first)
        _add_heights(bucket.records, outlines)
        for index, reason in outlines.solid_wrong.items():
            if index not in outlines.wrong:
                self._tell_of(bucket, index, "citygml.solid", {"reason": reason})
        for index, share in outlines.overlap.items():
            self._tell_of(bucket, index, "geometry.overlapping", {"change": f"{100 * share:.3g}"})
        bodies = build_bodies(rings, count, axes.crs, self._appearance, north_first=axes.north_first)
        bodies.tell_of_solids(outlines.solid_wrong)
        return outlines.geometries, outlines.wrong, bodies

    def _account(
        self, bucket: _Bucket, keep: NDArray[np.bool_], bodies: Bodies | None, *, is_flat: bool
    ) -> list[LevelCount]:
        """What became of every level of detail; tells of those that say nothing."""
        features = bucket.features
        levels = Levels.of(bucket.levels, bucket.drawn, [one.lod for one in features])
        fates = find_fates(levels, keep, np.array(bucket.lost, dtype=bool), bodies, is_flat=is_flat)
        for rule, flags in (("citygml.level_flat", fates.without_height), ("citygml.level_empty", fates.empty)):
            for index, lod in np.argwhere(flags).tolist():
                self._tell_of(bucket, index, rule, {"lod": f"LOD{lod}"})
        return [*bucket.refused_levels, *fates.counts([one.type for one in features], keep)]

    def _stored_surfaces(self, bucket: _Bucket, bodies: Bodies, keep: NDArray[np.bool_]) -> Surfaces | None:
        """Those of stored features, by their rows; tells of the faces that they lack."""
        for (index, lod), (count, reason) in bodies.wrong.items():
            if keep[index]:
                told = {"lod": f"LOD{lod}", "count": str(count), "reason": reason}
                self._tell_of(bucket, index, "citygml.face", told)
        return kept_bodies(bodies.surfaces, keep)

    def _curves_or_points(
        self, bucket: _Bucket, axes: Axes, kind: GeometryType, srs: str | None
    ) -> tuple[NDArray[Any], dict[int, str]]:
        geometries: NDArray[Any] = np.full(len(bucket.shapes), None, dtype=object)
        wrong: dict[int, str] = {}
        for index, shape in enumerate(bucket.shapes):
            dimension = self._reference.dimension(shape.dimension, srs)
            try:
                parts = [_path(text, dimension, axes) for text in (shape.curves or shape.points)]
                geometries[index] = _line(parts) if kind is GeometryType.LINE else _points(parts)
            except ValueError as error:
                wrong[index] = str(error)
        return reproject(geometries, axes.crs), wrong

    def _gate(self, bucket: _Bucket, geometries: NDArray[Any], wrong: Mapping[int, str]) -> NDArray[np.bool_]:
        """Which features are stored; repairs `geometries` in place and tells of every one that isn't."""
        keep = np.ones(len(geometries), dtype=bool)
        keep[list(wrong)] = False
        for index, reason in wrong.items():
            self._tell_of(bucket, index, "citygml.ring", {"reason": reason})
        for index in np.flatnonzero(keep & shapely.is_missing(geometries)).tolist():
            # There are faces, but nothing of them is seen from above.
            self._tell_of(bucket, index, "geometry.degenerate", {})
            keep[index] = False
        at = np.flatnonzero(keep)
        checked = check_geometries(
            geometries[at],
            name=self._name,
            feature_ids=[bucket.features[index].id for index in at],
            lines=[bucket.features[index].line for index in at],
        )
        bucket.problems += checked.problems
        geometries[at] = checked.geometries
        keep[at] = checked.keep
        for feature in np.flatnonzero(~keep):
            bucket.count_refused(bucket.features[feature])
        return keep

    def _tell_of(self, bucket: _Bucket, index: int, rule: str, told: Mapping[str, str]) -> None:
        feature = bucket.features[index]
        bucket.problems.append(Problem(rule, self._name, feature.id, feature.line, parameters=told))

    def _frame(
        self, package: str, bucket: _Bucket, geometries: NDArray[Any], keep: NDArray[np.bool_]
    ) -> gpd.GeoDataFrame:
        at = np.flatnonzero(keep)
        features = [bucket.features[index] for index in at]
        records = [bucket.records[index] for index in at]
        columns: dict[str, Any] = {"feature_id": pd.Series([one.id for one in features], dtype="object")}
        own: dict[str, list[object]] = {
            "feature_type": [one.type for one in features],
            "lod": [one.lod for one in features],
            "source_file": [self._source_file] * len(features),
        }
        for column in COLUMNS[package]:
            values = own.get(column.name) or [record.get(column.name) for record in records]
            if column.name in _OPTIONAL and all(value is None for value in values):
                continue
            columns[column.name] = pd.Series(values, dtype=_DTYPES[column.type])
        columns["attributes"] = pd.Series([one.attributes for one in features], dtype="object")
        return gpd.GeoDataFrame(columns, geometry=geometries[at], crs="EPSG:4326")

    def _batch(
        self,
        part: str,
        kind: GeometryType,
        frame: gpd.GeoDataFrame,
        columns: Sequence[Column],
        problems: Sequence[Problem],
        counts: tuple[Count, ...],
        axes: Axes | None,
        levels: Sequence[LevelCount],
        surfaces: Surfaces | None = None,
    ) -> Batch:
        return Batch(
            part=part,
            geometry_type=kind,
            features=frame,
            columns=tuple(columns),
            problems=tuple(problems),
            counts=counts,
            crs=axes.name if axes else "EPSG:4326",
            vertical_datum=axes.vertical_datum if axes else None,
            surfaces=surfaces,
            levels=tuple(levels),
        )


def _checked(frame: gpd.GeoDataFrame, surfaces: Surfaces | None, stored: Sequence[Feature], name: str) -> list[Problem]:
    from geo.check import check_features  # compiles its loops; only who reads features pays for that

    return check_features(frame, surfaces, name=name, lines=[one.line for one in stored])


def _checked_bodies(bodies: Bodies, features: Sequence[Feature], package: str, name: str) -> list[Problem]:
    """Also of features that are not stored: then it says why."""
    from geo.check import check_surfaces

    ids, lines = [one.id for one in features], [one.line for one in features]
    return check_surfaces(bodies.surfaces, ids, name=name, lines=lines, flat=bodies.flat, package=package)


def _without_told(found: Iterable[Problem], told: Iterable[Problem], features: Iterable[Feature]) -> Iterator[Problem]:
    """Without outlines that cross themselves where the gate has said that already."""
    gated = {one.feature for one in told if one.rule in ("geometry.invalid", "geometry.repaired")}
    outlines = {(one.id, one.lod) for one in features if one.id in gated}
    for one in found:
        if one.rule != "face.self_intersection" or (one.feature, one.parameters["lod"]) not in outlines:
            yield one


def _no_features() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"feature_id": pd.Series([], dtype="object")}, geometry=[], crs="EPSG:4326")


def _counts(bucket: _Bucket, stored: Sequence[Feature]) -> tuple[Count, ...]:
    kept: dict[tuple[str, str], int] = {}
    for feature in stored:
        key = (feature.type, feature.lod)
        kept[key] = kept.get(key, 0) + 1
    keys = dict.fromkeys(chain(kept, bucket.refused))
    return tuple(
        Count(*key, kept.get(key, 0) + bucket.refused.get(key, 0), kept.get(key, 0), bucket.refused.get(key, 0))
        for key in keys
    )


def _add_heights(records: Sequence[Record], outlines: Outlines) -> None:
    """Heights where nobody measured any, and the ground: a height of 0 means that nobody knew it."""
    for index, record in enumerate(records):
        if "height_source" not in record:
            return  # What lies on the ground has no height.
        low, high = float(outlines.lowest[index]), float(outlines.highest[index])
        ground = low if low and low == low else float(outlines.ground[index])
        record["ground_m"] = ground if ground and ground == ground else None
        if record["height_m"] is None and 0 < high - low < 1000:
            record["height_m"], record["height_source"] = round(high - low, 3), "lod1"


def _path(text: str, dimension: int, axes: Axes) -> NDArray[np.float64]:
    """Points as x east, y north; ValueError says what is wrong."""
    try:
        numbers = np.array(text.split(), dtype=np.float64)
    except ValueError as error:
        raise ValueError("not a number") from error
    if not len(numbers):
        raise ValueError("no coordinates")
    if len(numbers) % dimension:
        raise ValueError("numbers left over")
    xy = numbers.reshape(-1, dimension)[:, :2]
    return xy[:, ::-1] if axes.north_first else xy


def _line(parts: Sequence[NDArray[np.float64]]) -> Any:
    if any(len(part) < 2 for part in parts):
        raise ValueError("fewer than 2 points")
    lines: list[Any] = [shapely.linestrings(part) for part in parts]
    return lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)


def _points(parts: Sequence[NDArray[np.float64]]) -> Any:
    points: Any = shapely.points(np.concatenate(parts))
    return points[0] if len(points) == 1 else shapely.multipoints(points)
