"""A layer's features in space become a tileset: measured, put in a tree, built part by part, written in one archive."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from geo.geoid import GeoidModel
from geo.memory import give_memory_back
from geo.surface import Surfaces
from tiles.errors import EmptyInputError
from tiles.tileset.archive import TilesetWriter
from tiles.tileset.content import Bodies
from tiles.tileset.document import Content, write_document
from tiles.tileset.frame import Frame
from tiles.tileset.packed import Packed, pack
from tiles.tileset.part import Part, split_tree, write_parts
from tiles.tileset.plan import Plan, plan_tileset
from tiles.tileset.tree import Node

LEAF_ATLAS = 2_048
"""Texels along one side of the largest atlas of a leaf, and of a tile for far views."""
FAR_ATLAS = 512
_EXTERNAL_TILES = 400
"""Tiles from which each part of the city has its own tileset.json."""


@dataclass(frozen=True)
class TilesetSummary:
    features: int
    tiles: int
    triangles: int
    """Of the leaves."""
    flat_faces: int
    """Faces without an area, which are not drawn."""
    bytes: int
    texture_texels: int
    """Of all atlases."""
    damaged_images: tuple[str, ...]
    """Names of images that can't be read; their faces are drawn plain."""
    bounds: tuple[float, float, float, float]
    """West, south, east, north in degrees."""
    heights_m: tuple[float, float]
    """Of the lowest and of the highest corner, above T.P."""


@dataclass(frozen=True)
class _Job:
    part: Part
    frame: Frame
    geoid: GeoidModel
    images: Mapping[str, Path]
    title: str


@dataclass(frozen=True)
class _Made:
    contents: dict[str, Content]
    packed: tuple[tuple[int, int, int], ...]
    """Of the file of each: CRC, size, and size as it is deflated; they stand in `out` behind each other."""
    out: Path
    damaged: frozenset[str]


def build_tileset(
    features: Path,
    surfaces: Path,
    target: Path,
    *,
    columns: Sequence[str],
    geoid: GeoidModel,
    images: Mapping[str, Path],
    title: str,
    executor: Executor | None = None,
) -> TilesetSummary:
    """Writes the 3TZ archive `target`: 3D Tiles 1.1 with all features of `surfaces`, whole, each once in the leaves.

    `features`: GeoParquet with a column `feature_id`, the row number is the fid. `surfaces`: Parquet by
    `SURFACES_SCHEMA` whose `row` is the fid. `columns` of the features become properties. `images`: where the textures
    that the surfaces name lie; a missing one is drawn plain. The same input gives the same bytes.
    OffGeoidError for places off the model's grid.
    """
    plan = plan_tileset(surfaces)
    if plan is None:
        raise EmptyInputError(surfaces)
    above, roots = split_tree(plan.root)
    scratch = Path(mkdtemp(dir=target.parent, prefix="tileset-"))
    try:
        parts = write_parts(plan, above, roots, features, surfaces, columns, scratch)
        jobs = [_Job(part, plan.frame, geoid, images, title) for part in parts]
        made = list(executor.map(_build, jobs)) if executor else [_build(job) for job in jobs]
        return _write(target, plan, roots, made, title)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _read_ipc(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_stream(file).read_all()


def _build(job: _Job) -> _Made:
    part = job.part
    surfaces = Surfaces.from_table(_read_ipc(part.surfaces))
    bodies = Bodies(surfaces, job.frame, job.geoid, job.images)
    attributes = _read_ipc(part.attributes)
    fids = attributes["fid"].to_numpy()
    contents: dict[str, Content] = {}
    packed = []
    with part.out.open("wb") as out:
        for name, chosen, is_leaf in part.tiles:
            pieces, contents[name] = bodies.content(
                chosen.astype(np.int64),
                attributes.take(pa.array(np.searchsorted(fids, surfaces.row[chosen]))),
                atlas_side=LEAF_ATLAS if is_leaf else FAR_ATLAS,
                exact=is_leaf,
                title=job.title,
            )
            file = pack(pieces)
            packed.append((file.crc, file.size, out.write(file.deflated)))
    damaged = frozenset(bodies.damaged)
    for path in (part.surfaces, part.attributes):
        path.unlink()
    del surfaces, bodies, attributes, pieces, file
    give_memory_back()
    return _Made(contents, tuple(packed), part.out, damaged)


def _write(target: Path, plan: Plan, roots: Sequence[Node], made: Sequence[_Made], title: str) -> TilesetSummary:
    root = plan.root
    contents = {name: content for one in made for name, content in one.contents.items()}
    is_large = len(contents) > _EXTERNAL_TILES
    external = {node.name: node for node in roots if node is not root and node.children} if is_large else {}
    names = frozenset(external)
    partial = made[0].out.with_name("archive")  # where nothing stays of what fails
    with TilesetWriter(partial) as archive:
        archive.write(
            "tileset.json", write_document(root, contents, names, transform=plan.frame.transform, title=title)
        )
        for name, node in external.items():
            archive.write(f"{name}.json", write_document(node, contents, names, above="../../"))
        for one in made:
            for name, glb in zip(one.contents, _files(one), strict=True):
                archive.write_packed(f"{name}.glb", glb)
    partial.rename(target)
    leaves = [contents[node.name] for node in root.walk() if not node.children]
    west, south, low, east, north, high = plan.box
    return TilesetSummary(
        features=len(plan.fine),
        tiles=len(contents),
        triangles=sum(leaf.triangles for leaf in leaves),
        flat_faces=sum(leaf.flat_faces for leaf in leaves),
        bytes=target.stat().st_size,
        texture_texels=sum(content.texels for content in contents.values()),
        damaged_images=tuple(sorted(set().union(*(one.damaged for one in made)))),
        bounds=(west, south, east, north),
        heights_m=(low, high),
    )


def _files(made: _Made) -> Iterator[Packed]:
    with made.out.open("rb") as file:
        for crc, size, deflated in made.packed:
            yield Packed(file.read(deflated), crc, size)
