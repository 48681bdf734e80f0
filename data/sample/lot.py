"""Lots of a block and the outlines of the houses on them. Plain floats: a lot has four or five corners."""

from dataclasses import dataclass
from math import hypot

import numpy as np
import shapely
from numpy.random import PCG64, Generator
from shapely import Polygon

from data.sample.block import Block, Site
from data.sample.district import FABRIC, District
from data.sample.subdivision import Box, box_around

Corner = tuple[float, float, bool]
"""East, north in metres, and whether the edge that starts here lies on a street."""
Ring = list[tuple[float, float]]
"""Counter-clockwise, not closed."""

_GAP_M = 0.45
"""Between a wall and the border of its lot."""


@dataclass(frozen=True, slots=True)
class House:
    """An outline on its lot, before anything else is known of it."""

    ring: Ring
    lot_m2: float
    street: tuple[float, float]
    """Middle of the front of the lot."""
    order: float
    """0..1: the houses with the largest order are left out first."""
    role: str
    """Which building of a site it is; empty on an ordinary lot."""


_LARGEST: dict[District, tuple[float, float]] = {
    District.CORE: (32, 26), District.OLD_TOWN: (10, 14), District.PORT: (48, 30), District.INDUSTRY: (95, 70),
    District.ROADSIDE: (42, 34), District.MIXED: (17, 13), District.SUBURB: (12.5, 9.5), District.FARMLAND: (15, 11),
    District.HILL: (12, 10),
}  # fmt: skip
_SETBACK: dict[District, tuple[float, float]] = {
    District.CORE: (0.5, 1.0), District.OLD_TOWN: (0.5, 0.5), District.PORT: (2, 3), District.INDUSTRY: (4, 6),
    District.ROADSIDE: (5, 9), District.MIXED: (1, 2), District.SUBURB: (1.5, 3.0), District.FARMLAND: (2, 6),
    District.HILL: (2, 2),
}  # fmt: skip


def houses(block: Block, seed: int) -> list[House]:
    """All houses the block has room for, the same at every call."""
    random = Generator(PCG64([seed, 4, block.number]))
    if block.site in _EMPTY_SITES:
        return []
    box = box_around(block.area)
    hull = [(x, y, True) for x, y in shapely.get_coordinates(block.area.convex_hull.normalize())[::-1][:-1].tolist()]
    lots = block.site is Site.NONE
    found = _lot_houses(hull, block, box, random) if lots else _site_houses(block, box, random)
    return _inside(found, block.area)


def _inside(found: list[House], area: Polygon) -> list[House]:
    """The hull of a bent block reaches over the street: houses there are left out."""
    if not found or area.area > 0.999 * area.convex_hull.area:
        return found
    shapely.prepare(area)
    kept = shapely.contains_properly(area, [Polygon(house.ring) for house in found])
    return [house for house, keep in zip(found, kept, strict=True) if keep]


def _lot_houses(hull: list[Corner], block: Block, box: Box, random: Generator) -> list[House]:
    fabric = FABRIC[block.district]
    axes = (float(box.along[0]), float(box.along[1]))
    draws = random.random((256, 2)).ravel().tolist()
    lots: list[list[Corner]] = []
    _divide(hull, axes, fabric.lot_m, draws, lots)
    picks = random.random((len(lots), 7)).tolist()
    found = []
    for lot, pick in zip(lots, picks, strict=True):
        house = _house(lot, block.district, fabric.cover, fabric.built, pick)
        if house is not None:
            found.append(house)
    return found


