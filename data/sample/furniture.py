"""Bodies of lamps and trees."""

from data.sample.body import Corner, Frame, level, loft, prism, regular

Rings = list[list[Corner]]


def lamp(frame: Frame, ground: float, height: float, *, corners: int) -> tuple[Rings, Rings]:
    """Post with an arm over the carriageway, and the light at its end; the frame's left is the carriageway."""
    foot = frame.x, frame.y
    top = round(ground + height, 2)
    post = loft([level(regular(foot, 0.11, corners), ground), level(regular(foot, 0.07, corners), top)])
    arm = prism(frame.box(-0.05, 0.05, 0.0, 1.9), round(top - 0.12, 2), top)
    head = loft([
        level(frame.box(-0.12, 0.12, 1.35, 2.05), round(top - 0.26, 2)),
        level(frame.box(-0.18, 0.18, 1.25, 2.15), round(top - 0.12, 2)),
    ])  # fmt: skip
    return [*post, *arm], head


_ROUND = ((0.30, 0.42), (0.42, 0.88), (0.60, 1.0), (0.80, 0.80), (0.95, 0.38), (1.0, 0.10))
_PLAIN = ((0.30, 0.55), (0.55, 1.0), (1.0, 0.15))
"""Crowns from below: share of the tree's height, share of the crown's radius."""


def tree(
    place: tuple[float, float], ground: float, height: float, *, detailed: bool, turn: float
) -> tuple[Rings, Rings]:
    """Trunk and crown."""
    corners, radius = (8, 0.25 * height) if detailed else (5, 0.25 * height)
    trunk = loft([
        level(regular(place, 0.035 * height, 5, turn), ground),
        level(regular(place, 0.025 * height, 5, turn), round(ground + 0.34 * height, 2)),
    ])  # fmt: skip
    levels = _ROUND if detailed else _PLAIN
    crown = loft([level(regular(place, radius * share, corners, turn), round(ground + height * up, 2))
                  for up, share in levels])  # fmt: skip
    return trunk, crown
