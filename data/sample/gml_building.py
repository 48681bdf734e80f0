"""Buildings as CityGML: LOD0, LOD1, LOD2 in the middle of the city; i-UR attributes, hazards at their place."""

from itertools import pairwise

from data.sample.building import Building
from data.sample.gml import MADE_ON, code, feature_id, solid, surface, text
from data.sample.gml_appearance import Appearance
from data.sample.gml_hall import lod3, lod4
from data.sample.gml_roof import is_detailed
from data.sample.gml_solid import Writing, building_parts, has_parts, lod2
from data.sample.stock import Built, Hazards
from data.sample.town import Town

_LAND_USE = {"4": "212", "41": "211", "42": "214", "43": "216", "44": "213", "451": "219", "452": "214", "454": "214"}
_RANK_LIMITS_M = (0.5, 3.0, 5.0, 10.0, 20.0)
_TSUNAMI_LIMITS_M = (0.3, 1.0, 2.0, 3.0, 5.0, 10.0)
SHALLOWEST_M = 0.01


def rank(depth_m: float, limits: tuple[float, ...] = _RANK_LIMITS_M) -> str:
    """Class of a depth, from 1."""
    return str(1 + sum(depth_m >= limit for limit in limits))


def tsunami_rank(depth_m: float) -> str:
    """Class of the tsunami maps (rankOrg)."""
    return rank(depth_m, _TSUNAMI_LIMITS_M)


def building_member(built: Built, town: Town, number: int, seed: int, appearance: Appearance) -> str:
    what = built.what
    parts = [
        f'<bldg:Building gml:id="{feature_id("bldg", seed, built.block.number, built.number)}">\n',
        f"<core:creationDate>{MADE_ON}</core:creationDate>\n",
        _generic(town),
        code("bldg:class", what.building_class, "Building_class"),
        code("bldg:usage", what.usage, "Building_usage"),
        text("bldg:yearOfConstruction", what.year) if what.year else "",
        f'<bldg:measuredHeight uom="m">{what.height_m:.1f}</bldg:measuredHeight>\n',
        text("bldg:storeysAboveGround", what.storeys),
        text("bldg:storeysBelowGround", what.basements),
        _footprint(built),
        _bodies(built, Writing(built, seed, appearance)),
        _address(built, town),
        *_risks(built.hazards),
        _detail(built, what),
        "<uro:buildingIDAttribute>\n<uro:BuildingIDAttribute>\n",
        text("uro:buildingID", f"22999-bldg-{number}"),
        code("uro:prefecture", "22", "Common_localPublicAuthorities"),
        code("uro:city", "22999", "Common_localPublicAuthorities"),
        "</uro:BuildingIDAttribute>\n</uro:buildingIDAttribute>\n</bldg:Building>\n",
    ]
    return "".join(parts)


def _generic(town: Town) -> str:
    return f'<gen:stringAttribute name="町丁目">\n<gen:value>{town.name.ja}</gen:value>\n</gen:stringAttribute>\n'


def _footprint(built: Built) -> str:
    corners = [f"{lat:.8f} {lon:.8f} " for lon, lat in built.lonlat]
    roof = surface([_at([*corners, corners[0]], "0")])
    return f"<bldg:lod0RoofEdge>\n<gml:MultiSurface>\n{roof}</gml:MultiSurface>\n</bldg:lod0RoofEdge>\n"


def _bodies(built: Built, writing: Writing) -> str:
    """A building of parts has no body of its own."""
    if has_parts(built):
        return building_parts(writing)
    if not is_detailed(built):
        return _lod1(built)
    hall = built.what.facility == "city_hall" and len(built.lonlat) == 4
    return _lod1(built) + lod2(writing) + (lod3(writing) + lod4(writing) if hall else "")


def _lod1(built: Built) -> str:
    corners = [f"{lat:.8f} {lon:.8f} " for lon, lat in built.lonlat]
    low, high = f"{built.ground_m:.2f}", f"{built.ground_m + built.what.height_m:.2f}"
    closed = [*corners, corners[0]]
    shell = [surface([_at(closed[::-1], low)])]
    shell += [surface([f"{a}{low} {b}{low} {b}{high} {a}{high} {a}{low}"]) for a, b in pairwise(closed)]
    shell.append(surface([_at(closed, high)]))
    return solid("bldg:lod1Solid", "".join(shell))


def _at(corners: list[str], height: str) -> str:
    return " ".join([corner + height for corner in corners])


def address(built: Built, town: Town) -> str:
    """住居表示 with digits as in municipal tables."""
    return f"みほん県みほん市{town.name.ja}{built.block.chome_block}番{built.number}号"


