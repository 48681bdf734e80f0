"""Textures placed by a matrix or on the map: coordinates worked by hand from CityGML 2.0 (OGC 12-019, 9.4)."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin
from pyproj import Transformer

from geo.citygml import member
from geo.surface import Surfaces
from tests.geo.citygml.city import SQUARE, building, city_model, polygon, problems, read, solid, surfaces, write

ROOF = SQUARE.replace(" 0 ", " 5 ").removesuffix("0") + "5"
"""138.86 to 138.87 degrees east, 35.10 to 35.11 north, 5 m high; from the south-west by south-east to north-west."""
WALL = "35.10 138.86 0 35.10 138.87 0 35.10 138.87 5 35.10 138.86 5 35.10 138.86 0"
PLANE_8 = "http://www.opengis.net/def/crs/EPSG/0/6676"
"""JGD2011 / Japan Plane Rectangular CS VIII: north, east in metres."""
WEST_HALF = np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]])
"""Of an image: what the roof covers in most of these tests."""


def read_town(folder: Path, *data: str, faces: tuple[str, ...] = (ROOF,)) -> list[Surfaces]:
    """A building of LOD2 whose faces are `face0` and so on, together `all`."""
    batches = read(write(folder, town(*data, faces=faces)))
    assert not problems(batches, "citygml.texture_coordinates")
    return [batch.surfaces for batch in batches if batch.surfaces is not None]


def town(*data: str, faces: tuple[str, ...] = (ROOF,)) -> str:
    shape = surfaces(*(polygon(face, id=f"face{number}") for number, face in enumerate(faces)))
    shape = shape.replace("<gml:MultiSurface>", '<gml:MultiSurface gml:id="all">')
    text = city_model(building(shape=f"<bldg:lod2MultiSurface>{shape}</bldg:lod2MultiSurface>"))
    members = "".join(f"<app:surfaceDataMember>{one}</app:surfaceDataMember>" for one in data)
    look = f"<app:appearanceMember><app:Appearance>{members}</app:Appearance></app:appearanceMember>"
    return text.replace("</core:CityModel>", f"{look}</core:CityModel>")


def generated(matrix: str, *, target: str = "face0", srs: str = "", wrap: str = "wrap") -> str:
    name = f' srsName="{srs}"' if srs else ""
    return (
        f"<app:ParameterizedTexture><app:imageURI>a.png</app:imageURI><app:wrapMode>{wrap}</app:wrapMode>"
        f'<app:target uri="#{target}"><app:TexCoordGen><app:worldToTexture{name}>{matrix}</app:worldToTexture>'
        "</app:TexCoordGen></app:target></app:ParameterizedTexture>"
    )


def georeferenced(point: str, orientation: str, *, target: str = "all", srs: str = "", wrap: str = "none") -> str:
    name = f' srsName="{srs}"' if srs else ""
    place = ""
    if point:
        place = (
            f"<app:referencePoint><gml:Point{name}><gml:pos>{point}</gml:pos></gml:Point></app:referencePoint>"
            f"<app:orientation>{orientation}</app:orientation>"
        )
    return (
        f"<app:GeoreferencedTexture><app:imageURI>a.png</app:imageURI><app:wrapMode>{wrap}</app:wrapMode>{place}"
        f"<app:target>#{target}</app:target></app:GeoreferencedTexture>"
    )


def draw_image(folder: Path, name: str = "a.png", *, width: int = 20, height: int = 10) -> None:
    Image.new("RGB", (width, height), (200, 30, 30)).save(folder / name)


def test_a_matrix_takes_places_in_the_order_of_their_axes_and_divides_by_q(tmp_path: Path) -> None:
    """s' = 100 longitude - 13886, t' = 100 latitude - 3510, q' = height / 10 = 0.5."""
    matrix = "0 100 0 -13886  100 0 0 -3510  0 0 0.1 0"
    (found,) = read_town(tmp_path, generated(matrix))
    assert found.images == ("a.png",)
    assert found.texture.tolist() == [0]
    np.testing.assert_allclose(found.uv, [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]], atol=1e-5)


