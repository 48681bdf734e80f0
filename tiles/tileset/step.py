"""The steps of building a tileset: planned and cut in parts, each part built, all joined in one archive."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from geo.memory import give_memory_back
from geo.surface import Surfaces
from tiles.errors import EmptyInputError
from tiles.tileset.archive import TilesetWriter
from tiles.tileset.content import Bodies
from tiles.tileset.document import write_document
from tiles.tileset.frame import Frame
from tiles.tileset.job import Content, Made, Part, Planned, Task, TilesetSummary
from tiles.tileset.packed import Packed, pack
from tiles.tileset.part import split_tree, write_parts
from tiles.tileset.plan import plan_tileset
from tiles.tileset.tree import Node

LEAF_ATLAS = 2_048
"""Texels along one side of the largest atlas of a leaf, and of a tile for far views."""
FAR_ATLAS = 512
_EXTERNAL_TILES = 400
"""Tiles from which each part of the city has its own tileset.json."""
_NO_FEATURES = np.zeros(0, dtype=np.int32)


def plan_parts(task: Task) -> Planned:
    """EmptyInputError where nothing stands in space."""
    plan = plan_tileset(task.surfaces)
    if plan is None:
        raise EmptyInputError(task.surfaces)
    above, roots = split_tree(plan.root)
    parts = write_parts(plan, above, roots, task.features, task.surfaces, task.columns, task.scratch)
    planned = Planned(
        _bare(plan.root),
        frozenset(node.name for node in roots if node is not plan.root and node.children),
        (plan.frame.lon, plan.frame.lat),
        len(plan.fine),
        plan.box,
        tuple(parts),
    )
    del plan, above, roots
    give_memory_back()
    return planned


def _bare(node: Node) -> Node:
    return replace(node, features=_NO_FEATURES, children=[_bare(child) for child in node.children])


def build_part(task: Task, middle: tuple[float, float], part: Part) -> Made:
    """Builds the tiles of `part` into its file `out`; its other files are gone then. OffGeoidError."""
    made = _built(task, Frame(*middle), part)
    for path in (part.surfaces, part.attributes):
        path.unlink()
    give_memory_back()
    return made


def _built(task: Task, frame: Frame, part: Part) -> Made:
    surfaces, attributes = Surfaces.from_table(_read_ipc(part.surfaces)), _read_ipc(part.attributes)
    bodies = Bodies(surfaces, frame, task.geoid, task.images)
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
                title=task.title,
            )
            file = pack(pieces)
            packed.append((file.crc, file.size, out.write(file.deflated)))
    return Made(contents, tuple(packed), part.out, frozenset(bodies.damaged))


def _read_ipc(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_stream(file).read_all()


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
