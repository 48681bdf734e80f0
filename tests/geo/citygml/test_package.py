"""Every package of PLATEAU, in small files: in any level of detail it stands on the map and in space."""

from pathlib import Path

import numpy as np
import pytest

from geo import Draw
from geo.citygml import portray
from geo.citygml.column import COLUMNS
from geo.citygml.package import READ
from geo.surface import SurfaceKind
from tests.geo.citygml.city import account, box, city_model, features, polygon, problems, read, surfaces, write

MODULE = "http://www.opengis.net/citygml/{}/2.0"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{MODULE.format(module)}"'
    for prefix, module in {
        "brid": "bridge",
        "tun": "tunnel",
        "frn": "cityfurniture",
        "veg": "vegetation",
        "wtr": "waterbody",
    }.items()
)
TYPES = {
    "area": "urf:Zone",
    "bldg": "bldg:Building",
    "brid": "brid:Bridge",
    "cons": "uro:OtherConstruction",
    "fld": "wtr:WaterBody",
    "frn": "frn:CityFurniture",
    "gen": "gen:GenericCityObject",
    "htd": "wtr:WaterBody",
    "ifld": "wtr:WaterBody",
    "lsld": "urf:SedimentDisasterProneArea",
    "luse": "luse:LandUse",
    "rfld": "wtr:WaterBody",
    "rwy": "tran:Railway",
    "squr": "tran:Square",
    "tnm": "wtr:WaterBody",
    "tran": "tran:Road",
    "trk": "tran:Track",
    "tun": "tun:Tunnel",
    "ubld": "uro:UndergroundBuilding",
    "unf": "uro:SewerPipe",
    "urf": "urf:SpecialGreenSpaceConservationDistrict",
    "veg": "veg:PlantCover",
    "wtr": "wtr:WaterBody",
    "wwy": "uro:Waterway",
}
ROOF = "35.10 138.86 9 35.10 138.87 9 35.11 138.87 9 35.11 138.86 9 35.10 138.86 9"


def model(package: str, shape: str) -> str:
    kind = TYPES[package]
    return city_model(f'<{kind} {NAMESPACES} gml:id="x">{shape}</{kind}>')


def test_there_is_a_type_for_every_package() -> None:
    assert set(TYPES) == READ == set(COLUMNS)


@pytest.mark.parametrize("lod", [1, 2, 3, 4])
@pytest.mark.parametrize("package", sorted(READ))
def test_a_feature_of_one_level_only_has_an_outline_and_a_body(tmp_path: Path, package: str, lod: int) -> None:
    prefix = TYPES[package].partition(":")[0]
    text = model(package, f"<{prefix}:lod{lod}MultiSurface>{surfaces(polygon(ROOF))}</{prefix}:lod{lod}MultiSurface>")
    batches = read(write(tmp_path, text, f"52385628_{package}_6697_op.gml"))
    assert account(batches) == {(TYPES[package], f"LOD{lod}"): (1, 1, 0)}
    assert not problems(batches)
    stored = features(batches, package)
    assert stored.geometry["x"].area == pytest.approx(1e-4)
    assert {"feature_type", "lod", "source_file"} < set(stored.columns)
    (found,) = [batch.surfaces for batch in batches if batch.surfaces is not None]
    assert (found.row.tolist(), found.lod.tolist(), len(found.kind)) == ([0], [lod], 1)
    portrayal = portray(package, stored.columns)
    assert portrayal.title.ja != package
    assert portrayal.style.draw is (Draw.EXTRUSION if package == "bldg" else Draw.FILL)


@pytest.mark.parametrize("package", ["brid", "cons", "frn", "gen", "tun", "unf", "veg"])
def test_what_stands_up_is_seen_from_above_and_has_the_height_of_its_solid(tmp_path: Path, package: str) -> None:
    prefix = TYPES[package].partition(":")[0]
    text = model(package, f"<{prefix}:lod1Solid>{box(3, 12)}</{prefix}:lod1Solid>")
    stored = features(read(write(tmp_path, text, f"52385628_{package}_6697_op.gml")), package).loc["x"]
    assert stored.geometry.area == pytest.approx(1e-4)
    if package != "gen":
        assert (stored["height_m"], stored["height_source"], stored["ground_m"]) == (9, "lod1", 3)


def test_what_lies_at_height_0_altogether_is_on_the_map_only(tmp_path: Path) -> None:
    text = model(
        "tran", f"<tran:lod1MultiSurface>{surfaces(polygon(ROOF.replace(' 9', ' 0')))}</tran:lod1MultiSurface>"
    )
    batches = read(write(tmp_path, text, "52385628_tran_6697_op.gml"))
    assert len(features(batches, "tran")) == 1
    assert all(batch.surfaces is None for batch in batches)


def test_water_has_a_surface_and_a_ground(tmp_path: Path) -> None:
    def bounded(name: str, height: int) -> str:
        face = surfaces(polygon(ROOF.replace(" 9", f" {height}")))
        inner = f"<wtr:lod2Surface>{face}</wtr:lod2Surface>"
        return f"<wtr:boundedBy><wtr:{name}>{inner}</wtr:{name}></wtr:boundedBy>"

    text = model("wtr", bounded("WaterSurface", 9) + bounded("WaterGroundSurface", 2))
    (found,) = [
        batch.surfaces
        for batch in read(write(tmp_path, text, "52385628_wtr_6697_op.gml"))
        if batch.surfaces is not None
    ]
    assert found.kind.tolist() == [SurfaceKind.WATER, SurfaceKind.WATER_GROUND]
    assert np.ptp(found.xyz[:, 2]) == 7


def test_parts_rooms_openings_and_furniture_are_faces_of_their_building(tmp_path: Path) -> None:
    def of(name: str, lod: int = 4) -> str:
        return f"<bldg:lod{lod}MultiSurface>{surfaces(polygon(ROOF))}</bldg:lod{lod}MultiSurface>{name}"

    window = f"<bldg:opening><bldg:Window>{of('')}</bldg:Window></bldg:opening>"
    wall = f"<bldg:boundedBy><bldg:WallSurface>{of(window)}</bldg:WallSurface></bldg:boundedBy>"
    chair = (
        f"<bldg:interiorFurniture><bldg:BuildingFurniture>{of('')}</bldg:BuildingFurniture></bldg:interiorFurniture>"
    )
    floor = f"<bldg:boundedBy><bldg:FloorSurface>{of('')}</bldg:FloorSurface></bldg:boundedBy>"
    room = f"<bldg:interiorRoom><bldg:Room>{floor}{chair}</bldg:Room></bldg:interiorRoom>"
    stair = (
        "<bldg:outerBuildingInstallation><bldg:BuildingInstallation>"
        f"{of('')}</bldg:BuildingInstallation></bldg:outerBuildingInstallation>"
    )
    part = f"<bldg:consistsOfBuildingPart><bldg:BuildingPart>{wall}</bldg:BuildingPart></bldg:consistsOfBuildingPart>"
    (found,) = [
        batch.surfaces
        for batch in read(write(tmp_path, model("bldg", part + room + stair)))
        if batch.surfaces is not None
    ]
    kinds = {SurfaceKind.WALL, SurfaceKind.WINDOW, SurfaceKind.FLOOR, SurfaceKind.FURNITURE, SurfaceKind.INSTALLATION}
    assert (set(found.kind), len(found.kind), found.lod.tolist()) == (kinds, 5, [4])
