"""LOD2 of buildings and of the parts of towers as CityGML: solids, boundary surfaces, what stands on roofs."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.sample.gml import code, feature_id, polygon, solid, surface_reference
from data.sample.gml_appearance import Appearance, Skin, roof_skin, wall_skin
from data.sample.gml_roof import Face, Point, Roof, between, block, faces, is_detailed, is_textured, roof_of
from data.sample.stock import Built

TOWER_STOREYS = 7
_PODIUM_STOREYS = 2
_PODIUM_STOREY_M = 4.0
_SHRINK = 0.72
"""A tower stands on its podium with so much of its width."""
_PENTHOUSE = 0.3
_PENTHOUSE_M = 2.8
_PENTHOUSE_STOREYS = 4
"""From how many storeys on the stairs end in a house on the roof."""
_SLATE, _CLAY, _METAL = (0.36, 0.38, 0.42), (0.52, 0.36, 0.30), (0.62, 0.64, 0.66)


@dataclass(frozen=True)
class Writing:
    """What the faces of one building are written with."""

    built: Built
    seed: int
    appearance: Appearance

    def key(self, *more: object) -> tuple[object, ...]:
        return (self.seed, self.built.block.number, self.built.number, *more)


def has_parts(built: Built) -> bool:
    """The city hall stays whole: it has rooms inside."""
    return is_detailed(built) and built.what.facility != "city_hall" and built.what.storeys >= TOWER_STOREYS


def lod2(writing: Writing) -> str:
    return _lod2(writing, faces(writing.built), "lod2", writing.built.what.storeys, _penthouse(writing))


def _lod2(writing: Writing, found: Sequence[Face], name: str, storeys: int, installation: str) -> str:
    """The solid, which points to its faces, and the faces by what they are."""
    ids = [feature_id("poly", *writing.key(name, k)) for k in range(len(found))]
    members = "".join(surface_reference(id_) for id_ in ids)
    bounded = []
    for k, (face, id_) in enumerate(zip(found, ids, strict=True)):
        skin = _skin(writing.built, face, found, storeys)
        ring_id = feature_id("ring", *writing.key(name, k)) if skin is not None and skin.image else ""
        if skin is not None:
            writing.appearance.dress(id_, ring_id, skin)
        face_id = feature_id("face", *writing.key(name, k))
        bounded.append(boundary(face.kind, 2, face_id, polygon([positions(face.ring)], id_, ring_id)))
    return solid("bldg:lod2Solid", members) + installation + "".join(bounded)


def boundary(kind: str, lod: int, id_: str, polygons: str, inside: str = "") -> str:
    """`inside`: openings."""
    return (
        f'<bldg:boundedBy>\n<bldg:{kind} gml:id="{id_}">\n<bldg:lod{lod}MultiSurface>\n<gml:MultiSurface>\n'
        f"<gml:surfaceMember>\n{polygons}</gml:surfaceMember>\n</gml:MultiSurface>\n</bldg:lod{lod}MultiSurface>\n"
        f"{inside}</bldg:{kind}>\n</bldg:boundedBy>\n"
    )


def _skin(built: Built, face: Face, shell: Sequence[Face], storeys: int) -> Skin | None:
    """Pictures near the station; farther out only the pitched roofs have a colour."""
    pitched = roof_of(built) is not Roof.FLAT
    if not is_textured(built):
        return Skin(colour=_CLAY if built.number % 4 == 0 else _SLATE) if pitched and _is_roof(face) else None
    if _is_roof(face):
        return roof_skin(built, face.ring, pitched=pitched)
    if face.kind == "WallSurface":
        eaves = min(point[2] for one in shell if _is_roof(one) for point in one.ring)
        return wall_skin(built, face.ring, shell[0].ring[0][2], eaves, storeys)
    return None


def _is_roof(face: Face) -> bool:
    return face.kind == "RoofSurface"


def positions(ring: Sequence[Point]) -> str:
    return " ".join(f"{lat:.8f} {lon:.8f} {height:.2f}" for lon, lat, height in (*ring, ring[0]))


def _penthouse(writing: Writing) -> str:
    """Where the stairs and the lift come out."""
    built = writing.built
    if built.what.storeys < _PENTHOUSE_STOREYS or len(built.lonlat) != 4 or roof_of(built) is not Roof.FLAT:
        return ""
    middle = between(built.place, built.lonlat[0], 0.25)
    outline = [between(middle, one, _PENTHOUSE) for one in built.lonlat]
    low = round(built.ground_m + built.what.height_m, 2)
    return _installation(writing, outline, low, 0)


def _installation(writing: Writing, outline: Sequence[tuple[float, float]], low: float, number: int) -> str:
    members = []
    for k, face in enumerate(block(outline, low, round(low + _PENTHOUSE_M, 2))):
        id_ = feature_id("poly", *writing.key("installation", number, k))
        writing.appearance.dress(id_, "", Skin(colour=_METAL))
        members.append(f"<gml:surfaceMember>\n{polygon([positions(face.ring)], id_)}</gml:surfaceMember>\n")
    id_ = feature_id("inst", *writing.key(number))
    return (
        f'<bldg:outerBuildingInstallation>\n<bldg:BuildingInstallation gml:id="{id_}">\n'
        + code("bldg:function", "1041", "BuildingInstallation_function")
        + f"<bldg:lod2Geometry>\n<gml:MultiSurface>\n{''.join(members)}</gml:MultiSurface>\n</bldg:lod2Geometry>\n"
        "</bldg:BuildingInstallation>\n</bldg:outerBuildingInstallation>\n"
    )


def building_parts(writing: Writing) -> str:
    """A podium and a tower, for the tall buildings of the middle of the city."""
    built = writing.built
    low, high = built.ground_m, round(built.ground_m + built.what.height_m, 2)
    middle = round(low + _PODIUM_STOREYS * _PODIUM_STOREY_M, 2)
    tower = [between(built.place, corner, _SHRINK) for corner in built.lonlat]
    return _part(writing, 0, built.lonlat, low, middle) + _part(writing, 1, tower, middle, high)


def _part(writing: Writing, number: int, outline: Sequence[tuple[float, float]], low: float, high: float) -> str:
    built = writing.built
    shell = block(outline, low, high)
    members = "".join(f"<gml:surfaceMember>\n{polygon([positions(one.ring)])}</gml:surfaceMember>\n" for one in shell)
    storeys = built.what.storeys - _PODIUM_STOREYS if number else _PODIUM_STOREYS
    on_top = number and len(outline) == 4
    house = (
        _installation(writing, [between(built.place, one, _PENTHOUSE) for one in outline], high, 1) if on_top else ""
    )
    return (
        f'<bldg:consistsOfBuildingPart>\n<bldg:BuildingPart gml:id="{feature_id("part", *writing.key(number))}">\n'
        + code("bldg:usage", built.what.usage, "Building_usage")
        + f'<bldg:measuredHeight uom="m">{high - built.ground_m:.1f}</bldg:measuredHeight>\n'
        f"<bldg:storeysAboveGround>{storeys}</bldg:storeysAboveGround>\n"
        + solid("bldg:lod1Solid", members)
        + _lod2(writing, shell, f"part{number}", storeys, house)
        + "</bldg:BuildingPart>\n</bldg:consistsOfBuildingPart>\n"
    )
