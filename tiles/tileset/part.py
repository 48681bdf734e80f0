"""The parts of a city that are built one by one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tiles.tileset.job import Part
from tiles.tileset.plan import Plan
from tiles.tileset.tree import Node

PART_POINTS = 400_000
"""Corners of polygons that one process works on at a time: some 100 MB."""
PART_TEXTURED_M2 = 600_000.0
"""The same of textured faces: pictures take far longer than corners."""


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


def cut_parts(plan: Plan, folder: Path) -> list[Part]:
    """The tree in parts, first those of far views."""
    above, roots = split_tree(plan.root)
    groups = [*grouped(above, plan), *([*root.walk()] for root in roots)]
    return [_part(plan, nodes, folder / f"{number}.tiles") for number, nodes in enumerate(groups)]


def _part(plan: Plan, nodes: Sequence[Node], out: Path) -> Part:
    shown = [(plan.far if node.children else plan.fine)[node.features] for node in nodes]
    return Part(tuple((node.name, own, not node.children) for node, own in zip(nodes, shown, strict=True)), out)


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
