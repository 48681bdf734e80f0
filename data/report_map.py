"""A small map of where problems are, as SVG without anything from outside: circles on a frame with its corners."""

import math

from data.report import Report
from geo import Language, Severity, Text

_WIDTH, _MOST_HEIGHT, _EDGE = 680.0, 560.0, 34.0
_COLOURS = {Severity.ERROR: "#b3261e", Severity.WARNING: "#b26a00", Severity.NOTE: "#3b6ea5"}
_LABEL = Text("問題の場所の地図", "Map of the problems' places")


def report_map(report: Report, language: Language) -> str:
    """An `<svg>` element; empty where no problem has a place."""
    bounds = report.bounds()
    if bounds is None:
        return ""
    middle = math.cos(math.radians((bounds.south + bounds.north) / 2))
    wide, high = (bounds.east - bounds.west) * middle, bounds.north - bounds.south
    scale = min((_WIDTH - 2 * _EDGE) / wide, (_MOST_HEIGHT - 2 * _EDGE) / high)
    width, height = wide * scale + 2 * _EDGE, high * scale + 2 * _EDGE
    marks = []
    for lon, lat, severity, count in report.circles():
        x, y = _EDGE + (lon - bounds.west) * middle * scale, _EDGE + (bounds.north - lat) * scale
        radius = min(12.0, 3.0 + 1.5 * math.log2(count))
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{_COLOURS[severity]}">'
            f"<title>{lat:.5f}, {lon:.5f}: {count:,}</title></circle>"
        )
    corners = (
        f'<text x="{_EDGE:.0f}" y="{height - 12:.0f}">{bounds.south:.4f}, {bounds.west:.4f}</text>'
        f'<text x="{width - _EDGE:.0f}" y="22" text-anchor="end">{bounds.north:.4f}, {bounds.east:.4f}</text>'
    )
    frame = f'<rect x="1" y="1" width="{width - 2:.0f}" height="{height - 2:.0f}"/>'
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img"'
        f' aria-label="{_LABEL.in_language(language)}">'
        f"{frame}{''.join(marks)}{_scale_bar(width, height, scale)}{corners}</svg>"
    )


def _scale_bar(width: float, height: float, scale: float) -> str:
    """A round length in metres, at most a fifth of the map; one degree of latitude is 111.2 km."""
    most = (width - 2 * _EDGE) / 5 / scale * 111_195
    digits = 10.0 ** math.floor(math.log10(most))
    metres = next(digits * step for step in (5, 2, 1) if digits * step <= most)
    length = metres / 111_195 * scale
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    right, y = width - _EDGE, height - 16
    return (
        f'<path d="M{right - length:.1f} {y - 4:.0f}v4h{length:.1f}v-4"/>'
        f'<text x="{right - length - 6:.1f}" y="{y:.0f}" text-anchor="end">{words}</text>'
    )
