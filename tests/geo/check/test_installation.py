"""What the geometry of an installation may be."""

from pathlib import Path

import pytest

from tests.geo.citygml.city import (
    SQUARE,
    building,
    city_model,
    footprint,
    polygon,
    problems,
    read,
    solid,
    surfaces,
    write,
)

HIGH = SQUARE.replace(" 0 ", " 9 ").removesuffix(" 0") + " 9"
COMPOSITE = f"<gml:CompositeSurface><gml:surfaceMember>{polygon(HIGH)}</gml:surfaceMember></gml:CompositeSurface>"
LINE = f"<gml:LineString><gml:posList>{HIGH}</gml:posList></gml:LineString>"
CURVES = f"<gml:MultiCurve><gml:curveMember>{LINE}</gml:curveMember></gml:MultiCurve>"


def told(folder: Path, *geometries: str) -> list[dict[str, str]]:
    installations = "".join(
        "<bldg:outerBuildingInstallation><bldg:BuildingInstallation>"
        f"<bldg:lod2Geometry>{one}</bldg:lod2Geometry></bldg:BuildingInstallation></bldg:outerBuildingInstallation>"
        for one in geometries
    )
    path = write(folder, city_model(building(shape=f"{footprint()}{installations}")))
    return [dict(one.parameters) for one in problems(read(path), "citygml.geometry_type")]


@pytest.mark.parametrize("geometry", [surfaces(polygon(HIGH)), solid(polygon(HIGH))])
def test_surfaces_and_solids_are_right(tmp_path: Path, geometry: str) -> None:
    assert told(tmp_path, geometry) == []


def test_lines_and_composite_surfaces_of_one_building_are_one_problem(tmp_path: Path) -> None:
    found = told(tmp_path, CURVES, surfaces(polygon(HIGH)), COMPOSITE, CURVES)
    assert found == [{"count": "3", "found": "MultiCurve, CompositeSurface"}]
