"""Disaster risks of a feature, in the older and newer attributes of i-UR and in generic attributes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import attrgetter

from geo.citygml.attribute_kind import Leaf
from geo.citygml.depth import RANKS, parse_depth, rank_of_depth, rank_of_range
from geo.citygml.facts import Facts, Leaves
from geo.citygml.value import NotANumberError, parse_code, parse_measure

RIVER, TSUNAMI, HIGH_TIDE, INLAND, RESERVOIR, LANDSLIDE = (
    "flood",
    "tsunami",
    "high_tide",
    "inland",
    "reservoir",
    "landslide",
)
FLOODS = (RIVER, TSUNAMI, HIGH_TIDE, INLAND, RESERVOIR)

_BY_TYPE = (
    ("RiverFlooding", RIVER),
    ("Tsunami", TSUNAMI),
    ("HighTide", HIGH_TIDE),
    ("InlandFlooding", INLAND),
    ("ReservoirFlooding", RESERVOIR),
    ("LandSlide", LANDSLIDE),
)
_BY_SET = (
    ("土砂災害", LANDSLIDE),
    ("津波", TSUNAMI),
    ("高潮", HIGH_TIDE),
    ("内水", INLAND),
    ("雨水出水", INLAND),
    ("ため池", RESERVOIR),
)
_SCALES = {"1": "L1", "2": "L2"}
"""Codes of RiverFloodingRiskAttribute_scale: the planned scale and the largest assumed."""

AREA_TYPES = {
    1: "土砂災害警戒区域(指定済)",
    2: "土砂災害特別警戒区域(指定済)",
    3: "土砂災害警戒区域(指定前)",
    4: "土砂災害特別警戒区域(指定前)",
}
_AREA_ORDER = {2: 0, 4: -1, 1: -2, 3: -3}
"""Highest is worst."""
DISASTER_TYPES = {1: "急傾斜地の崩落", 2: "土石流", 3: "地すべり"}


@dataclass(frozen=True, slots=True)
class Flood:
    kind: str
    description: str | None
    """Which river or which assumption."""
    code: int | None
    """The rank as the dataset codes it."""
    label: str | None
    """What its own codelist says of the code."""
    rank: int | None
    """The national rank 1 to 6."""
    depth_m: float | None
    scale: str | None
    """`L1` or `L2`."""
    duration_h: float | None

    severity: tuple[float, float, int] = field(init=False)
    """National rank; where ranks aren't known, depth or code."""
    text: str = field(init=False)
    """One line for a popup."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "severity", (self.rank or 0, self.depth_m or 0, self.code or 0))
        facts = [
            self.label or (RANKS[self.rank].text.ja if self.rank in RANKS else None),
            f"{self.depth_m:g}m" if self.depth_m is not None else None,
            f"{self.duration_h:g}時間" if self.duration_h is not None else None,
        ]
        where = " ".join(filter(None, (self.description, self.scale)))
        object.__setattr__(self, "text", ": ".join(filter(None, (where, " ".join(filter(None, facts))))))


@dataclass(frozen=True, slots=True)
class Landslide:
    area_type: int | None
    area_label: str | None
    disaster_type: int | None
    disaster_label: str | None


def floods(facts: Facts) -> Iterator[Flood]:
    for type_name, leaves in facts.risks:
        kind = _kind_of_type(type_name)
        if kind in FLOODS:
            yield _flood(kind, tuple(leaves.items()))
    for name, leaves in facts.generic_sets:
        if "浸水ランク" in leaves or "浸水深" in leaves:
            yield _generic_flood(name, leaves)


@cache
def _kind_of_type(type_name: str) -> str | None:
    return next((kind for word, kind in _BY_TYPE if word in type_name), None)


def landslides(facts: Facts) -> Iterator[Landslide]:
    for type_name, leaves in facts.risks:
        if "LandSlide" in type_name:
            yield _landslide(leaves, ("uro:areaType",), ("uro:description",))
    for name, leaves in facts.generic_sets:
        if "土砂災害" in name:
            yield _landslide(leaves, ("区域区分",), ("現象区分", "現象の種類"))


def worst(found: Sequence[Flood]) -> Flood:
    """The one with the highest national rank; where ranks aren't known, with the deepest water or highest code."""
    return max(found, key=attrgetter("severity"))


