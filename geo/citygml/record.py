"""From the facts of one feature to the values of its package's columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from geo.citygml import risk, standard
from geo.citygml.attribute_kind import ADDRESS
from geo.citygml.codelist import Codelists
from geo.citygml.depth import RANKS
from geo.citygml.facts import Facts
from geo.citygml.value import (
    NotANumberError,
    parse_code,
    parse_height,
    parse_measure,
    parse_storeys,
    parse_year,
)

Record = dict[str, str | int | float | None]
"""By the name of the column; a value that is missing may be left out."""


@dataclass
class Source:
    """What a feature's file says about all of its features."""

    codelists: Codelists
    scale: str | None = None
    not_numbers: list[tuple[str, str]] = field(default_factory=list)
    """Names and values, of the feature at hand, that should have been numbers."""

    def number(self, facts: Facts, name: str, parse: Callable[[str | None], float | int | None]) -> float | int | None:
        try:
            return parse(facts.text(name))
        except NotANumberError:
            self.not_numbers.append((name, facts.leaves[name][0]))
            return None


def build_record(package: str, feature_type: str, facts: Facts, source: Source) -> Record:
    if package in ("bldg", "ubld"):
        return _building(facts, source)
    if package in RISK_OF_PACKAGE:
        return _flood(package, facts, source)
    if package in _PREFIXES:
        return _thing(package, facts, source)
    return _OTHERS[package](feature_type, facts, source)


RISK_OF_PACKAGE = {
    "fld": risk.RIVER,
    "tnm": risk.TSUNAMI,
    "htd": risk.HIGH_TIDE,
    "ifld": risk.INLAND,
    "rfld": risk.RESERVOIR,
}


def _building(facts: Facts, source: Source) -> Record:
    usage = facts.text("bldg:usage")
    structure = facts.text("uro:buildingStructureType")
    height = source.number(facts, _first(facts, "bldg:measuredHeight", "con:value"), parse_height)
    built = _first(facts, "bldg:yearOfConstruction", "con:dateOfConstruction")
    of_parts = None if height else _height_of_parts(facts, source)
    record: Record = {
        "name": facts.either("gml:name"),
        "height_m": height or of_parts,
        "height_source": "measured" if height else "part" if of_parts else None,
        "storeys_above": source.number(facts, "bldg:storeysAboveGround", parse_storeys),
        "storeys_below": source.number(facts, "bldg:storeysBelowGround", parse_storeys),
        "year": source.number(facts, built, parse_year),
        "usage_code": usage,
        "usage": facts.label("bldg:usage") or standard.label(standard.BUILDING_USAGE, usage),
        "structure": facts.label("uro:buildingStructureType") or standard.label(standard.STRUCTURE, structure),
        "address": facts.text(ADDRESS),
    }
    if facts.risks or facts.generic_sets:
        record.update(_hazards(facts))
    return record


def _first(facts: Facts, *names: str) -> str:
    """What CityGML 2.0 and 3.0 call the same: the name that has a value."""
    for name in names:
        if facts.text(name) is not None:
            return name
    return names[0]


def _height_of_parts(facts: Facts, source: Source) -> float | None:
    heights = [source.number(part, "bldg:measuredHeight", parse_height) for part in facts.parts]
    return max((height for height in heights if height), default=None)


def _hazards(facts: Facts) -> Record:
    record: Record = {}
    of_kinds: dict[str, list[risk.Flood]] = {}
    for flood in risk.floods(facts):
        of_kinds.setdefault(flood.kind, []).append(flood)
    for kind, found in of_kinds.items():
        _add_floods(record, kind, found)
    if landslide := risk.worst_landslide(risk.landslides(facts)):
        labels = filter(None, (landslide.area_label, landslide.disaster_label))
        record["landslide_code"] = landslide.area_type
        record["landslide"] = " ".join(labels) or None
    return record


def _add_floods(record: Record, kind: str, found: list[risk.Flood]) -> None:
    """`found`: of that kind."""
    deepest = risk.worst(found)
    record[f"{kind}_depth_m"] = max([flood.depth_m for flood in found if flood.depth_m is not None], default=None)
    record[kind] = "; ".join([flood.text for flood in found if flood.text]) or None
    if kind == risk.TSUNAMI:
        # The classes of tsunami ranks differ between prefectures: the code only means something with its label.
        rank = record["tsunami_rank"] = deepest.code if deepest.code is not None else deepest.rank
        record["tsunami_rank_label"] = deepest.label or _rank_name(rank)
    else:
        record[f"{kind}_rank"] = deepest.rank


def _flood(package: str, facts: Facts, source: Source) -> Record:
    kind = RISK_OF_PACKAGE[package]
    found = list(risk.floods(facts))
    record: Record = {"name": _name(facts), "scale": source.scale}
    if not found:
        return record
    flood = risk.worst([one for one in found if one.kind == kind] or found)
    rank = flood.code if flood.code is not None else flood.rank
    record |= {
        "rank": rank,
        "rank_label": flood.label or _named_codelist_label(facts, rank, source) or _class_name(kind, rank),
        "depth_m": flood.depth_m,
        "scale": flood.scale or source.scale,
        "duration_h": flood.duration_h,
        "description": flood.description,
    }
    return record


