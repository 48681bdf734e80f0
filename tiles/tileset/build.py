"""A layer's features in space become a tileset: measured, put in a tree, built part by part, written in one archive."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geo.geoid import GeoidModel
from geo.surface import SURFACES_SCHEMA, Surfaces
from tiles.errors import EmptyInputError
from tiles.tileset.archive import TilesetWriter
from tiles.tileset.content import Bodies, Content
from tiles.tileset.document import write_document
from tiles.tileset.frame import Frame
from tiles.tileset.measured import MEASURED, Measured, measure_group
from tiles.tileset.property_table import plain_columns
from tiles.tileset.tree import Node, Sizes, build_tree

LEAF_ATLAS = 2_048
"""Texels along one side of the largest atlas of a leaf, and of a tile for far views."""
FAR_ATLAS = 512
PART_POINTS = 400_000
"""Corners of polygons that one process works on at a time: some 100 MB."""
PART_TEXTURED_M2 = 600_000.0
"""The same of textured faces: pictures take far longer than corners."""
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
    """Tiles that are built together in one process."""

    surfaces: Path
    attributes: Path
    out: Path
    tiles: tuple[tuple[str, NDArray[np.int64], bool], ...]
    """Name, bodies as rows of the file of surfaces, and whether it is a leaf."""
    frame: Frame
    geoid: GeoidModel
    images: Mapping[str, Path]
    title: str


@dataclass(frozen=True)
class _Made:
    contents: dict[str, Content]
    """Without their files, which stand in `out` one behind the other in this order."""
    sizes: tuple[int, ...]
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
    measured = _measure(surfaces)
    if not len(measured.row):
        raise EmptyInputError(surfaces)
    fine, far = _chosen(measured)
    frame = Frame(
        *(float(number) for number in (measured.box[:, :2].min(axis=0) + measured.box[:, 3:5].max(axis=0)) / 2)
    )
    root = build_tree(_sizes(measured, fine, far, frame))
    parts = _parts(root)
    scratch = Path(mkdtemp(dir=target.parent, prefix="tileset-"))
    try:
        attributes = _attributes(features, columns)
        jobs = _jobs(parts, (fine, far), measured, surfaces, attributes, scratch, frame, geoid, images, title)
        made = list(executor.map(_build, jobs)) if executor else [_build(job) for job in jobs]
        return _write(target, root, parts, made, measured.box[fine], frame, title)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _measure(surfaces: Path) -> Measured:
    """What stands where, from one pass over the file."""
    file = pq.ParquetFile(surfaces)
    groups = [measure_group(file.read_row_group(group, columns=MEASURED)) for group in range(file.num_row_groups)]
    if not groups:
        groups = [measure_group(SURFACES_SCHEMA.empty_table())]
    return Measured.concatenated(groups)


def _chosen(measured: Measured) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each feature the body in its highest level of detail, and the one for far views: LOD1 where there is one and
    nothing is textured. Features in the order of their fid."""
    order = np.lexsort((measured.lod, measured.row))
    row = measured.row[order]
    is_last = np.append(row[1:] != row[:-1], True)
    fine = order[is_last]
    far = fine.copy()
    lod1 = order[measured.lod[order] == 1]
    place = np.searchsorted(measured.row[fine], measured.row[lod1])
    plain = measured.textured_m2[fine[place]] == 0
    far[place[plain]] = lod1[plain]
    return fine, far


def _sizes(measured: Measured, fine: NDArray[np.int64], far: NDArray[np.int64], frame: Frame) -> Sizes:
    box = measured.box[fine]
    middle = np.column_stack([(box[:, :2] + box[:, 3:5]) / 2, np.zeros(len(box))])
    east, north = frame.local(middle).T[:2]
    # Along a degree of latitude; the tree needs it within a few per cent only.
    across = (box[:, 3:5] - box[:, :2]) * 111_000 * np.array([np.cos(np.radians(frame.lat)), 1.0])
    size = np.maximum(np.hypot(*across.T), box[:, 5] - box[:, 2])
    return Sizes(east, north, size, measured.points[fine], measured.points[far], measured.textured_m2[fine])


def _parts(root: Node) -> list[list[Node]]:
    """Nodes that are built together: first all above the parts, then each part of the city."""
    top: list[Node] = []
    parts: list[list[Node]] = []

    def visit(node: Node) -> None:
        is_light = node.points <= PART_POINTS and node.textured_m2 <= PART_TEXTURED_M2
        if is_light or not node.children:
            parts.append(list(node.walk()))
            return
        top.append(node)
        for child in node.children:
            visit(child)

    visit(root)
    return [top, *parts] if top else parts


