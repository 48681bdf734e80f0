"""Photos that are placed on roofs by a matrix or by their place on the map, seen in the finished tile.

Each photo's colours say where its pixels are: red from west to east, green from north to south. So what a tile draws at
a corner tells which place the corner was taken for, and the corner's own position says where it is.
"""

import io
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates

from geo.geoid import GeoidModel
from tests.geo.citygml.city import building, city_model, polygon, surfaces
from tests.tiles.tileset.decoded import Glb, decode
from tests.tiles.tileset.test_real import TO_ELLIPSOID, write
from tiles.tileset import build_tileset

WEST, SOUTH, SPAN, PIXELS = 138.86, 35.10, 0.001, 256
"""Degrees of the corner and of both sides of the photo, and the pixels of its sides."""
PIXEL = SPAN / PIXELS
TOP, LEFT = SOUTH + SPAN - PIXEL / 2, WEST + PIXEL / 2
MATRIX = f"0 {1 / SPAN} 0 {-WEST / SPAN} {1 / SPAN} 0 0 {-SOUTH / SPAN} 0 0 0 1"
WAYS = {
    "point.png": (
        "<app:GeoreferencedTexture><app:imageURI>point.png</app:imageURI><app:referencePoint><gml:Point><gml:pos>"
        f"{TOP!r} {LEFT!r}</gml:pos></gml:Point></app:referencePoint><app:orientation>0 {-PIXEL} {PIXEL} 0"
        "</app:orientation><app:target>#roof0</app:target></app:GeoreferencedTexture>"
    ),
    "world.png": (
        "<app:GeoreferencedTexture><app:imageURI>world.png</app:imageURI><app:target>#roof1</app:target>"
        "</app:GeoreferencedTexture>"
    ),
    "matrix.png": (
        '<app:ParameterizedTexture><app:imageURI>matrix.png</app:imageURI><app:target uri="#roof2"><app:TexCoordGen>'
        f"<app:worldToTexture>{MATRIX}</app:worldToTexture></app:TexCoordGen></app:target></app:ParameterizedTexture>"
    ),
}


def write_photos(folder: Path) -> dict[str, Path]:
    shades = ((np.arange(PIXELS) + 0.5) / PIXELS * 255).round().astype(np.uint8)
    picture = np.zeros((PIXELS, PIXELS, 3), dtype=np.uint8)
    picture[..., 0], picture[..., 1] = shades[None, :], shades[:, None]
    for name in WAYS:
        Image.fromarray(picture).save(folder / name)
    (folder / "world.pgw").write_text(f"{PIXEL}\n0\n0\n{-PIXEL}\n{LEFT!r}\n{TOP!r}\n")
    return {name: folder / name for name in WAYS}


def write_city(folder: Path) -> Path:
    members = []
    for number in range(len(WAYS)):
        south, west = SOUTH + (0.1 + 0.3 * number) * SPAN, WEST + (0.15 + 0.25 * number) * SPAN
        north, east = south + 0.2 * SPAN, west + 0.3 * SPAN
        corners = [(south, west, 20), (south, east, 20), (north, east, 24), (north, west, 24), (south, west, 20)]
        roof = " ".join(f"{lat!r} {lon!r} {up}" for lat, lon, up in corners)
        ground = " ".join(f"{lat!r} {lon!r} 10" for lat, lon, _ in reversed(corners))
        faces = surfaces(polygon(roof, id=f"roof{number}"), polygon(ground))
        shape = f"<bldg:lod2MultiSurface>{faces}</bldg:lod2MultiSurface>"
        members.append(building(shape=shape, id=f"b{number}"))
    data = "".join(f"<app:surfaceDataMember>{one}</app:surfaceDataMember>" for one in WAYS.values())
    look = f"<app:appearanceMember><app:Appearance>{data}</app:Appearance></app:appearanceMember>"
    path = folder / "52385628_bldg_6697_op.gml"
    path.write_text(city_model(*members).replace("</core:CityModel>", f"{look}</core:CityModel>"), encoding="utf-8")
    return path


def test_each_roof_shows_the_pixels_of_its_place(tmp_path: Path) -> None:
    images = write_photos(tmp_path)
    read = write(write_city(tmp_path), tmp_path)
    assert {read.images[index] for index in read.texture if index >= 0} == set(WAYS)
    build_tileset(
        tmp_path / "features.parquet",
        tmp_path / "surfaces.parquet",
        tmp_path / "a.3tz",
        columns=[],
        geoid=GeoidModel.GSIGEO2011,
        images=images,
        title="roofs",
    )
    tileset = decode(tmp_path / "a.3tz", tmp_path / "a")
    assert tileset.complaints == []
    transform = np.array(tileset.document["root"]["transform"]).reshape(4, 4).T
    (tile,) = tileset.leaves().values()
    (textured,) = (one for one in tile.primitives if "TEXCOORD_0" in one["attributes"])
    roof = tile.features(textured)
    lon, lat, _ = TO_ELLIPSOID.transform(*(tile.metres(textured) @ transform[:3, :3].T + transform[:3, 3]).T)
    place = inwards(np.column_stack([lon - WEST, SOUTH + SPAN - lat]) / SPAN, roof)
    uv = inwards(tile.accessor(textured["attributes"]["TEXCOORD_0"]) / 65_535, roof)
    np.testing.assert_allclose(shown_colours(tile, uv)[:, :2] / 255, place, atol=0.015)
    assert Counter(roof.tolist()) == {0: 4, 1: 4, 2: 4}


def inwards(corners: NDArray[np.float64], roof: NDArray[np.int64]) -> NDArray[np.float64]:
    """A fifth of the way from each corner to the middle of its roof: there a JPEG's blocks hold nothing else."""
    middles = np.array([corners[roof == one].mean(axis=0) for one in roof])
    return np.asarray(corners + (middles - corners) / 5)


def shown_colours(tile: Glb, uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the tile's picture shows there, between its pixels; shape (corners, 3)."""
    (image,) = tile.document["images"]
    picture = np.asarray(Image.open(io.BytesIO(tile.view(image["bufferView"]))).convert("RGB"), dtype=np.float64)
    at = [uv[:, 1] * picture.shape[0] - 0.5, uv[:, 0] * picture.shape[1] - 0.5]
    return np.column_stack([map_coordinates(picture[..., band], at, order=1, mode="nearest") for band in range(3)])
