"""Textures and colours of CityGML 3.0: a file of 2.0, rewritten by the published schemas, shows the same."""

import re
from pathlib import Path

import numpy as np
import pytest

from geo.surface import Surfaces
from tests.geo.citygml.city import HOLE, SQUARE, building, city_model, polygon, read, surfaces, write
from tests.shared_data import shared_data

YOKOSUKA = "plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml"
TSUKUBA = "plateau/tsukuba_tran/54401018_tran_6697_op.gml"
_COORDINATES = re.compile(r'<app:textureCoordinates ring="([^"]*)">([^<]*)</app:textureCoordinates>')


def as_citygml_3(text: str) -> str:
    """The appearances in the elements of CityGML 3.0 (appearance.xsd 3.0.0), and the namespaces; nothing else."""
    text = re.sub(r"(http://www\.opengis\.net/citygml/(?:\w+/)?)2\.0", r"\g<1>3.0", text)
    text = text.replace('"http://www.opengis.net/gml"', '"http://www.opengis.net/gml/3.2"')
    text = re.sub(r"(</?)app:appearance(Member)?>", r"\1core:appearance\2>", text)
    text = re.sub(r"(</?)app:surfaceDataMember>", r"\1app:surfaceData>", text)
    return re.sub(r'<app:target uri="([^"]*)">(.*?)</app:target>', _association, text, flags=re.DOTALL)


def _association(found: re.Match[str]) -> str:
    lists = _COORDINATES.findall(found[2])
    numbers = "".join(f"<app:textureCoordinates>{numbers}</app:textureCoordinates>" for _, numbers in lists)
    rings = "".join(f"<app:ring>{ring}</app:ring>" for ring, _ in lists)
    return (
        f"<app:textureParameterization><app:TextureAssociation><app:target>{found[1]}</app:target>"
        f"<app:textureParameterization><app:TexCoordList>{numbers}{rings}</app:TexCoordList>"
        "</app:textureParameterization></app:TextureAssociation></app:textureParameterization>"
    )


def all_surfaces(path: Path) -> list[Surfaces]:
    return [batch.surfaces for batch in read(path) if batch.surfaces is not None]


@pytest.mark.parametrize("path", [YOKOSUKA, TSUKUBA])
def test_a_file_rewritten_as_citygml_3_shows_the_same_images_and_colours(path: str, tmp_path: Path) -> None:
    rewritten = as_citygml_3(shared_data(path).read_text(encoding="utf-8"))
    assert "app:target uri" not in rewritten
    copy = tmp_path / Path(path).name
    copy.write_text(rewritten, encoding="utf-8")
    both = list(zip(all_surfaces(shared_data(path)), all_surfaces(copy), strict=True))
    assert any((old.texture >= 0).any() or (old.colour > 0).any() for old, _ in both)
    for old, new in both:
        assert old.images == new.images
        assert np.array_equal(old.texture, new.texture)
        assert np.array_equal(old.uv, new.uv, equal_nan=True)
        assert np.array_equal(old.colour, new.colour)
        assert np.array_equal(old.xyz, new.xyz)


def test_an_appearance_inside_a_feature_of_citygml_3_names_its_rings_in_order(tmp_path: Path) -> None:
    """A square with a hole: the coordinates stand first, the rings behind them (TexCoordListType)."""
    hole, square = "0.4 0.4 0.4 0.6 0.6 0.6 0.6 0.4 0.4 0.4", "0 0 1 0 1 1 0 1 0 0"
    target = (
        f'<app:target uri="#roof"><app:TexCoordList><app:textureCoordinates ring="#inner">{hole}'
        f'</app:textureCoordinates><app:textureCoordinates ring="#outer">{square}</app:textureCoordinates>'
        "</app:TexCoordList></app:target>"
    )
    texture = f"<app:ParameterizedTexture><app:imageURI>a.jpg</app:imageURI>{target}</app:ParameterizedTexture>"
    material = (
        "<app:X3DMaterial><app:diffuseColor>1 0 0</app:diffuseColor><app:target>#roof</app:target></app:X3DMaterial>"
    )
    data = "".join(f"<app:surfaceDataMember>{one}</app:surfaceDataMember>" for one in (texture, material))
    look = f"<app:appearance><app:Appearance>{data}</app:Appearance></app:appearance>"
    roof = polygon(SQUARE.replace(" 0 ", " 5 ")[:-1] + "5", HOLE.replace(" 0 ", " 5 ")[:-1] + "5", id="roof")
    for name in ("outer", "inner"):
        roof = roof.replace("<gml:LinearRing>", f'<gml:LinearRing gml:id="{name}">', 1)
    shape = f"{look}<bldg:lod2MultiSurface>{surfaces(roof)}</bldg:lod2MultiSurface>"
    text = as_citygml_3(city_model(building(shape=shape)))
    assert text.index(square) < text.index("#inner</app:ring>"), "coordinates first, then rings"
    (found,) = all_surfaces(write(tmp_path, text))
    assert found.images == ("a.jpg",)
    drawn = np.array([float(word) for word in (*square.split()[:8], *hole.split()[:8])], dtype=np.float32)
    assert found.uv.ravel().tolist() == drawn.tolist()
    assert found.colour.tolist() == [0xFF0000FF]