def _address(built: Built, town: Town) -> str:
    return (
        "<bldg:address>\n<core:Address>\n<core:xalAddress>\n<xAL:AddressDetails>\n<xAL:Country>\n"
        "<xAL:CountryName>日本</xAL:CountryName>\n<xAL:Locality>\n"
        f'<xAL:LocalityName Type="Town">{address(built, town)}</xAL:LocalityName>\n'
        "</xAL:Locality>\n</xAL:Country>\n</xAL:AddressDetails>\n</core:xalAddress>\n</core:Address>\n</bldg:address>\n"
    )


def _risks(hazards: Hazards) -> list[str]:
    found = []
    for river, depths in enumerate(hazards.floods_m, start=1):
        found += [
            _flood(river, scale, depth) for scale, depth in zip("12", depths, strict=True) if depth >= SHALLOWEST_M
        ]
    if hazards.tsunami_m >= SHALLOWEST_M:
        found.append(_tsunami(hazards.tsunami_m))
    for kind, depth in (("HighTide", hazards.high_tide_m), ("InlandFlooding", hazards.inland_m)):
        if depth >= SHALLOWEST_M:
            found.append(_other_flood(f"{kind}RiskAttribute", depth))
    if hazards.landslide is not None:
        found.append(_landslide(*hazards.landslide))
    return [f"<uro:bldgDisasterRiskAttribute>\n{risk}</uro:bldgDisasterRiskAttribute>\n" for risk in found]


def duration_h(depth_m: float) -> float:
    """浸水継続時間: the deeper, the longer until less than 0.5 m is left."""
    return round(6 + 14 * min(depth_m, 6), 1)


def _flood(river: int, scale: str, depth_m: float) -> str:
    kind = "RiverFloodingRiskAttribute"
    return (
        f"<uro:{kind}>\n"
        + code("uro:description", str(river), f"{kind}_description")
        + code("uro:rank", rank(depth_m), f"{kind}_rank")
        + f'<uro:depth uom="m">{depth_m:.2f}</uro:depth>\n'
        + code("uro:adminType", "2", f"{kind}_adminType")
        + code("uro:scale", scale, f"{kind}_scale")
        + (f'<uro:duration uom="hour">{duration_h(depth_m):.1f}</uro:duration>\n' if scale == "2" else "")
        + f"</uro:{kind}>\n"
    )


def _other_flood(kind: str, depth_m: float) -> str:
    return (
        f"<uro:{kind}>\n"
        + code("uro:description", "1", f"{kind}_description")
        + code("uro:rank", rank(depth_m), f"{kind}_rank")
        + f'<uro:depth uom="m">{depth_m:.2f}</uro:depth>\n</uro:{kind}>\n'
    )


def _tsunami(depth_m: float) -> str:
    kind = "TsunamiRiskAttribute"
    return (
        f"<uro:{kind}>\n"
        + code("uro:description", "1", f"{kind}_description")
        + code("uro:rank", rank(depth_m), f"{kind}_rank")
        + code("uro:rankOrg", tsunami_rank(depth_m), f"{kind}_rankOrg")
        + f'<uro:depth uom="m">{depth_m:.2f}</uro:depth>\n</uro:{kind}>\n'
    )


def _landslide(disaster: str, area: str) -> str:
    kind = "LandSlideRiskAttribute"
    return (
        f"<uro:{kind}>\n"
        + code("uro:description", disaster, f"{kind}_description")
        + code("uro:areaType", area, f"{kind}_areaType")
        + f"</uro:{kind}>\n"
    )


def _detail(built: Built, what: Building) -> str:
    floor_area = built.area_m2 * (what.storeys + what.basements) * 0.92
    land = _LAND_USE.get(what.usage) or _LAND_USE.get(what.usage[:2]) or "212"
    return (
        "<uro:buildingDetailAttribute>\n<uro:BuildingDetailAttribute>\n"
        f'<uro:totalFloorArea uom="m2">{floor_area:.1f}</uro:totalFloorArea>\n'
        f'<uro:buildingFootprintArea uom="m2">{built.area_m2:.1f}</uro:buildingFootprintArea>\n'
        + code("uro:buildingStructureType", what.structure, "BuildingDetailAttribute_buildingStructureType")
        + code("uro:fireproofStructureType", what.fireproof, "BuildingDetailAttribute_fireproofStructureType")
        + code("uro:urbanPlanType", "21", "Common_urbanPlanType")
        + code("uro:landUseType", land, "Common_landUseType")
        + text("uro:surveyYear", 2025)
        + "</uro:BuildingDetailAttribute>\n</uro:buildingDetailAttribute>\n"
    )
