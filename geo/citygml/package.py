"""PLATEAU's packages: which one a file and a feature belong to."""

import re
from pathlib import PurePosixPath

FLOODS = frozenset({"fld", "tnm", "htd", "ifld", "rfld"})
"""Inundation by rivers, tsunami, high tide, inland waters, reservoirs."""
READ = FLOODS | frozenset(
    {
        *("area", "bldg", "brid", "cons", "frn", "gen", "lsld", "luse", "rwy", "squr", "tran", "trk", "tun", "ubld"),
        *("unf", "urf", "veg", "wtr", "wwy"),
    }
)
"""As features; `dem` is terrain."""
KNOWN = READ | {"dem"}

_BY_TYPE = {
    "bldg:Building": "bldg",
    "brid:Bridge": "brid",
    "dem:ReliefFeature": "dem",
    "frn:CityFurniture": "frn",
    "grp:CityObjectGroup": "gen",
    "luse:LandUse": "luse",
    "tran:Railway": "rwy",
    "tran:Road": "tran",
    "tran:Square": "squr",
    "tran:Track": "trk",
    "tun:Tunnel": "tun",
    "urf:SedimentDisasterProneArea": "lsld",
    "uro:OtherConstruction": "cons",
    "uro:UndergroundBuilding": "ubld",
    "uro:Waterway": "wwy",
    "veg:PlantCover": "veg",
    "veg:SolitaryVegetationObject": "veg",
}
_OF_PREFIX = {"uro": "unf"}
"""Nearly all of i-UR's own classes are utility networks."""
_SHARED_TYPES = {"wtr:WaterBody": FLOODS | {"wtr"}, "gen:GenericCityObject": frozenset({"lsld", "gen"})}
_FLOOD_BY_RISK = (
    ("River", "fld"),
    ("Tsunami", "tnm"),
    ("HighTide", "htd"),
    ("Inland", "ifld"),
    ("Reservoir", "rfld"),
)
_SCALE = re.compile(r"_(l[12])(?=_|\.|$)", re.IGNORECASE)


def package_of_file(name: str) -> str | None:
    """`tnm` of `udx/tnm/22_4/523856_tnm_6697_op.gml`: the file's own name counts more than its folders."""
    path = PurePosixPath(name)
    words = [*path.name.split(".")[0].split("_"), *reversed(path.parts[:-1])]
    return next((word for word in words if word in KNOWN), None)


def package_of_feature(feature_type: str, file_package: str | None) -> str:
    """By its type where that says it; water bodies and generic objects are what their file is."""
    if feature_type in _BY_TYPE:
        return _BY_TYPE[feature_type]
    prefix = feature_type.partition(":")[0]
    if prefix == "urf":
        return file_package if file_package in ("urf", "area", "lsld") else "urf"
    if feature_type in _SHARED_TYPES and file_package not in _SHARED_TYPES[feature_type]:
        return prefix
    return file_package or _OF_PREFIX.get(prefix, prefix if prefix in KNOWN else "gen")


def flood_package(risk_types: list[str]) -> str | None:
    """Which flood a water body is of, by its risk attribute, where the file's name doesn't say."""
    for word, package in _FLOOD_BY_RISK:
        if any(word in risk for risk in risk_types):
            return package
    return None


def scale_of_file(name: str) -> str | None:
    """`L2` of `52385628_fld_6697_l2_op.gml`: L1 the planned scale, L2 the largest assumed."""
    found = _SCALE.search(PurePosixPath(name).name)
    return found[1].upper() if found else None