def test_a_matrix_in_metres_of_a_plane_takes_the_places_there(tmp_path: Path) -> None:
    """Judged by pyproj: north and east of the corners, a thousandth of them."""
    matrix = "0 0.001 0 0  0.001 0 0 0  0 0 0 1"
    (found,) = read_town(tmp_path, generated(matrix, srs=PLANE_8))
    plane = Transformer.from_crs("EPSG:6668", "EPSG:6676")
    north, east = plane.transform([35.10, 35.10, 35.11, 35.11], [138.86, 138.87, 138.87, 138.86])
    np.testing.assert_allclose(found.uv, np.column_stack([east, north]) / 1000, rtol=1e-6)


def test_a_matrix_for_all_faces_of_a_surface_draws_each_of_them(tmp_path: Path) -> None:
    """On the wall t is a fifth of the height."""
    matrix = "0 100 0 -13886  0 0 0.2 0  0 0 0 1"
    (found,) = read_town(tmp_path, generated(matrix, target="all"), faces=(ROOF, WALL))
    assert found.texture.tolist() == [0, 0]
    np.testing.assert_allclose(found.uv[4:], [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], atol=1e-5)


def test_the_matrix_of_a_face_counts_before_that_of_the_surface_it_is_part_of(tmp_path: Path) -> None:
    whole = generated("0 100 0 -13886  0 0 0.2 0  0 0 0 1", target="all")
    own = generated("0 0 0 0.25  0 0 0 0.75  0 0 0 1", target="face1").replace("a.png", "b.png")
    (found,) = read_town(tmp_path, whole, own, faces=(ROOF, WALL))
    assert [found.images[index] for index in found.texture] == ["a.png", "b.png"]
    assert found.uv[4:].tolist() == [[0.25, 0.75]] * 4


def test_a_feature_read_in_pieces_shows_the_texture_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = generated("0 100 0 -13886  0 0 0.2 0  0 0 0 1", target="all")
    (at_once,) = read_town(tmp_path, whole, faces=(ROOF, WALL))
    monkeypatch.setattr(member, "LARGE_BYTES", 64)
    monkeypatch.setattr(member, "CHUNK_BYTES", 64)
    (in_pieces,) = read_town(tmp_path, whole, faces=(ROOF, WALL))
    assert sorted(in_pieces.uv.tolist()) == sorted(at_once.uv.tolist())
    assert in_pieces.texture.tolist() == [0, 0]


def test_the_surface_that_bounds_a_solid_shows_its_texture_on_each_face(tmp_path: Path) -> None:
    shell = solid(polygon(ROOF), polygon(WALL)).replace("<gml:CompositeSurface>", '<gml:CompositeSurface gml:id="all">')
    (plain,) = re.findall("<bldg:lod2MultiSurface>.*</bldg:lod2MultiSurface>", town())
    text = town(generated("0 0 0 0.5  0 0 0 0.5  0 0 0 1", target="all"))
    text = text.replace(plain, f"<bldg:lod2Solid>{shell}</bldg:lod2Solid>")
    (found,) = (batch.surfaces for batch in read(write(tmp_path, text)) if batch.surfaces is not None)
    assert (found.texture.tolist(), found.solid.tolist()) == ([0, 0], [0, 0])


def test_a_colour_of_a_face_leaves_it_the_texture_of_the_whole(tmp_path: Path) -> None:
    material = (
        "<app:X3DMaterial><app:diffuseColor>0 0 1</app:diffuseColor><app:target>#face0</app:target></app:X3DMaterial>"
    )
    (found,) = read_town(tmp_path, material, generated("0 0 0 0.5  0 0 0 0.5  0 0 0 1", target="all"))
    assert (found.colour.tolist(), found.texture.tolist()) == ([0x0000FFFF], [0])