def _divide(
    lot: list[Corner],
    axes: tuple[float, float],
    size: tuple[float, float],
    draws: list[float],
    lots: list[list[Corner]],
    large: bool = False,
) -> None:
    """Halves along the block's axes until a lot has about the usual frontage and depth."""
    ax, ay = axes
    along = [x * ax + y * ay for x, y, _ in lot]
    across = [y * ax - x * ay for x, y, _ in lot]
    low, high = min(along), max(along)
    near, far = min(across), max(across)
    length, depth = high - low, far - near
    front, deep = size
    draw = draws.pop() if draws else 0.5
    if not large and length < 4.4 * front and draw < 0.055:
        front, large = 2.2 * front, True
    if depth > 1.38 * deep:
        parts = max(2, round(depth / deep))
        at = near + depth * (parts // 2) / parts + (draw - 0.5) * 0.08 * depth
        pieces = _split(lot, -ay, ax, at)
    elif length > 1.42 * front:
        parts = max(2, round(length / front))
        at = low + length * (parts // 2) / parts + (draw - 0.5) * 0.22 * length / parts
        pieces = _split(lot, ax, ay, at)
    else:
        lots.append(lot)
        return
    for piece in pieces:
        if len(piece) > 2:
            _divide(piece, axes, (front, deep), draws, lots, large)


def _split(lot: list[Corner], nx: float, ny: float, at: float) -> tuple[list[Corner], list[Corner]]:
    """Both sides of the line nx * x + ny * y = at; the new edge is no street."""
    below: list[Corner] = []
    above: list[Corner] = []
    values = [x * nx + y * ny - at for x, y, _ in lot]
    for k, (corner, value) in enumerate(zip(lot, values, strict=True)):
        after, next_value = lot[(k + 1) % len(lot)], values[(k + 1) % len(lot)]
        crosses = (value < 0) != (next_value < 0)
        mine, other = (below, above) if value < 0 else (above, below)
        mine.append(corner)
        if crosses:
            t = value / (value - next_value)
            x, y = corner[0] + t * (after[0] - corner[0]), corner[1] + t * (after[1] - corner[1])
            mine.append((x, y, False))
            other.append((x, y, corner[2]))
    return below, above


def _house(lot: list[Corner], district: District, cover: float, built: float, pick: list[float]) -> House | None:
    front = _front(lot)
    if front is None:
        return None
    (x0, y0), (ux, uy), length = front
    nx, ny = -uy, ux
    s_values = [(x - x0) * ux + (y - y0) * uy for x, y, _ in lot]
    t_values = [(x - x0) * nx + (y - y0) * ny for x, y, _ in lot]
    low, high, deep = min(s_values), max(s_values), max(t_values)
    widest, deepest = _LARGEST[district]
    if high - low > 22 and district in (District.SUBURB, District.MIXED, District.OLD_TOWN):
        widest, deepest = 34, 13
    set_low, set_more = _SETBACK[district]
    setback = set_low + set_more * pick[0]
    grow = 0.88 + 0.24 * pick[1]
    width = min((high - low) * cover * grow, widest * (0.8 + 0.2 * pick[2]))
    depth = min((deep - setback) * cover * grow, deepest * (0.8 + 0.2 * pick[3]))
    slack = max(deep - setback - depth - _GAP_M, 0)
    s, t = (low + high) / 2 + (pick[4] - 0.5) * 0.3 * max(high - low - width, 0), setback + depth / 2 + 0.35 * slack
    fit = _fit(lot, (x0 + s * ux + t * nx, y0 + s * uy + t * ny), (ux, uy), width / 2, depth / 2)
    width, depth = width * fit, depth * fit
    if min(width, depth) < 4.2 or width * depth < 28:
        return None
    centre = (x0 + s * ux + t * nx, y0 + s * uy + t * ny)
    ring = _outline(centre, (ux, uy), width / 2, depth / 2, pick[5], district)
    order = pick[6] if pick[6] < built else 2 + pick[6]
    area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(lot, lot[1:] + lot[:1], strict=True))) / 2
    return House(ring, area, (x0 + length / 2 * ux, y0 + length / 2 * uy), order, "") if order < 2 else None


def _front(lot: list[Corner]) -> tuple[tuple[float, float], tuple[float, float], float] | None:
    """Start, direction and length of the longest edge on a street."""
    best = None
    longest = 4.0
    for k, (x, y, street) in enumerate(lot):
        if street:
            x1, y1, _ = lot[(k + 1) % len(lot)]
            length = hypot(x1 - x, y1 - y)
            if length > longest:
                best, longest = ((x, y), ((x1 - x) / length, (y1 - y) / length), length), length
    return best


def _fit(
    lot: list[Corner], centre: tuple[float, float], axis: tuple[float, float], half_w: float, half_d: float
) -> float:
    """How far the rectangle must shrink about its centre to keep its gap to every border; at most 1."""
    cx, cy = centre
    ux, uy = axis
    fit = 1.0
    for k, (x, y, _) in enumerate(lot):
        x1, y1, _ = lot[(k + 1) % len(lot)]
        length = hypot(x1 - x, y1 - y)
        if length < 1e-6:
            continue
        nx, ny = (y1 - y) / length, (x - x1) / length
        room = (x - cx) * nx + (y - cy) * ny - _GAP_M
        reach = abs(nx * ux + ny * uy) * half_w + abs(ny * ux - nx * uy) * half_d
        fit = min(fit, room / reach)
    return fit


_RECTANGLE = ((-1, -1), (1, -1), (1, 1), (-1, 1))
_SHAPES: tuple[tuple[tuple[float, float], ...], ...] = (
    ((-1, -1), (0.25, -1), (0.25, -0.45), (1, -0.45), (1, 1), (-1, 1)),
    ((-1, -0.5), (-0.3, -0.5), (-0.3, -1), (1, -1), (1, 1), (-1, 1)),
    ((-1, -1), (1, -1), (1, 0.3), (0.35, 0.3), (0.35, 1), (-1, 1)),
    ((-1, -1), (1, -1), (1, 1), (-0.2, 1), (-0.2, 0.55), (-1, 0.55)),
    ((-1, -0.7), (-0.35, -0.7), (-0.35, -1), (0.4, -1), (0.4, -0.7), (1, -0.7), (1, 1), (-1, 1)),
    ((-1, -1), (1, -1), (1, 0.6), (0.5, 0.6), (0.5, 1), (-0.6, 1), (-0.6, 0.8), (-1, 0.8)),
)
_COURT = ((-1, -1), (1, -1), (1, 1), (0.45, 1), (0.45, -0.1), (-0.45, -0.1), (-0.45, 1), (-1, 1))