def worst_landslide(found: Iterable[Landslide]) -> Landslide | None:
    return max(found, key=lambda one: _AREA_ORDER.get(one.area_type or 0, -9), default=None)


@lru_cache(maxsize=20_000)
def _flood(kind: str, items: tuple[tuple[str, Leaf], ...]) -> Flood:
    """Neighbours stand in the same water."""
    leaves = dict(items)
    name = "uro:rank" if "uro:rank" in leaves else "uro:rankOrg"
    text, label = leaves.get(name, (None, None))
    code = parse_code(text)
    description = leaves.get("uro:description", (None, None))
    depth = _measure(leaves, "uro:depth")
    return Flood(
        kind,
        # A code without its codelist names no river.
        description[1] or (description[0] if parse_code(description[0]) is None else None),
        code,
        label,
        _rank(code, label, depth, national=name == "uro:rank"),
        depth,
        _SCALES.get(leaves.get("uro:scale", ("", None))[0]),
        _duration(leaves),
    )


def _generic_flood(name: str, leaves: Leaves) -> Flood:
    kind = next((kind for word, kind in _BY_SET if word in name), RIVER)
    code = parse_code(leaves.get("浸水ランク", (None, None))[0])
    depth = _measure(leaves, "浸水深")
    scale = leaves.get("規模", ("", None))[0].upper()
    duration = _measure(leaves, "浸水継続時間") or _measure(leaves, "継続時間")
    return Flood(
        kind,
        name or None,
        code,
        None,
        _rank(code, None, depth, national=kind != TSUNAMI),
        depth,
        scale if scale in ("L1", "L2") else _scale_of(name),
        duration,
    )


def _scale_of(name: str) -> str | None:
    if "想定最大規模" in name:
        return "L2"
    return "L1" if "計画規模" in name else None


def _rank(code: int | None, label: str | None, depth: float | None, *, national: bool) -> int | None:
    """By the codelist's own words; by the national code; by the depth; in this order of trust."""
    if (told := parse_depth(label)) is not None:
        return rank_of_range(told)
    if national and code in RANKS:
        return code
    return rank_of_depth(depth) if depth is not None and depth > 0 else None


def _measure(leaves: Leaves, name: str) -> float | None:
    try:
        return parse_measure(leaves.get(name, (None, None))[0])
    except NotANumberError:
        return None


def _duration(leaves: Leaves) -> float | None:
    """Hours."""
    duration = _measure(leaves, "uro:duration")
    unit = (leaves.get("uro:duration", ("", None))[1] or "hour").lower()
    if duration is None:
        return None
    if unit.startswith("min"):
        return duration / 60
    return duration * 24 if unit.startswith("d") else duration


def _landslide(leaves: Leaves, area: tuple[str, ...], disaster: tuple[str, ...]) -> Landslide:
    area_type, area_label = _code(leaves, area)
    disaster_type, disaster_label = _code(leaves, disaster)
    return Landslide(
        area_type,
        area_label or AREA_TYPES.get(area_type or 0),
        disaster_type,
        disaster_label or DISASTER_TYPES.get(disaster_type or 0),
    )


def _code(leaves: Leaves, names: tuple[str, ...]) -> tuple[int | None, str | None]:
    text, label = next((leaves[name] for name in names if name in leaves), (None, None))
    return parse_code(text), label


def zone(leaves: Leaves, facts: Facts) -> Landslide | None:
    """What a landslide zone is itself, as a feature of its own."""
    if "urf:areaType" in leaves or "urf:disasterType" in leaves:
        return _landslide(leaves, ("urf:areaType",), ("urf:disasterType",))
    return next(landslides(facts), None)