def test_a_face_that_reaches_behind_the_projector_stays_plain(tmp_path: Path) -> None:
    """q is the height less 2.5 m: the wall stands on both sides of that."""
    matrix = "0 0 0 0.5  0 0 0 0.5  0 0 1 -2.5"
    (found,) = read_town(tmp_path, generated(matrix, target="all"), faces=(ROOF, WALL))
    assert found.texture.tolist() == [0, -1]
    assert np.isnan(found.uv[4:]).all()


@pytest.mark.parametrize("wrong", ["1 2 3", "a b c d e f g h i j k l", "0 0 0 1  0 0 0 1  0 0 0 0"])
def test_a_matrix_that_says_nothing_is_told(wrong: str, tmp_path: Path) -> None:
    batches = read(write(tmp_path, town(generated(wrong))))
    assert [one.parameters["count"] for one in problems(batches, "citygml.texture_georeferenced")] == ["1"]
    assert all((batch.surfaces.texture < 0).all() for batch in batches if batch.surfaces is not None)


def test_a_matrix_that_stands_elsewhere_is_told(tmp_path: Path) -> None:
    linked = re.sub("><app:TexCoordGen>.*</app:TexCoordGen>", ' xlink:href="#matrix">', generated("1"))
    (told,) = problems(read(write(tmp_path, town(linked))), "citygml.texture_georeferenced")
    assert told.parameters["count"] == "1"


def test_a_matrix_in_a_system_that_nobody_knows_is_told(tmp_path: Path) -> None:
    for srs in ("#my-own-plane", "http://www.opengis.net/def/crs/EPSG/0/4301", "EPSG:4979"):
        batches = read(write(tmp_path, town(generated("0 0 0 1  0 0 0 1  0 0 0 1", srs=srs))))
        assert [one.parameters["count"] for one in problems(batches, "citygml.texture_georeferenced")] == ["1"], srs


def test_a_point_and_an_orientation_place_an_image_of_20_by_10_pixels(tmp_path: Path) -> None:
    """Pixels of 0.001 degrees: the image is from 138.86 to 138.88 east and from 35.10 to 35.11 north. The middle of its
    upper left pixel is half a pixel from there. Axes are latitude, longitude: a column goes along the second."""
    draw_image(tmp_path)
    point, orientation = "35.1095 138.8605", "0 -0.001 0.001 0"
    (found,) = read_town(tmp_path, georeferenced(point, orientation))
    assert found.images == ("a.png",)
    np.testing.assert_allclose(found.uv, WEST_HALF, atol=1e-5)


def test_an_orientation_written_as_in_a_world_file_means_the_same(tmp_path: Path) -> None:
    """East first although the reference system has north first: taken by its axes it would mirror the photo."""
    draw_image(tmp_path)
    (found,) = read_town(tmp_path, georeferenced("35.1095 138.8605", "0.001 0 0 -0.001"))
    np.testing.assert_allclose(found.uv, WEST_HALF, atol=1e-5)


def test_an_image_turned_in_a_plane_is_placed_by_its_matrix(tmp_path: Path) -> None:
    """Pixels of 44.7 m, turned by some 117 degrees: by the matrix itself, what is drawn leads back to the corners."""
    draw_image(tmp_path, width=40, height=40)
    plane = Transformer.from_crs("EPSG:6668", "EPSG:6676")
    north, east = np.array(plane.transform([35.10, 35.10, 35.11, 35.11], [138.86, 138.87, 138.87, 138.86]))
    orientation = np.array([[-20.0, -40.0], [40.0, -20.0]])
    point = np.array([north.mean(), east.mean()]) - orientation @ [19.5, 19.5]
    told = georeferenced(" ".join(map(str, point)), "-20 -40 40 -20", srs=PLANE_8)
    (found,) = read_town(tmp_path, told)
    pixels = np.column_stack([found.uv[:, 0] * 40 - 0.5, (1 - found.uv[:, 1]) * 40 - 0.5])
    np.testing.assert_allclose(pixels @ orientation.T + point, np.column_stack([north, east]), atol=0.01)


