"""Surfaces that stand elsewhere: in a boundary surface, in another feature, in a prototype, in a large member."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.citygml import member
from geo.surface import SurfaceKind, Surfaces
from tests.geo.citygml.city import building, city_model, features, polygon, problems, read, surfaces, write

WEST, SOUTH, EAST, NORTH = 138.86, 35.10, 138.8601, 35.1001
LOW, HIGH = 3.0, 15.0
CORNERS = [(x, y, z) for z in (LOW, HIGH) for x, y in ((WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH), (WEST, NORTH))]
BOX = {
    "ground": (0, 3, 2, 1),
    "roof": (4, 5, 6, 7),
    "south": (0, 1, 5, 4),
    "east": (1, 2, 6, 5),
    "north": (2, 3, 7, 6),
    "west": (3, 0, 4, 7),
}
"""Faces of a box by its corners, anticlockwise seen from outside."""


def face(name: str, *, turned: bool = False) -> str:
    corners = [CORNERS[corner] for corner in BOX[name]]
    corners = corners[::-1] if turned else corners
    return polygon(" ".join(f"{y} {x} {z}" for x, y, z in [*corners, corners[0]]), id=name)


def solid_of(*members: str) -> str:
    shell = f"<gml:CompositeSurface>{''.join(members)}</gml:CompositeSurface>"
    return f"<gml:Solid><gml:exterior>{shell}</gml:exterior></gml:Solid>"


def link(name: str) -> str:
    return f'<gml:surfaceMember xlink:href="#{name}"/>'


def turned_link(name: str) -> str:
    inner = f'<gml:OrientableSurface orientation="-"><gml:baseSurface xlink:href="#{name}"/></gml:OrientableSurface>'
    return f"<gml:surfaceMember>{inner}</gml:surfaceMember>"


def bounded(kind: str, *faces: str) -> str:
    inner = f"<bldg:lod2MultiSurface>{surfaces(*faces)}</bldg:lod2MultiSurface>"
    return f"<bldg:boundedBy><bldg:{kind}Surface>{inner}</bldg:{kind}Surface></bldg:boundedBy>"


WALLS = ("south", "east", "north", "west")


def box_of_links(members: str, *, turned: str = "") -> str:
    walls = [face(name, turned=name == turned) for name in WALLS]
    return (
        f"<bldg:lod2Solid>{solid_of(members)}</bldg:lod2Solid>"
        f"{bounded('Ground', face('ground'))}{bounded('Roof', face('roof'))}{bounded('Wall', *walls)}"
    )


def bodies(path: Path) -> Surfaces:
    (found,) = [batch.surfaces for batch in read(path) if batch.surfaces is not None]
    return found


def volume(found: Surfaces, solid: int) -> float:
    """By the divergence theorem, degrees times degrees times metres."""
    total = 0.0
    for number in np.flatnonzero(found.solid == solid):
        assert found.first_ring[number + 1] - found.first_ring[number] == 1
        ring = found.first_ring[number]
        total += sum(map(_cone, _fan(found.xyz[found.first_point[ring] : found.first_point[ring + 1]])))
    return total / 6


def _fan(points: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    near = points - (WEST, SOUTH, LOW)
    return [np.array([near[0], near[at], near[at + 1]]) for at in range(1, len(near) - 1)]


def _cone(triangle: NDArray[np.float64]) -> float:
    return float(np.dot(triangle[0], np.cross(triangle[1], triangle[2])))


BOX_VOLUME = (EAST - WEST) * (NORTH - SOUTH) * (HIGH - LOW)


def test_a_solid_of_links_is_closed_and_its_faces_are_what_they_bound(tmp_path: Path) -> None:
    path = write(tmp_path, city_model(building(shape=box_of_links("".join(map(link, BOX))))))
    found = bodies(path)
    assert sorted(found.kind) == [SurfaceKind.GROUND, SurfaceKind.ROOF, *[SurfaceKind.WALL] * 4]
    assert volume(found, 0) == pytest.approx(BOX_VOLUME, rel=1e-6)


def test_a_surface_that_its_solid_turns_round_is_turned_round(tmp_path: Path) -> None:
    members = "".join(turned_link(name) if name == "south" else link(name) for name in BOX)
    found = bodies(write(tmp_path, city_model(building(shape=box_of_links(members, turned="south")))))
    assert len(found.kind) == 6
    assert volume(found, 0) == pytest.approx(BOX_VOLUME, rel=1e-6)


def test_a_wall_between_two_solids_bounds_both(tmp_path: Path) -> None:
    first = f"<bldg:lod2Solid>{solid_of(''.join(map(link, BOX)))}</bldg:lod2Solid>"
    part = f'<bldg:BuildingPart gml:id="p">{first}</bldg:BuildingPart>'
    shape = box_of_links("".join(map(link, BOX))) + f"<bldg:consistsOfBuildingPart>{part}</bldg:consistsOfBuildingPart>"
    found = bodies(write(tmp_path, city_model(building(shape=shape))))
    assert len(found.kind) == 12
    assert [volume(found, solid) for solid in (0, 1)] == [pytest.approx(BOX_VOLUME, rel=1e-6)] * 2


@pytest.mark.parametrize("first", [True, False])
def test_a_surface_may_stand_in_another_feature(tmp_path: Path, first: bool) -> None:
    own = building(shape=box_of_links("".join(map(link, BOX))), id="own")
    other = building(shape=f"<bldg:lod2Solid>{solid_of(''.join(map(link, BOX)))}</bldg:lod2Solid>", id="other")
    members = (own, other) if first else (other, own)
    batches = read(write(tmp_path, city_model(*members)))
    assert set(features(batches, "bldg").index) == {"own", "other"}
    assert not problems(batches, "citygml.reference_lost")
    (found,) = [batch.surfaces for batch in batches if batch.surfaces is not None]
    assert found.first_face.tolist() == [0, 6, 12]
    assert sorted(found.kind[:6]) == sorted(found.kind[6:])


def test_a_surface_that_stands_nowhere_is_told(tmp_path: Path) -> None:
    members = "".join(map(link, [*BOX, "nowhere"]))
    (told,) = problems(read(write(tmp_path, city_model(building(shape=box_of_links(members))))))
    assert (told.rule, told.feature, told.parameters["target"]) == ("citygml.reference_lost", "b1", "nowhere")


def test_colours_and_images_inside_a_feature_are_its_own(tmp_path: Path) -> None:
    told = "<app:diffuseColor>1 0.5 0</app:diffuseColor><app:transparency>0.2</app:transparency>"
    material = f"<app:X3DMaterial>{told}<app:target>#roof</app:target></app:X3DMaterial>"
    material = f"<app:surfaceDataMember>{material}</app:surfaceDataMember>"
    look = f"<app:appearance><app:Appearance>{material}</app:Appearance></app:appearance>"
    shape = look + box_of_links("".join(map(link, BOX)))
    found = bodies(write(tmp_path, city_model(building(shape=shape))))
    assert found.colour[found.kind == SurfaceKind.ROOF].tolist() == [0xFF8000CC]
    assert not found.colour[found.kind != SurfaceKind.ROOF].any()


def test_too_few_texture_coordinates_leave_a_face_plain_and_are_told(tmp_path: Path) -> None:
    target = (
        '<app:target uri="#roof"><app:TexCoordList><app:textureCoordinates ring="#r">0 0 1 0</app:textureCoordinates>'
        "</app:TexCoordList></app:target>"
    )
    texture = f"<app:ParameterizedTexture><app:imageURI>a.jpg</app:imageURI>{target}</app:ParameterizedTexture>"
    data = f"<app:surfaceDataMember>{texture}</app:surfaceDataMember>"
    look = f"<app:appearanceMember><app:Appearance>{data}</app:Appearance></app:appearanceMember>"
    ring = 'gml:id="roof"><gml:exterior><gml:LinearRing'
    text = city_model(building(shape=box_of_links("".join(map(link, BOX)))))
    text = text.replace(ring, f'{ring} gml:id="r"').replace("</core:CityModel>", f"{look}</core:CityModel>")
    batches = read(write(tmp_path, text))
    assert [one.parameters["count"] for one in problems(batches, "citygml.texture_coordinates")] == ["1"]
    assert all((batch.surfaces.texture < 0).all() for batch in batches if batch.surfaces is not None)


def test_a_prototype_stands_where_its_matrix_and_point_put_it(tmp_path: Path) -> None:
    """A square of 2 m, turned by a quarter, twice as large: its corners 2 m from the point."""
    ring = "-1 -1 0 1 -1 0 1 1 5 -1 1 5 -1 -1 0"
    square = f'<gml:MultiSurface gml:id="m"><gml:surfaceMember>{polygon(ring)}</gml:surfaceMember></gml:MultiSurface>'
    prototype = f"<core:relativeGMLGeometry>{square}</core:relativeGMLGeometry>"
    matrix = "<core:transformationMatrix>0 -2 0 0 2 0 0 0 0 0 2 0 0 0 0 1</core:transformationMatrix>"
    point = "<core:referencePoint><gml:Point><gml:pos>35.1 138.86 7</gml:pos></gml:Point></core:referencePoint>"

    def lamp(id: str, inside: str) -> str:
        geometry = f"<core:ImplicitGeometry>{matrix}{inside}{point}</core:ImplicitGeometry>"
        shape = f"<frn:lod2ImplicitRepresentation>{geometry}</frn:lod2ImplicitRepresentation>"
        namespace = 'xmlns:frn="http://www.opengis.net/citygml/cityfurniture/2.0"'
        return f'<frn:CityFurniture gml:id="{id}" {namespace}>{shape}</frn:CityFurniture>'

    linked = '<core:relativeGMLGeometry xlink:href="#m"/>'
    batches = read(write(tmp_path, city_model(lamp("l2", linked), lamp("l1", prototype)), "52385628_frn_6697_op.gml"))
    (found,) = [batch.surfaces for batch in batches if batch.surfaces is not None]
    # Metres per degree at 35.1 N on GRS80, from the tables of the Geospatial Information Authority: within 0.1 %.
    metres = (found.xyz - (138.86, 35.1, 7)) * (91_170, 110_943, 1)
    expected = [(2, -2, 0), (2, 2, 0), (-2, 2, 10), (-2, -2, 10)]
    for body in range(2):
        assert metres[4 * body : 4 * body + 4] == pytest.approx(np.array(expected), rel=2e-3)


def test_a_member_that_is_taken_in_pieces_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (box_of_links("".join(map(link, BOX))) for _ in range(2))
    path = write(tmp_path, city_model(building(shape=first), building(shape=second, id="b2")))
    whole = bodies(path)
    monkeypatch.setattr(member, "CHUNK_BYTES", 64)
    monkeypatch.setattr(member, "LARGE_BYTES", 128)
    monkeypatch.setattr(member, "ROOT_LIMIT", 1200)
    pieces = bodies(path)
    for name in ("row", "lod", "first_face", "kind", "solid", "xyz", "first_point"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name)), name
