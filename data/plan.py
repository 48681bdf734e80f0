"""All that decides one layer of an import before its features are merged, and what the layer is called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data.detect import DATASETS, Source, SourceKind
from data.piece import Earlier
from data.record import SourceFile, VersionRecord
from data.shard import PartResult, surfaces_path
from data.staged import StagedLayer
from geo import Group, Portrayal, Problem, Text

if TYPE_CHECKING:
    # What reads files and grids: who only hands plans on loads nothing of it.
    from data.places import Places
    from geo.raster import RasterSummary
    from geo.terrain import TerrainPiece


@dataclass(frozen=True)
class LayerPlan:
    """All that decides one layer of an import, before its features are merged."""

    id: str
    name: str
    """Name of the input: a dataset's folder, a file's stem."""
    key: str
    """Which layer of the input."""
    source: Source
    parts: tuple[PartResult, ...]
    files: tuple[SourceFile, ...]
    content_hash: str
    siblings: tuple[str, ...]
    """Keys of all layers of the input that have features."""
    title: str | None
    group: Group | None
    attribution: str | None
    licence: str | None
    pieces: "tuple[tuple[Source, TerrainPiece], ...]" = ()
    """Heights of the ground, one of each source that has any."""
    grid: "tuple[RasterSummary, Path] | None" = None
    """One that was written already."""

    places: "Places | None" = None
    """Of a table of towns: where its areas come from."""
    joined: str | None = None
    """Name of the seamless layer that the import joins."""
    earlier: Earlier | None = None
    """What that layer holds; None where the import makes a layer of its own."""

    @property
    def bytes(self) -> int:
        """Of the features that are waiting for it, on the ground and in space."""
        files = [file for part in self.parts for shard in part.shards for file in (shard, surfaces_path(shard))]
        return sum(file.stat().st_size for file in files if file.exists())


_FLAT = frozenset({"luse", "lsld", "urf", "area"})
"""Packages that are drawn on the ground: their place in space says nothing more."""
_ROADS = frozenset({"tran", "rwy", "trk", "squr", "wwy"})
_LEAST_LOD_OF_ROADS = 3
"""The lower ones lie flat, in many files at height 0."""


def least_lod(kind: SourceKind, part: str) -> int | None:
    """The lowest level of detail that is drawn in space; None for what isn't."""
    package = part.partition("-")[0]
    if kind is not SourceKind.CITYGML or package in _FLAT:
        return None
    return _LEAST_LOD_OF_ROADS if package in _ROADS else 0


def layer_title(plan: LayerPlan, shown: Text) -> Text:
    """The asked title; else what the layer shows, and for a dataset of several layers which dataset it is from."""
    if plan.title:
        return _told_apart(plan, shown, plan.title)
    if plan.source.kind not in DATASETS | {SourceKind.FEED}:
        return shown
    own = f"{plan.name} {_of_part(plan)}".strip()
    return Text(f"{shown.ja}({own})", f"{shown.en} ({own})")


def _told_apart(plan: LayerPlan, shown: Text, title: str) -> Text:
    """One title for several layers: the kind of each follows it, or river and scale where all are of one kind."""
    if len(plan.siblings) < 2:
        return Text.same(title)
    if {key.split("-")[0] for key in plan.siblings} == {_part(plan)}:
        words = [set(key.split("-")) for key in plan.siblings]
        own = set(plan.key.split("-")) - words[0].intersection(*words)
        return Text.same(f"{title} {_with_scale('-'.join(sorted(own)))}".strip())
    return Text(f"{title} {shown.ja}", f"{title} {shown.en}")


def _of_part(plan: LayerPlan) -> str:
    """`kanogawa_kanogawa L2` of a flood: which river, and which of the two scales of rain."""
    return _with_scale(plan.key.removeprefix(_part(plan)).strip("-"))


def _part(plan: LayerPlan) -> str:
    return plan.parts[0].part if plan.parts else plan.key


def _with_scale(key: str) -> str:
    return re.sub(r"-?\b(l[12])$", lambda scale: f" {scale.group(1).upper()}", key).strip()


def staged(
    plan: LayerPlan, folder: Path, portrayal: Portrayal, record: VersionRecord, problems: Sequence[Problem]
) -> StagedLayer:
    """What the plan says of a version that lies complete in `folder`."""
    return StagedLayer(
        id=plan.id,
        folder=folder,
        title=layer_title(plan, portrayal.title),
        group=plan.group or portrayal.group,
        attribution=plan.attribution,
        licence=plan.licence,
        content_hash=plan.content_hash,
        record=record,
        problems=problems,
        based_on=plan.earlier.version if plan.earlier else None,
    )
