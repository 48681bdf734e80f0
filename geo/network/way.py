"""What an OpenStreetMap way is to somebody on foot, in a wheelchair, on a bicycle: the table of tags, with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class WayKind(IntEnum):
    """Stored as one byte an edge; numbers are never reused."""

    FOOTWAY = 1
    PEDESTRIAN = 2
    STEPS = 3
    CROSSING = 4
    PATH = 5
    CYCLEWAY = 6
    LIVING_STREET = 7
    RESIDENTIAL = 8
    SERVICE = 9
    TRACK = 10
    UNCLASSIFIED = 11
    TERTIARY = 12
    SECONDARY = 13
    PRIMARY = 14
    TRUNK = 15
    PLATFORM = 16
    INDOOR = 17
    OTHER = 18


class LeftOut(StrEnum):
    """Why a way is no part of the network; `osm.REASON` in the catalogue of rules says it to people."""

    MOTORWAY = "motorway"
    MOTOR_ROAD = "motor_road"
    NOT_BUILT = "not_built"
    PRIVATE = "private"
    FORBIDDEN = "forbidden"
    FERRY = "ferry"
    NO_WAY = "no_way"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Way:
    """What the tags say of a whole way."""

    kind: WayKind
    walk: bool
    wheelchair: bool
    """Nothing known stands in the way: no steps, no `wheelchair=no`, no surface a wheelchair sinks into."""
    bicycle: bool
    direction: int = 0
    """On foot: 0 both ways, 1 only as drawn (an escalator), -1 only against it."""


_KINDS = {
    "footway": WayKind.FOOTWAY,
    "pedestrian": WayKind.PEDESTRIAN,
    "steps": WayKind.STEPS,
    "crossing": WayKind.CROSSING,
    "path": WayKind.PATH,
    "bridleway": WayKind.PATH,
    "cycleway": WayKind.CYCLEWAY,
    "living_street": WayKind.LIVING_STREET,
    "residential": WayKind.RESIDENTIAL,
    "service": WayKind.SERVICE,
    "track": WayKind.TRACK,
    "unclassified": WayKind.UNCLASSIFIED,
    "road": WayKind.UNCLASSIFIED,
    "tertiary": WayKind.TERTIARY,
    "tertiary_link": WayKind.TERTIARY,
    "secondary": WayKind.SECONDARY,
    "secondary_link": WayKind.SECONDARY,
    "primary": WayKind.PRIMARY,
    "primary_link": WayKind.PRIMARY,
    # In Japan these are national roads, with houses and pavements along them; `motorroad` and `foot` say otherwise.
    "trunk": WayKind.TRUNK,
    "trunk_link": WayKind.TRUNK,
    "platform": WayKind.PLATFORM,
    "corridor": WayKind.INDOOR,
    "elevator": WayKind.INDOOR,
    "emergency_access_point": WayKind.OTHER,
}
_NOT_BUILT = frozenset({"construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished"})
_OPEN = frozenset({"yes", "designated", "permissive", "official", "destination", "public"})
_CLOSED = frozenset({"no", "private", "agricultural", "forestry", "military", "delivery", "permit", "use_sidepath"})
_PRIVATE = frozenset({"private", "agricultural", "forestry", "military", "delivery", "permit"})
_SOFT = frozenset({"sand", "mud", "rock", "stepping_stones", "grass", "ground", "dirt", "earth", "pebblestone"})
_ROUGH = frozenset({"very_bad", "horrible", "very_horrible", "impassable"})
_NO_BICYCLE = frozenset({WayKind.STEPS, WayKind.PLATFORM, WayKind.INDOOR, WayKind.FOOTWAY, WayKind.CROSSING})
_NO_BICYCLE_UNLESS_SAID = _NO_BICYCLE | {WayKind.PEDESTRIAN}
_CONVEYING = {"forward": 1, "backward": -1}


def judge_way(tags: Mapping[str, str]) -> Way | LeftOut:
    """Whether people may use a way, and how; else the reason why not."""
    kind = _kind(tags)
    if isinstance(kind, LeftOut):
        return kind
    walk, bicycle = _may_walk(tags), _may_cycle(tags, kind)
    if not walk and not bicycle:
        closed = tags.get("foot") or tags.get("access", "")
        return LeftOut.PRIVATE if closed in _PRIVATE else LeftOut.FORBIDDEN
    return Way(kind, walk, walk and _wheels_pass(tags, kind), bicycle, _direction(tags))


def _kind(tags: Mapping[str, str]) -> WayKind | LeftOut:
    highway = tags.get("highway", "")
    if not highway:
        return _without_highway(tags)
    if highway in ("motorway", "motorway_link"):
        return LeftOut.MOTORWAY
    if tags.get("motorroad") == "yes" and tags.get("foot") not in _OPEN:
        return LeftOut.MOTOR_ROAD
    if highway in _NOT_BUILT:
        return LeftOut.NOT_BUILT
    if "crossing" in (tags.get("footway"), tags.get("path"), tags.get("cycleway")) and highway != "steps":
        return WayKind.CROSSING
    return _KINDS.get(highway, LeftOut.NO_WAY)


def _without_highway(tags: Mapping[str, str]) -> WayKind | LeftOut:
    if tags.get("route") == "ferry":
        return LeftOut.FERRY
    if "platform" in (tags.get("railway"), tags.get("public_transport")):
        return WayKind.PLATFORM
    return WayKind.OTHER if tags.get("man_made") == "pier" else LeftOut.NO_WAY


def _may_walk(tags: Mapping[str, str]) -> bool:
    """`foot` has the last word over `access`."""
    foot = tags.get("foot")
    if foot is not None:
        return foot not in _CLOSED
    return tags.get("access") not in _CLOSED


def _may_cycle(tags: Mapping[str, str], kind: WayKind) -> bool:
    said = tags.get("bicycle")
    if said is not None:
        return said in _OPEN
    return tags.get("access") not in _CLOSED and kind not in _NO_BICYCLE_UNLESS_SAID


def _wheels_pass(tags: Mapping[str, str], kind: WayKind) -> bool:
    if kind is WayKind.STEPS:
        return tags.get("ramp:wheelchair") == "yes" or tags.get("wheelchair") in ("yes", "designated")
    said = tags.get("wheelchair")
    if said is not None:
        return said != "no"
    return tags.get("surface") not in _SOFT and tags.get("smoothness") not in _ROUGH


def _direction(tags: Mapping[str, str]) -> int:
    for key in ("oneway:foot", "foot:oneway"):
        if tags.get(key) in ("yes", "-1"):
            return 1 if tags[key] == "yes" else -1
    return _CONVEYING.get(tags.get("conveying", ""), 0)
