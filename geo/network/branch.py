"""A medial axis as branches between junctions, without spurs into corners, and with one node a junction."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.network.compiled import compiled
from geo.network.medial_axis import MedialAxis

SPUR = 1.0
"""A branch that ends somewhere is kept when it leads further than this many radii out of the circle it begins in.

The spur into a right-angled corner leads out by 0.41 radii, into a corner of 60 degrees by 1.
"""
_STRAIGHT_RADII = 3.0
"""The direction of a street's end is that of its last piece, this many radii long."""


@dataclass(frozen=True, eq=False)
class Branches:
    """Branch i leads along the vertices start[i]:start[i + 1], from node ends[i, 0] to node ends[i, 1]."""

    xy: NDArray[np.float64]
    """(k, 2): vertices, metres."""
    radius: NDArray[np.float64]
    """(k,): metres to the outline."""
    start: NDArray[np.int64]
    ends: NDArray[np.int64]
    """(b, 2)"""

    @property
    def length(self) -> NDArray[np.float64]:
        """(b,): metres."""
        steps = np.zeros(len(self.xy))
        steps[1:] = np.hypot(*np.diff(self.xy, axis=0).T)
        steps[self.start[:-1]] = 0
        return np.add.reduceat(steps, self.start[:-1]) if len(self.ends) else np.zeros(0)

    @property
    def end_radius(self) -> NDArray[np.float64]:
        """(b, 2)"""
        return np.column_stack([self.radius[self.start[:-1]], self.radius[self.start[1:] - 1]])


def street_branches(axis: MedialAxis, *, spur: float = SPUR) -> Branches:
    """What is left of the axis as streets: spurs pruned, dead ends drawn out to the outline, junctions merged."""
    links = axis.links
    while True:
        nodes, start, of_link = _traced(axis, links)
        branches = Branches(axis.xy[nodes], axis.radius[nodes], start, _ends(nodes, start))
        doomed = _spurs(branches, spur)
        if not doomed.any():
            return _merged(_drawn_out(branches))
        links = links[~doomed[of_link]]