def _named_codelist_label(facts: Facts, rank: int | None, source: Source) -> str | None:
    """Older files name the codelist of a generic rank in a generic attribute beside it."""
    for _, leaves in facts.generic_sets:
        if "浸水ランクフィールド" in leaves and rank is not None:
            codes = source.codelists.find(leaves["浸水ランクフィールド"][0])
            return codes.get(str(rank)) if codes else None
    return None


def _class_name(kind: str, rank: int | None) -> str | None:
    if rank in RANKS and kind != risk.TSUNAMI:
        return RANKS[rank].text.ja
    return _rank_name(rank)


def _rank_name(rank: str | int | float | None) -> str | None:
    return None if rank is None else f"ランク{rank}"


def _name(facts: Facts) -> str | None:
    """A code without its codelist is no name."""
    label, text = facts.label("gml:name"), facts.text("gml:name")
    return label or (text if parse_code(text) is None else None)


def _landslide(feature_type: str, facts: Facts, source: Source) -> Record:
    zone = risk.zone(facts.leaves, facts)
    generic = _first_set(facts)
    return {
        "name": facts.text("urf:zoneName") or generic.get("区域名"),
        "area_type_code": zone.area_type if zone else None,
        "area_type": zone.area_label if zone else None,
        "disaster_type_code": zone.disaster_type if zone else None,
        "disaster_type": zone.disaster_label if zone else None,
        "zone_number": facts.text("urf:zoneNumber") or generic.get("区域番号"),
        "location": facts.text("urf:location") or generic.get("所在地"),
        "designated": facts.text("urf:validFrom") or generic.get("告示日"),
    }


def _first_set(facts: Facts) -> Mapping[str, str]:
    found = next((leaves for name, leaves in facts.generic_sets if "土砂災害" in name), facts.generics)
    return {name: leaf[0] for name, leaf in found.items()}


def _land_use(feature_type: str, facts: Facts, source: Source) -> Record:
    code = facts.text("luse:class")
    return {
        "class_code": code,
        "class": facts.label("luse:class") or standard.label(standard.LAND_USE, code),
        "survey_year": source.number(facts, "uro:surveyYear", parse_year),
    }


def _planning(feature_type: str, facts: Facts, source: Source) -> Record:
    code = facts.text("urf:function")
    is_zoning = feature_type == "urf:UseDistrict"
    return {
        "function_code": code,
        "function": facts.label("urf:function") or (standard.label(standard.USE_DISTRICT, code) if is_zoning else None),
        "use_district": parse_code(code) if is_zoning else None,
        "usage": facts.either("urf:usage"),
        "name": _name(facts) or facts.text("urf:districtName") or facts.text("urf:nominalName"),
        "floor_area_rate": source.number(facts, "urf:floorAreaRate", parse_measure),
        "building_coverage_rate": source.number(facts, "urf:buildingCoverageRate", parse_measure),
        "valid_from": _date(facts.text("urf:validFrom")),
    }


def _date(text: str | None) -> str | None:
    return None if text is None or text.startswith("0001") else text


def _road(feature_type: str, facts: Facts, source: Source) -> Record:
    code, function = facts.text("tran:class"), facts.text("tran:function")
    return {
        "name": _name(facts),
        "class_code": code,
        "class": facts.label("tran:class"),
        "function_code": function,
        "function": facts.label("tran:function") or standard.label(standard.ROAD_FUNCTION, function),
        "width_m": source.number(facts, "uro:width", parse_measure),
        "section_type": facts.label("uro:sectionType"),
    }


_PREFIXES = {
    "brid": ("brid",),
    "tun": ("tun",),
    "cons": ("uro",),
    "frn": ("frn",),
    "unf": ("frn", "uro"),
    "veg": ("veg",),
    "wtr": ("wtr",),
    "gen": ("gen", "grp", "uro"),
}
"""Whose `class`, `function`, `usage` count, by package."""
_STANDING = frozenset({"brid", "tun", "cons", "frn", "unf", "veg"})


def _thing(package: str, facts: Facts, source: Source) -> Record:
    record: Record = {"name": _name(facts)}
    for column in ("class", "function", "usage"):
        name = _first(facts, *(f"{prefix}:{column}" for prefix in _PREFIXES[package]))
        record[f"{column}_code"], record[column] = facts.text(name), facts.label(name)
    if package in _STANDING:
        height = source.number(facts, f"{package}:height", parse_height)
        record |= {
            "height_m": height,
            "height_source": "measured" if height else None,
            "year": source.number(facts, f"{package}:yearOfConstruction", parse_year),
        }
    return record


_OTHERS: dict[str, Callable[[str, Facts, Source], Record]] = {
    "lsld": _landslide,
    "luse": _land_use,
    "urf": _planning,
    "area": _planning,
    **dict.fromkeys(("tran", "rwy", "trk", "squr", "wwy"), _road),
}
