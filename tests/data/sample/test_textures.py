"""Textures: real pictures, laid on walls and roofs that exist, read as any reader reads them."""

import io
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from data.sample.facade import Covering, Style, facade_name, picture, roof_name
from data.sample.image import png
from geo.citygml import read_citygml

from .conftest import NAMESPACES, Written

_APP = {**NAMESPACES, "app": "http://www.opengis.net/citygml/appearance/2.0"}
_ID = "{http://www.opengis.net/gml}id"


def test_a_picture_is_what_pillow_reads_back() -> None:
    pixels = np.arange(16, dtype=np.uint8).repeat(8).reshape(4, 32) % 3
    palette = ((255, 0, 0), (0, 255, 0), (10, 20, 30))
    read = np.asarray(Image.open(io.BytesIO(png(pixels, palette))).convert("RGB"))
    assert (read == np.array(palette, dtype=np.uint8)[pixels]).all()


@pytest.mark.parametrize("storeys", [1, 7, 18])
@pytest.mark.parametrize("style", list(Style))
def test_walls_have_a_row_of_windows_for_each_floor(style: Style, storeys: int) -> None:
    image = Image.open(io.BytesIO(picture(facade_name(style, 1, storeys))))
    image.load()
    assert image.size == (256, 32 * (storeys + (style is Style.HOUSE)))


def test_roofs_are_pictures_too() -> None:
    for covering in Covering:
        Image.open(io.BytesIO(picture(roof_name(covering, 2)))).load()


def _files(written: Written) -> list[Path]:
    return [path for path in sorted(written.city.folder.glob("udx/bldg/*.gml")) if b"imageURI" in path.read_bytes()]


def test_textures_lie_on_rings_of_the_file_with_as_many_places_as_corners(written: Written) -> None:
    files = _files(written)
    assert files
    for path in files:
        root = etree.parse(path).getroot()
        polygons = {one.get(_ID) for one in root.iter(f"{{{NAMESPACES['gml']}}}Polygon")}
        rings = {one.get(_ID): one for one in root.iter(f"{{{NAMESPACES['gml']}}}LinearRing")}
        for texture in root.iterfind(".//app:ParameterizedTexture", _APP):
            image = path.parent / texture.findtext("app:imageURI", namespaces=_APP)
            assert image.parent.name.endswith("_appearance")
            Image.open(image).load()
            for target in texture.iterfind("app:target", _APP):
                assert target.get("uri")[1:] in polygons
                places = target.find(".//app:textureCoordinates", _APP)
                uv = np.array(places.text.split(), dtype=float).reshape(-1, 2)
                ring = rings[places.get("ring")[1:]].findtext("gml:posList", namespaces=NAMESPACES)
                assert 3 * len(uv) == len(ring.split())
                assert uv.min() >= 0
                assert uv.max() <= 1
                assert (uv[0] == uv[-1]).all()
        for material in root.iterfind(".//app:X3DMaterial", _APP):
            assert all(target.text[1:] in polygons for target in material.iterfind("app:target", _APP))


def test_walls_stand_upright_in_their_pictures(written: Written) -> None:
    """The lower edge of a wall is the lower edge of the picture, and it is not mirrored."""
    path = _files(written)[0]
    root = etree.parse(path).getroot()
    rings = {one.get(_ID): one for one in root.iter(f"{{{NAMESPACES['gml']}}}LinearRing")}
    for texture in root.iterfind(".//app:ParameterizedTexture", _APP):
        if "wall" in texture.findtext("app:imageURI", namespaces=_APP):
            for places in list(texture.iterfind(".//app:textureCoordinates", _APP))[:20]:
                uv = np.array(places.text.split(), dtype=float).reshape(-1, 2)
                text = rings[places.get("ring")[1:]].findtext("gml:posList", namespaces=NAMESPACES)
                heights = np.array(text.split(), dtype=float).reshape(-1, 3)[:, 2]
                assert (uv[heights == heights.min(), 1] == 0).all()
                assert uv[1, 0] > uv[0, 0]
                area = (uv[:-1, 0] * uv[1:, 1] - uv[1:, 0] * uv[:-1, 1]).sum()
                assert area > 0


def test_the_reader_finds_every_picture(written: Written) -> None:
    path = _files(written)[0]
    found: set[str] = set()
    for batch in read_citygml(path, name=f"udx/bldg/{path.name}", codelists=written.city.folder / "codelists"):
        if batch.surfaces is not None:
            found |= set(batch.surfaces.images)
    if not found:
        pytest.skip("the reader of CityGML does not read textures yet")
    assert all((written.city.folder / name).is_file() for name in found)
