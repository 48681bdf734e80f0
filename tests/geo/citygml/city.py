"""Small CityGML files for tests: one shows its input, and nothing more than it needs."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo import Batch, Problem
from geo.citygml import read_citygml

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:gml="http://www.opengis.net/gml"
  xmlns:bldg="http://www.opengis.net/citygml/building/2.0" xmlns:gen="http://www.opengis.net/citygml/generics/2.0"
  xmlns:tran="http://www.opengis.net/citygml/transportation/2.0" xmlns:wtr="http://www.opengis.net/citygml/waterbody/2.0"
  xmlns:veg="http://www.opengis.net/citygml/vegetation/2.0" xmlns:app="http://www.opengis.net/citygml/appearance/2.0"
  xmlns:luse="http://www.opengis.net/citygml/landuse/2.0" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:xAL="urn:oasis:names:tc:ciq:xsdschema:xAL:2.0"
  xmlns:uro="{iur}/uro/3.1" xmlns:urf="{iur}/urf/3.1">
"""
IUR = "https://www.geospatial.jp/iur"
OLD_IUR = "http://www.kantei.go.jp/jp/singi/tiiki/toshisaisei/itoshisaisei/iur"
ENVELOPE = '<gml:boundedBy><gml:Envelope srsName="{srs}" srsDimension="{dimension}"/></gml:boundedBy>\n'
EPSG_6697 = "http://www.opengis.net/def/crs/EPSG/0/6697"

SQUARE = "35.10 138.86 0 35.10 138.87 0 35.11 138.87 0 35.11 138.86 0 35.10 138.86 0"
"""Latitude, longitude, height; west to east 138.86 to 138.87."""
HOLE = "35.104 138.864 0 35.106 138.864 0 35.106 138.866 0 35.104 138.866 0 35.104 138.864 0"


def city_model(*members: str, srs: str = EPSG_6697, dimension: int = 3, iur: str = IUR, envelope: bool = True) -> str:
    inside = "".join(f"<core:cityObjectMember>{member}</core:cityObjectMember>\n" for member in members)
    bounds = ENVELOPE.format(srs=srs, dimension=dimension) if envelope else ""
    return f"{HEAD.format(iur=iur)}{bounds}{inside}</core:CityModel>\n"


def ring(positions: str) -> str:
    return f"<gml:LinearRing><gml:posList>{positions}</gml:posList></gml:LinearRing>"


def polygon(positions: str, *holes: str, id: str = "") -> str:
    inner = "".join(f"<gml:interior>{ring(hole)}</gml:interior>" for hole in holes)
    name = f' gml:id="{id}"' if id else ""
    return f"<gml:Polygon{name}><gml:exterior>{ring(positions)}</gml:exterior>{inner}</gml:Polygon>"


def surfaces(*polygons: str) -> str:
    members = "".join(f"<gml:surfaceMember>{one}</gml:surfaceMember>" for one in polygons)
    return f"<gml:MultiSurface>{members}</gml:MultiSurface>"


def solid(*polygons: str) -> str:
    members = "".join(f"<gml:surfaceMember>{one}</gml:surfaceMember>" for one in polygons)
    return f"<gml:Solid><gml:exterior><gml:CompositeSurface>{members}</gml:CompositeSurface></gml:exterior></gml:Solid>"


def footprint(positions: str = SQUARE, *holes: str) -> str:
    return f"<bldg:lod0FootPrint>{surfaces(polygon(positions, *holes))}</bldg:lod0FootPrint>"


def building(inside: str = "", *, id: str = "b1", shape: str | None = None) -> str:
    name = f' gml:id="{id}"' if id else ""
    return f"<bldg:Building{name}>{inside}{footprint() if shape is None else shape}</bldg:Building>"


def box(low: float, high: float) -> str:
    """A prism over the square: bottom, one wall, top."""
    bottom = SQUARE.replace(" 0 ", f" {low} ").removesuffix("0") + f"{low}"
    top = SQUARE.replace(" 0 ", f" {high} ").removesuffix("0") + f"{high}"
    wall = f"35.10 138.86 {low} 35.10 138.87 {low} 35.10 138.87 {high} 35.10 138.86 {high} 35.10 138.86 {low}"
    return solid(polygon(bottom), polygon(wall), polygon(top))


def write(folder: Path, text: str, name: str = "52385628_bldg_6697_op.gml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_codelist(folder: Path, name: str, **codes: str) -> None:
    entries = "".join(
        f"<gml:dictionaryEntry><gml:Definition><gml:description>{label}</gml:description>"
        f"<gml:name>{code.removeprefix('c')}</gml:name></gml:Definition></gml:dictionaryEntry>"
        for code, label in codes.items()
    )
    text = f'<gml:Dictionary xmlns:gml="http://www.opengis.net/gml">{entries}</gml:Dictionary>'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def read(path: Path, *, codelists: Path | None = None) -> list[Batch]:
    return list(read_citygml(path, name=path.name, codelists=codelists))


def features(batches: list[Batch], part: str) -> gpd.GeoDataFrame:
    """All features of one part, by id."""
    frames = [batch.features for batch in batches if batch.part == part and len(batch.features)]
    assert frames, f"no feature of {part}"
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True)).set_index("feature_id")


def problems(batches: list[Batch], rule: str | None = None) -> list[Problem]:
    """What the reader tells; the small bodies of these tests are open and flat, all of them stand in one place, and
    they are judged in tests/geo/check."""
    judged = ("face.", "solid.", "citygml.footprints_overlap")
    told = [one for batch in batches for one in batch.problems]
    return [one for one in told if one.rule == rule or (rule is None and not one.rule.startswith(judged))]


def account(batches: list[Batch]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Read, stored, kept out by type and LOD."""
    sums: dict[tuple[str, str], list[int]] = {}
    for count in (count for batch in batches for count in batch.counts):
        numbers = sums.setdefault((count.feature_type, count.lod), [0, 0, 0])
        for place, number in enumerate((count.read, count.stored, count.kept_out)):
            numbers[place] += number
    return {key: (numbers[0], numbers[1], numbers[2]) for key, numbers in sums.items()}