def _jobs(
    parts: Sequence[Sequence[Node]],
    chosen: tuple[NDArray[np.int64], NDArray[np.int64]],
    measured: Measured,
    surfaces: Path,
    attributes: pa.Table,
    scratch: Path,
    frame: Frame,
    geoid: GeoidModel,
    images: Mapping[str, Path],
    title: str,
) -> list[_Job]:
    fine, far = chosen
    tiles_of = [[(node, (far if node.children else fine)[node.features]) for node in part] for part in parts]
    bodies_of = [np.unique(np.concatenate([bodies for _, bodies in tiles])) for tiles in tiles_of]
    jobs = []
    for number, (tiles, bodies) in enumerate(zip(tiles_of, bodies_of, strict=True)):
        rows = attributes.take(pa.array(measured.row[bodies]))
        _write_ipc(scratch / f"{number}.attributes", [rows])
        own = tuple((node.name, np.searchsorted(bodies, one), not node.children) for node, one in tiles)
        jobs.append(
            _Job(
                scratch / f"{number}.surfaces",
                scratch / f"{number}.attributes",
                scratch / f"{number}.tiles",
                own,
                frame,
                geoid,
                images,
                title,
            )
        )
    _spread(surfaces, [(job.surfaces, bodies) for job, bodies in zip(jobs, bodies_of, strict=True)])
    return jobs


def _spread(surfaces: Path, wanted: Sequence[tuple[Path, NDArray[np.int64]]]) -> None:
    """Copies the bodies of each part, sorted indices over the whole file, into a file of their own: one pass."""
    file = pq.ParquetFile(surfaces)
    with ExitStack() as open_:
        writers = [open_.enter_context(pa.ipc.new_stream(str(path), SURFACES_SCHEMA)) for path, _ in wanted]
        begin = 0
        for group in range(file.num_row_groups):
            end = begin + file.metadata.row_group(group).num_rows
            ranges = [np.searchsorted(bodies, (begin, end)) for _, bodies in wanted]
            if any(low < high for low, high in ranges):
                table = file.read_row_group(group).combine_chunks()
                for writer, (_, bodies), (low, high) in zip(writers, wanted, ranges, strict=True):
                    if low < high:
                        writer.write_table(table.take(pa.array(bodies[low:high] - begin)).unify_dictionaries())
            begin = end


def _write_ipc(path: Path, tables: Sequence[pa.Table]) -> None:
    with pa.ipc.new_stream(str(path), tables[0].schema) as writer:
        for table in tables:
            writer.write_table(table)


def _read_ipc(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_stream(file).read_all()


def _attributes(features: Path, columns: Sequence[str]) -> pa.Table:
    """fid, feature_id and the columns of all features, of types that glTF can say."""
    names = ["feature_id", *(name for name in columns if name not in ("fid", "feature_id"))]
    table = plain_columns(pq.read_table(features, columns=names), names)
    return table.add_column(0, "fid", pa.array(np.arange(len(table), dtype=np.uint32)))


def _build(job: _Job) -> _Made:
    bodies = Bodies(Surfaces.from_table(_read_ipc(job.surfaces)), job.frame, job.geoid, job.images)
    attributes = _read_ipc(job.attributes)
    contents: dict[str, Content] = {}
    sizes = []
    with job.out.open("wb") as out:
        for name, chosen, is_leaf in job.tiles:
            content = bodies.content(
                chosen,
                attributes.take(pa.array(chosen)),
                atlas_side=LEAF_ATLAS if is_leaf else FAR_ATLAS,
                exact=is_leaf,
                title=job.title,
            )
            sizes.append(out.write(content.glb))
            contents[name] = content.without_file()
    for path in (job.surfaces, job.attributes):
        path.unlink()
    return _Made(contents, tuple(sizes), job.out, frozenset(bodies.damaged))


def _write(
    target: Path,
    root: Node,
    parts: Sequence[Sequence[Node]],
    made: Sequence[_Made],
    boxes: NDArray[np.float64],
    frame: Frame,
    title: str,
) -> TilesetSummary:
    contents = {name: content for one in made for name, content in one.contents.items()}
    is_large = len(contents) > _EXTERNAL_TILES
    external = {part[0].name: part[0] for part in parts if part[0] is not root and part[0].children} if is_large else {}
    names = frozenset(external)
    partial = made[0].out.with_name("archive")  # where nothing stays of what fails
    with TilesetWriter(partial) as archive:
        archive.write("tileset.json", write_document(root, contents, names, transform=frame.transform, title=title))
        for name, node in external.items():
            archive.write(f"{name}.json", write_document(node, contents, names, above="../../"))
        for one in made:
            for name, glb in zip(one.contents, _files(one), strict=True):
                archive.write(f"{name}.glb", glb)
    partial.rename(target)
    leaves = [contents[node.name] for node in root.walk() if not node.children]
    west, south, low = (float(number) for number in boxes[:, :3].min(axis=0))
    east, north, high = (float(number) for number in boxes[:, 3:].max(axis=0))
    return TilesetSummary(
        features=len(boxes),
        tiles=len(contents),
        triangles=sum(leaf.triangles for leaf in leaves),
        flat_faces=sum(leaf.flat_faces for leaf in leaves),
        bytes=target.stat().st_size,
        texture_texels=sum(content.texels for content in contents.values()),
        damaged_images=tuple(sorted(set().union(*(one.damaged for one in made)))),
        bounds=(west, south, east, north),
        heights_m=(low, high),
    )


def _files(made: _Made) -> Iterator[bytes]:
    with made.out.open("rb") as file:
        for size in made.sizes:
            yield file.read(size)