def _outline(
    centre: tuple[float, float], axis: tuple[float, float], half_w: float, half_d: float, pick: float, kind: District
) -> Ring:
    plain = 0.42 if kind in (District.SUBURB, District.MIXED, District.FARMLAND) else 0.7
    shape: tuple[tuple[float, float], ...] = _RECTANGLE
    if pick > plain:
        shape = _SHAPES[min(int((pick - plain) / (1 - plain) * len(_SHAPES)), len(_SHAPES) - 1)]
    return _placed(shape, centre, axis, half_w, half_d)


def _placed(
    shape: tuple[tuple[float, float], ...],
    centre: tuple[float, float],
    axis: tuple[float, float],
    half_w: float,
    half_d: float,
) -> Ring:
    (cx, cy), (ux, uy) = centre, axis
    return [(cx + s * half_w * ux - t * half_d * uy, cy + s * half_w * uy + t * half_d * ux) for s, t in shape]


_EMPTY_SITES = (Site.PARK, Site.PARKING, Site.FIELD)
_PLANS: dict[Site, tuple[tuple[str, float, float, float, float, bool], ...]] = {
    # Role, place along and across (-1..1 of the block), largest width and depth in metres, court.
    Site.ELEMENTARY: (("school", 0.0, 0.62, 78, 16, False), ("gym", 0.62, -0.45, 34, 24, False)),
    Site.JUNIOR_HIGH: (("school", -0.1, 0.6, 84, 30, True), ("gym", 0.6, -0.5, 38, 26, False)),
    Site.HIGH_SCHOOL: (("school", 0.0, 0.62, 96, 34, True), ("gym", -0.62, -0.5, 40, 28, False),
                       ("hall", 0.62, -0.55, 24, 18, False)),
    Site.HOSPITAL: (("hospital", 0.0, 0.15, 78, 46, True),),
    Site.CITY_HALL: (("city_hall", 0.0, 0.2, 70, 34, False), ("annex", -0.6, -0.6, 24, 14, False)),
    Site.LIBRARY: (("library", 0.0, 0.1, 42, 30, False),),
    Site.FIRE_STATION: (("fire_station", 0.0, 0.15, 34, 20, False), ("tower", 0.72, -0.6, 6, 6, False)),
    Site.COMMUNITY_CENTRE: (("community_centre", -0.1, 0.1, 30, 19, False),),
    Site.TEMPLE: (("temple", 0.0, 0.25, 17, 15, False), ("priest", -0.62, -0.3, 12, 9, False)),
    Site.STATION: (("station", 0.0, 0.0, 70, 16, False),),
    Site.FISH_MARKET: (("market", 0.0, 0.1, 110, 26, False),),
}  # fmt: skip


def _site_houses(block: Block, box: Box, random: Generator) -> list[House]:
    # The yard of a school lies to the south of its building, as everywhere in Japan.
    turn = 1.0 if box.across[1] >= 0 else -1.0
    axis = (float(box.along[0]) * turn, float(box.along[1]) * turn)
    order = 0.001 * random.random()
    street = (float(box.centre[0]), float(box.centre[1]))
    found: list[House] = []
    for role, s, t, width, depth, court in _PLANS[block.site]:
        half_w, half_d = min(width / 2, 0.44 * box.long_m), min(depth / 2, 0.34 * box.short_m)
        ds, dt = s * (box.long_m / 2 - half_w - 2), t * (box.short_m / 2 - half_d - 2)
        cx, cy = street[0] + ds * axis[0] - dt * axis[1], street[1] + ds * axis[1] + dt * axis[0]
        ring = _largest_fit(block.area, (cx, cy), axis, half_w, half_d, court)
        if ring and not any(Polygon(other.ring).intersects(Polygon(ring)) for other in found):
            found.append(House(ring, block.area.area, street, order, role))
    return found


def _largest_fit(
    area: Polygon, centre: tuple[float, float], axis: tuple[float, float], half_w: float, half_d: float, court: bool
) -> Ring:
    for fit in np.arange(1.0, 0.3, -0.08).tolist():
        outer = _placed(_RECTANGLE, centre, axis, half_w * fit + _GAP_M, half_d * fit + _GAP_M)
        if area.contains(Polygon(outer)):
            return _placed(_COURT if court else _RECTANGLE, centre, axis, half_w * fit, half_d * fit)
    return []
