"""Classes of water depth: the national ranks, what codelists call theirs, and the national colours."""

import re
import unicodedata
from dataclasses import dataclass
from math import inf

from geo.text import Text

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BELOW = ("未満", "以下", "<", "まで")
_ABOVE = ("以上", "超", ">", "~", "-")
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class DepthRange:
    """Metres of water: `minimum` <= depth < `maximum`."""

    minimum: float
    maximum: float

    @property
    def text(self) -> Text:
        low, high = f"{self.minimum:g}", f"{self.maximum:g}"
        if self.maximum == inf:
            return Text(f"{low}m以上", f"{low} m or more")
        if self.minimum == 0:
            return Text(f"{high}m未満", f"below {high} m")
        return Text(f"{low}m以上{high}m未満", f"{low} to {high} m")


RANKS = {
    1: DepthRange(0, 0.5),
    2: DepthRange(0.5, 3),
    3: DepthRange(3, 5),
    4: DepthRange(5, 10),
    5: DepthRange(10, 20),
    6: DepthRange(20, inf),
}
"""The ranks of the Ministry of Land, Infrastructure, Transport and Tourism, as PLATEAU codes them."""

RANK_COLOURS = {1: "#F7F5A9", 2: "#FFD8C0", 3: "#FFB7B7", 4: "#FF9191", 5: "#F285C9", 6: "#DC7ADC"}
"""Those of the national hazard portal."""

_COLOURS = (
    (DepthRange(0, 0.3), "#FFFFB3"),
    (DepthRange(0, 0.5), "#F7F5A9"),
    (DepthRange(0.3, 1), "#F8E1A6"),
    (DepthRange(0.5, 1), "#F8E1A6"),
    (DepthRange(0.5, 3), "#FFD8C0"),
    (DepthRange(1, 2), "#FFD8C0"),
    (DepthRange(1, 3), "#FFD8C0"),
    (DepthRange(2, 3), "#FFC7BB"),
    (DepthRange(2, 5), "#FFC7BB"),
    (DepthRange(3, 5), "#FFB7B7"),
    (DepthRange(5, 10), "#FF9191"),
    (DepthRange(10, 20), "#F285C9"),
    (DepthRange(20, inf), "#DC7ADC"),
)
_UNKNOWN_ORDER = ("#FFFFB3", "#F8E1A6", "#FFD8C0", "#FFC7BB", "#FFB7B7", "#FF9191", "#F285C9", "#DC7ADC")


def parse_depth(text: str | None) -> DepthRange | None:
    """`0.5m以上3m未満`, `0.3-1`, `20以上`, `50cm未満` in metres; None for a text that tells no depth."""
    normal = unicodedata.normalize("NFKC", text or "").replace("〜", "~")
    numbers = [float(one) for one in _NUMBER.findall(normal)]
    if "cm" in normal.lower():
        numbers = [one / 100 for one in numbers]
    match numbers:
        case [low, high] if low < high:
            # The first class of the tsunami codelists begins at 1 cm.
            return DepthRange(0 if low <= 0.01 else low, high)
        case [one] if any(word in normal for word in _BELOW):
            return DepthRange(0, one)
        case [one] if any(word in normal for word in _ABOVE):
            return DepthRange(one, inf)
    return None


def rank_of_depth(depth_m: float) -> int:
    return max((rank for rank, known in RANKS.items() if depth_m >= known.minimum), default=1)


def rank_of_range(found: DepthRange) -> int:
    """The national rank of another class; one that spans several ranks counts as the worst it may be."""
    if found.maximum == inf:
        return rank_of_depth(found.minimum)
    return max(rank_of_depth(found.minimum), rank_of_depth(found.maximum - _SLACK))


def colour_of_rank(rank: int, label: str | None) -> str:
    """The national colour of the depth that a label tells; without one, colours in the order of the ranks."""
    found = parse_depth(label)
    if found is None:
        return _UNKNOWN_ORDER[min(max(rank, 1), len(_UNKNOWN_ORDER)) - 1]
    for known, colour in _COLOURS:
        if known == found:
            return colour
    return RANK_COLOURS[rank_of_range(found)]