def _traced(
    axis: MedialAxis, links: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Nodes of all branches, where each branch starts in them, and the branch of each link."""
    tail, head = np.r_[links[:, 0], links[:, 1]], np.r_[links[:, 1], links[:, 0]]
    order = np.argsort(tail, kind="stable")
    start = np.zeros(len(axis.xy) + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=len(axis.xy)), out=start[1:])
    link = order % max(len(links), 1)
    nodes, begin, of_link = _trace(start, head[order], link, len(links))
    return nodes, begin, of_link


@compiled
def _trace(start, head, link, count):  # type: ignore[no-untyped-def]
    """Follows the links from every node that has not two of them, then round the rings that are left."""
    of_link = np.full(count, -1, np.int64)
    nodes = np.empty(2 * count, np.int64)
    begin = np.empty(count + 1, np.int64)
    size, branches = 0, 0
    for turn in range(2):
        for first in range(len(start) - 1):
            if turn == 0 and start[first + 1] - start[first] == 2:
                continue
            for j in range(start[first], start[first + 1]):
                if of_link[link[j]] >= 0:
                    continue
                begin[branches] = size
                nodes[size] = first
                size += 1
                i = j
                while True:
                    of_link[link[i]] = branches
                    u = head[i]
                    nodes[size] = u
                    size += 1
                    if u == first or start[u + 1] - start[u] != 2:
                        break
                    i = start[u] if of_link[link[start[u]]] < 0 else start[u] + 1
                branches += 1
    begin[branches] = size
    return nodes[:size].copy(), begin[: branches + 1].copy(), of_link


def _ends(nodes: NDArray[np.int64], start: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.column_stack([nodes[start[:-1]], nodes[start[1:] - 1]])


def _spurs(branches: Branches, spur: float) -> NDArray[np.bool_]:
    """(b,): branches with one loose end that hardly lead out of the circle they begin in, and lone ones not longer than
    they are wide."""
    loose = _loose(branches)
    radius = branches.end_radius
    tip = np.where(loose[:, 0], radius[:, 0], radius[:, 1])
    root = np.where(loose[:, 0], radius[:, 1], radius[:, 0])
    leads_out = branches.length + tip - root
    is_spur = (loose.sum(axis=1) == 1) & (leads_out < spur * root)
    is_blot = loose.all(axis=1) & (branches.length < radius.sum(axis=1))
    return np.asarray(is_spur | is_blot)


def _loose(branches: Branches) -> NDArray[np.bool_]:
    """(b, 2): ends at which nothing else begins."""
    return np.asarray(np.bincount(branches.ends.ravel())[branches.ends] == 1)


def _drawn_out(branches: Branches) -> Branches:
    """The axis of a dead end stops half a width before it: the last vertex is moved on, to the outline."""
    xy = branches.xy.copy()
    for branch, side in np.argwhere(_loose(branches)):
        rows = np.arange(branches.start[branch], branches.start[branch + 1])
        rows = rows if side == 1 else rows[::-1]
        line, tip = branches.xy[rows], rows[-1]
        away = np.hypot(*(line - line[-1]).T)
        behind = int(np.flatnonzero(away >= min(_STRAIGHT_RADII * branches.radius[tip], away.max()))[-1])
        if away[behind] > 0:
            xy[tip] += (line[-1] - line[behind]) / away[behind] * branches.radius[tip]
    return replace(branches, xy=xy)


def _merged(branches: Branches) -> Branches:
    """One node for junctions that lie in each other's circle; vertices in a junction's circle give way to straight
    lines from its middle."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = int(branches.ends.max(initial=-1)) + 1
    degree = np.bincount(branches.ends.ravel(), minlength=count)
    is_joint = (degree[branches.ends] > 2).all(axis=1)
    short = is_joint & (branches.length < branches.end_radius.max(axis=1))
    pairs = branches.ends[short]
    graph = coo_array((np.ones(len(pairs), np.bool_), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, group = connected_components(graph, directed=False)
    kept = replace(branches, ends=group[branches.ends])
    return _straightened(kept, np.flatnonzero(~short), _middles(branches, kept.ends), _widest(branches, kept.ends))


def _middles(branches: Branches, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """(groups, 2): mean place of a group's branch ends."""
    flat = groups.ravel()
    places = np.stack([branches.xy[branches.start[:-1]], branches.xy[branches.start[1:] - 1]], axis=1).reshape(-1, 2)
    count = np.maximum(np.bincount(flat), 1)
    return np.column_stack([np.bincount(flat, places[:, axis]) / count for axis in (0, 1)])


def _widest(branches: Branches, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """(groups,): radius of a junction; 0 at a loose end, which keeps its line."""
    widest = np.zeros(int(groups.max(initial=-1)) + 1)
    np.maximum.at(widest, groups.ravel(), branches.end_radius.ravel())
    return np.where(np.bincount(groups.ravel(), minlength=len(widest)) > 1, widest, 0)


def _straightened(
    branches: Branches, rows: NDArray[np.int64], middle: NDArray[np.float64], widest: NDArray[np.float64]
) -> Branches:
    lines, radii, ends = [], [], []
    for row in rows:
        inside = slice(branches.start[row], branches.start[row + 1])
        first, last = branches.ends[row]
        line, radius = branches.xy[inside], branches.radius[inside]
        far = (np.hypot(*(line - middle[first]).T) > widest[first]) & (
            np.hypot(*(line - middle[last]).T) > widest[last]
        )
        between = np.flatnonzero(far)
        if first == last and not len(between):
            continue
        body = slice(between[0], between[-1] + 1) if len(between) else slice(0, 0)
        lines.append(np.concatenate([middle[first][None], line[body], middle[last][None]]))
        radii.append(np.concatenate([radius[:1], radius[body], radius[-1:]]))
        ends.append((first, last))
    if not lines:
        return Branches(np.zeros((0, 2)), np.zeros(0), np.zeros(1, np.int64), np.zeros((0, 2), np.int64))
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    return Branches(np.concatenate(lines), np.concatenate(radii), start, np.array(ends, np.int64))


def simplified(branches: Branches, tolerance: float) -> Branches:
    """Fewer vertices, none further than `tolerance` from the line (Douglas and Peucker 1973)."""
    if not len(branches.ends):
        return branches
    row = np.repeat(np.arange(len(branches.ends)), np.diff(branches.start))
    lines = shapely.simplify(shapely.linestrings(branches.xy, indices=row), tolerance)
    xy = shapely.get_coordinates(lines)
    start = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(lines))])
    return Branches(xy, np.full(len(xy), np.nan), start, branches.ends)
