"""The parts of a city that are built one by one: their tiles, and of the features and bodies what they need."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geo.surface import SURFACES_SCHEMA
from tiles.tileset.job import Part
from tiles.tileset.plan import Plan
from tiles.tileset.property_table import integer_columns, plain_columns, wide_integers
from tiles.tileset.tree import Node

PART_POINTS = 400_000
"""Corners of polygons that one process works on at a time: some 100 MB."""
PART_TEXTURED_M2 = 600_000.0
"""The same of textured faces: pictures take far longer than corners."""
_ROWS = 10_000
"""Features that are read at once."""


def split_tree(root: Node) -> tuple[list[Node], list[Node]]:
    """Nodes above the parts of the city, and the root of each part."""
    above: list[Node] = []
    roots: list[Node] = []

    def visit(node: Node) -> None:
        is_light = node.points <= PART_POINTS and node.textured_m2 <= PART_TEXTURED_M2
        if is_light or not node.children:
            roots.append(node)
            return
        above.append(node)
        for child in node.children:
            visit(child)

    visit(root)
    return above, roots


def write_parts(
    plan: Plan,
    above: Sequence[Node],
    roots: Sequence[Node],
    features: Path,
    surfaces: Path,
    columns: Sequence[str],
    folder: Path,
) -> list[Part]:
    """The parts of a split tree, first those of far views, with their files in `folder`."""
    parts, bodies_of = [], []
    for number, nodes in enumerate([*grouped(above, plan), *([*root.walk()] for root in roots)]):
        shown = [(plan.far if node.children else plan.fine)[node.features] for node in nodes]
        bodies = np.unique(np.concatenate(shown))
        bodies_of.append(bodies)
        tiles = tuple(
            (node.name, np.searchsorted(bodies, own).astype(np.int32), not node.children)
            for node, own in zip(nodes, shown, strict=True)
        )
        parts.append(Part(tiles, folder / str(number)))
    _spread_surfaces(surfaces, [(part.surfaces, bodies) for part, bodies in zip(parts, bodies_of, strict=True)])
    fids_of = [np.unique(plan.row[bodies]) for bodies in bodies_of]
    _spread_attributes(features, columns, [(part.attributes, fids) for part, fids in zip(parts, fids_of, strict=True)])
    return parts


def grouped(above: Sequence[Node], plan: Plan) -> Iterator[list[Node]]:
    """As many nodes after each other as one part may hold."""
    group: list[Node] = []
    points, textured_m2 = 0, 0.0
    for node in above:
        own = int(plan.far_points[node.features].sum()), float(plan.textured_m2[node.features].sum())
        points, textured_m2 = points + own[0], textured_m2 + own[1]
        if group and (points > PART_POINTS or textured_m2 > PART_TEXTURED_M2):
            yield group
            group, (points, textured_m2) = [], own
        group.append(node)
    if group:
        yield group


_Wanted = Sequence[tuple[Path, NDArray[np.int32] | NDArray[np.uint32]]]
"""A file for each part, and the rows that it gets, ascending."""


def _spread_surfaces(surfaces: Path, wanted: _Wanted) -> None:
    file = pq.ParquetFile(surfaces)
    groups = (file.read_row_group(group).combine_chunks() for group in range(file.num_row_groups))
    _spread(groups, SURFACES_SCHEMA, wanted)


def _spread_attributes(features: Path, columns: Sequence[str], wanted: _Wanted) -> None:
    """fid, feature_id and the columns, of types that glTF can say."""
    file = pq.ParquetFile(features)
    names = ["feature_id", *(name for name in columns if name not in ("fid", "feature_id"))]
    integers = integer_columns(file.schema_arrow, names)
    wide = wide_integers(file.iter_batches(_ROWS, columns=integers) if integers else ())
    tables = _with_fid(plain_columns(pa.table(batch), names, wide) for batch in file.iter_batches(_ROWS, columns=names))
    first = next(tables, None)
    if first is not None:
        _spread((table for some in ([first], tables) for table in some), first.schema, wanted)


def _with_fid(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    begin = 0
    for table in tables:
        yield table.add_column(0, "fid", pa.array(np.arange(begin, begin + len(table), dtype=np.uint32)))
        begin += len(table)


def _spread(tables: Iterable[pa.Table], schema: pa.Schema, wanted: _Wanted) -> None:
    """Copies the rows of each part, counted over all tables, into a file of their own: one pass."""
    with ExitStack() as open_:
        writers = [open_.enter_context(pa.ipc.new_stream(str(path), schema)) for path, _ in wanted]
        begin = 0
        for table in tables:
            end = begin + len(table)
            for writer, (_, rows) in zip(writers, wanted, strict=True):
                low, high = np.searchsorted(rows, (begin, end))
                if low < high:
                    writer.write_table(table.take(pa.array(rows[low:high] - begin)).unify_dictionaries())
            begin = end
