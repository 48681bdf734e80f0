"""The steps of building a tileset: planned and cut in parts, each part built, all joined in one archive."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from geo.memory import give_memory_back
from tiles.errors import EmptyInputError
from tiles.tileset.archive import TilesetWriter
from tiles.tileset.attribute_file import read_attributes, write_attributes
from tiles.tileset.body_file import BodyFile, BodyWriter
from tiles.tileset.content import Bodies
from tiles.tileset.document import write_document
from tiles.tileset.frame import Frame
from tiles.tileset.job import Content, Made, Part, Planned, Task, TilesetSummary
from tiles.tileset.packed import Packed, pack
from tiles.tileset.part import cut_parts, split_tree
from tiles.tileset.plan import plan_tileset
from tiles.tileset.property_table import Properties
from tiles.tileset.tree import Node

LEAF_ATLAS = 2_048
"""Texels along one side of the largest atlas of a leaf, and of a tile for far views."""
FAR_ATLAS = 512
_EXTERNAL_TILES = 400
"""Tiles from which each part of the city has its own tileset.json."""
_NO_FEATURES = np.zeros(0, dtype=np.int32)


def plan_parts(task: Task) -> Planned:
    """EmptyInputError where nothing stands in space."""
    with BodyWriter(task.bodies) as bodies:
        plan = plan_tileset(task.surfaces, bodies)
    if plan is None:
        raise EmptyInputError(task.surfaces)
    parts = cut_parts(plan, task.scratch)
    roots = frozenset(node.name for node in split_tree(plan.root)[1] if node is not plan.root and node.children)
    middle = plan.frame.lon, plan.frame.lat
    planned = Planned(_bare(plan.root), roots, middle, len(plan.fine), plan.box, tuple(parts))
    del plan
    give_memory_back()
    write_attributes(task.features, task.columns, task.attributes)
    give_memory_back()
    return planned


def _bare(node: Node) -> Node:
    return replace(node, features=_NO_FEATURES, children=[_bare(child) for child in node.children])


def build_part(task: Task, middle: tuple[float, float], part: Part) -> Made:
    """Builds the tiles of `part` into its file. OffGeoidError."""
    made = _built(task, Frame(*middle), part)
    if task.images:  # Without pictures the next part needs just as much.
        give_memory_back()
    return made


def _built(task: Task, frame: Frame, part: Part) -> Made:
    chosen = np.unique(np.concatenate([bodies for _, bodies, _ in part.tiles]))
    shapes = BodyFile(task.bodies).take(chosen.astype(np.int64))
    fids = np.unique(shapes.row)
    properties = Properties(read_attributes(task.attributes, fids))
    bodies = Bodies(shapes, frame, task.geoid, task.images)
    contents: dict[str, Content] = {}
    packed = []
    with part.out.open("wb") as out:
        for name, shown, is_leaf in part.tiles:
            own = np.searchsorted(chosen, shown)
            pieces, contents[name] = bodies.content(
                own,
                properties,
                np.searchsorted(fids, shapes.row[own]),
                atlas_side=LEAF_ATLAS if is_leaf else FAR_ATLAS,
                exact=is_leaf,
                title=task.title,
            )
            file = pack(pieces)
            packed.append((file.crc, file.size, out.write(file.deflated)))
    return Made(contents, tuple(packed), part.out, frozenset(bodies.damaged))


def join_parts(task: Task, planned: Planned, made: Sequence[Made]) -> TilesetSummary:
    """Writes the archive."""
    contents = {name: content for one in made for name, content in one.contents.items()}
    partial = task.scratch / "archive"  # where nothing stays of what fails
    _write(partial, task, planned, made, contents)
    partial.rename(task.target)
    leaves = [contents[node.name] for node in planned.root.walk() if not node.children]
    west, south, low, east, north, high = planned.box
    return TilesetSummary(
        features=planned.features,
        tiles=len(contents),
        triangles=sum(leaf.triangles for leaf in leaves),
        flat_faces=sum(leaf.flat_faces for leaf in leaves),
        bytes=task.target.stat().st_size,
        texture_texels=sum(content.texels for content in contents.values()),
        damaged_images=tuple(sorted(set().union(*(one.damaged for one in made)))),
        bounds=(west, south, east, north),
        heights_m=(low, high),
    )


def _write(target: Path, task: Task, planned: Planned, made: Sequence[Made], contents: dict[str, Content]) -> None:
    root = planned.root
    names = planned.external if len(contents) > _EXTERNAL_TILES else frozenset[str]()
    external = [node for node in root.walk() if node.name in names]
    transform = Frame(*planned.middle).transform
    with TilesetWriter(target) as archive:
        archive.write("tileset.json", write_document(root, contents, names, transform=transform, title=task.title))
        for node in external:
            archive.write(f"{node.name}.json", write_document(node, contents, names, above="../../"))
        for one in made:
            for name, glb in zip(one.contents, _files(one), strict=True):
                archive.write_packed(f"{name}.glb", glb)


def _files(made: Made) -> Iterator[Packed]:
    with made.out.open("rb") as file:
        for crc, size, deflated in made.packed:
            yield Packed(file.read(deflated), crc, size)