def test_a_world_file_beside_the_image_places_it(tmp_path: Path) -> None:
    """Six lines: 0.001 degrees a pixel, no turn, the middle of the upper left pixel, east first."""
    draw_image(tmp_path)
    (tmp_path / "a.pgw").write_text("0.001\n0\n0\n-0.001\n138.8605\n35.1095\n")
    (found,) = read_town(tmp_path, georeferenced("", ""))
    np.testing.assert_allclose(found.uv, WEST_HALF, atol=1e-5)


def test_what_the_texture_says_counts_before_a_world_file(tmp_path: Path) -> None:
    draw_image(tmp_path)
    (tmp_path / "a.pgw").write_text("1\n0\n0\n-1\n0\n0\n")
    (found,) = read_town(tmp_path, georeferenced("35.1095 138.8605", "0 -0.001 0.001 0"))
    np.testing.assert_allclose(found.uv, WEST_HALF, atol=1e-5)


def test_a_geotiff_places_itself_in_the_system_it_names(tmp_path: Path) -> None:
    """Corner of the upper left pixel and pixel size; the key 2048 names EPSG:6668. Its longitude comes first."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[33550], tags.tagtype[33550] = (0.001, 0.001, 0.0), 12
    tags[33922], tags.tagtype[33922] = (0.0, 0.0, 0.0, 138.86, 35.11, 0.0), 12
    tags[34735], tags.tagtype[34735] = (1, 1, 0, 2, 1025, 0, 1, 1, 2048, 0, 1, 6668), 3
    Image.new("RGB", (20, 10)).save(tmp_path / "a.tif", tiffinfo=tags)
    (found,) = read_town(tmp_path, georeferenced("", "").replace("a.png", "a.tif"))
    np.testing.assert_allclose(found.uv, WEST_HALF, atol=1e-5)


def test_a_face_beyond_the_image_stays_plain_and_is_told(tmp_path: Path) -> None:
    draw_image(tmp_path)
    beyond = ROOF.replace("138.87", "138.89")
    told = georeferenced("35.1095 138.8605", "0 -0.001 0.001 0")
    batches = read(write(tmp_path, town(told, faces=(ROOF, beyond))))
    (found,) = (batch.surfaces for batch in batches if batch.surfaces is not None)
    assert found.texture.tolist() == [0, -1]
    assert [one.parameters["count"] for one in problems(batches, "citygml.texture_beyond")] == ["1"]
    assert not problems(batches, "citygml.texture_georeferenced")
    (repeated,) = read_town(tmp_path, told.replace("none", "wrap"), faces=(ROOF, beyond))
    assert repeated.texture.tolist() == [0, 0]


@pytest.mark.parametrize("point", ["35.1095 138.8605", ""])
def test_a_place_or_an_image_that_is_missing_is_told(point: str, tmp_path: Path) -> None:
    if not point:
        draw_image(tmp_path)
    batches = read(write(tmp_path, town(georeferenced(point, "0 -0.001 0.001 0"))))
    assert [one.parameters["count"] for one in problems(batches, "citygml.texture_georeferenced")] == ["1"]
    assert len(problems(batches, "citygml.texture_missing")) == bool(point)
    assert all((batch.surfaces.texture < 0).all() for batch in batches if batch.surfaces is not None)


def test_an_image_outside_of_the_files_folder_is_not_looked_at(tmp_path: Path) -> None:
    draw_image(tmp_path)
    (tmp_path / "in").mkdir()
    for uri in ("../a.png", str(tmp_path / "a.png")):
        told = georeferenced("35.1095 138.8605", "0 -0.001 0.001 0").replace("a.png", uri)
        batches = read(write(tmp_path / "in", town(told)))
        assert problems(batches, "citygml.texture_georeferenced")
