"""Small files with mistakes planted on purpose, and the list of what an import must find in each.

They lie beside the city in `faults/` and are written only when asked for: the city itself is clean.
"""

import csv
import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from data.sample.codelist import write_codelists
from data.sample.fault_body import write_bodies
from data.sample.gml import code, surface, text, write_model
from data.sample.plane import ORIGIN


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of faults.csv."""

    file: str
    feature: str
    """gml:id, row or id as problems call it; empty: the whole file, or only a line is known."""
    line: str
    """From 1; empty: not told here."""
    rule: str
    """Key of `geo.rule.RULES`."""
    what_ja: str
    what_en: str


_GML = "udx/bldg/52384698_bldg_6697_op.gml"
_BROKEN_GML = "udx/bldg/52384699_bldg_6697_op.gml"
_ENTITY_GML = "udx/bldg/52384690_bldg_6697_op.gml"
_BODY_GML = "udx/bldg/52385608_bldg_6697_op.gml"
_WIFI = "opendata/229997_public_wireless_lan.csv"
_AED = "opendata/229997_aed.csv"
_LATIN = "opendata/229997_school.csv"
_SHP = "gis/hydrant.shp"
_TOKYO = "gis/benchmark.shp"
_JSON = "gis/broken.geojson"
_MESH = "population/tblT001142Q5238.txt"
_STOPS, _NO_STOPS = "gtfs/bad_stops.zip/stops.txt", "gtfs/no_stops.zip"
_OUTSIDE, _CUT = "archive/outside.zip", "archive/cut.zip"
_EMPTY, _DRAWING = "other/empty.csv", "other/plan.dwg"

FAULTS = (
    Fault(_GML, "bldg_fault_duplicate", "", "citygml.duplicate_id", "gml:idの重複", "the same gml:id twice"),
    Fault(_GML, "bldg_fault_open_ring", "", "citygml.ring", "閉じていない面", "a ring that is not closed"),
    Fault(_GML, "bldg_fault_code", "", "citygml.code_unknown", "コードリストにない用途", "a use in no codelist"),
    Fault(_GML, "bldg_fault_bow_tie", "", "geometry.invalid", "8の字に自己交差", "an outline like a figure eight"),
    Fault(_GML, "bldg_fault_spike", "", "geometry.repaired", "わずかな自己交差", "a tiny loop in the outline"),
    Fault(_GML, "bldg_fault_height", "", "citygml.value", "数値でない高さ", "a height that is no number"),
    Fault(_GML, "bldg_fault_bare", "", "citygml.no_surface", "形状のない建物", "a building without geometry"),
    Fault(
        _BODY_GML, "bldg_fault_reference", "", "citygml.reference_lost", "参照先のない面", "a face that is not there"
    ),
    Fault(_BODY_GML, "bldg_fault_face", "", "citygml.solid", "線につぶれた面", "a face that is only a line"),
    Fault(_BODY_GML, "", "", "citygml.texture_coordinates", "テクスチャ座標の不足", "a texture with a place too few"),
    Fault(_BODY_GML, "", "", "citygml.texture_missing", "画像のないテクスチャ", "a texture without its picture"),
    Fault(_BROKEN_GML, "", "", "xml.not_well_formed", "途中で切れたXML", "XML cut off in the middle"),
    Fault(_ENTITY_GML, "", "", "xml.entity", "実体宣言のあるXML", "XML that declares an entity"),
    Fault(_WIFI, "2", "3", "csv.coordinates_missing", "緯度経度が空", "no coordinates"),
    Fault(_WIFI, "3", "4", "csv.coordinates_invalid", "緯度経度が文字", "words for coordinates"),
    Fault(_WIFI, "4", "5", "csv.coordinates_swapped", "緯度と経度が逆", "latitude and longitude exchanged"),
    Fault(_WIFI, "5", "6", "csv.columns", "列が足りない", "too few columns"),
    Fault(_AED, "", "", "csv.no_coordinates", "緯度経度の列がない", "no columns of coordinates"),
    Fault(_LATIN, "", "", "file.encoding", "読めない文字コード", "letters neither UTF-8 nor CP932"),
    Fault(_SHP, "", "", "crs.missing", ".prjのないシェープファイル", "a shapefile without .prj"),
    Fault(_TOKYO, "", "", "crs.tokyo_datum", "旧日本測地系", "Tokyo datum"),
    Fault(_JSON, "", "", "json.not_well_formed", "途中で切れたGeoJSON", "GeoJSON cut off in the middle"),
    Fault(_MESH, "", "4", "mesh.code", "存在しないメッシュコード", "no such grid square"),
    Fault(_MESH, "5238469811", "5", "mesh.duplicate", "メッシュの重複", "the same grid square twice"),
    Fault(_STOPS, "S2", "", "gtfs.stop_without_coordinates", "緯度経度のない停留所", "a stop without coordinates"),
    Fault(_STOPS, "S1", "", "gtfs.duplicate_id", "停留所IDの重複", "the same stop_id twice"),
    Fault(_NO_STOPS, "", "", "gtfs.file_missing", "stops.txtがない", "no stops.txt"),
    Fault(_OUTSIDE, "", "", "zip.outside", "外を指すZIP", "a zip member outside its folder"),
    Fault(_CUT, "", "", "zip.damaged", "壊れたZIP", "a damaged zip"),
    Fault(_EMPTY, "", "", "file.empty", "空のファイル", "an empty file"),
    Fault(_DRAWING, "", "", "file.unknown", "対応していない形式", "a kind of file nobody reads"),
    Fault(
        "faults.csv", "", "", "csv.no_coordinates", "この一覧(位置のない表)", "this list itself: a table without places"
    ),
)


def write_sample_faults(folder: Path) -> Path:
    """Everything below `folder`/faults; returns that folder. The same bytes on every machine."""
    root = folder / "faults"
    write_codelists(root / "codelists")
    _write_buildings(root)
    write_bodies(root / _BODY_GML)
    _write_tables(root)
    _write_shapefiles(root)
    _write_feeds(root)
    _write_others(root)
    rows = [tuple(field.name for field in fields(Fault)), *(astuple(fault) for fault in FAULTS)]
    _write(root / "faults.csv", _csv(rows).encode("utf-8-sig"))
    return root


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def _csv(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


_SQUARE = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
_BOW_TIE = ((0, 0), (1, 1), (1, 0), (0, 1), (0, 0))
_SPIKE = ((0, 0), (1, 0), (1, 1), (0.5, 1), (0.49, 1.01), (0.5, 1.01), (0.49, 1), (0, 1), (0, 0))
_OPEN = ((0, 0), (1, 0), (1, 1), (0, 1))
_Ring = Sequence[tuple[float, float]]


def _write_buildings(root: Path) -> None:
    members = [
        _building("bldg_fault_none", 0),
        _building("bldg_fault_duplicate", 1),
        _building("bldg_fault_duplicate", 2),
        _building("bldg_fault_open_ring", 3, ring=_OPEN),
        _building("bldg_fault_code", 4, usage="999"),
        _building("bldg_fault_bow_tie", 5, ring=_BOW_TIE),
        _building("bldg_fault_spike", 6, ring=_SPIKE),
        _building("bldg_fault_height", 7, height="高い"),
        _building("bldg_fault_unknown_height", 8, height="-9999"),
        _building("bldg_fault_bare", 9, ring=()),
    ]
    east, north = ORIGIN
    corners = np.array([east, north, 0.0]), np.array([east + 0.01, north + 0.001, 9.0])
    write_model(root / _GML, members, corners)
    whole = (root / _GML).read_bytes()
    _write(root / _BROKEN_GML, whole[: len(whole) // 2])
    declared = whole.replace(b"?>\n", b'?>\n<!DOCTYPE x [<!ENTITY who "nobody">]>\n', 1)
    _write(root / _ENTITY_GML, declared)


def _building(id_: str, place: int, *, ring: _Ring = _SQUARE, usage: str = "411", height: str = "6.2") -> str:
    roof = surface([_positions(ring, place)]) if ring else ""
    edge = f"<bldg:lod0RoofEdge>\n<gml:MultiSurface>\n{roof}</gml:MultiSurface>\n</bldg:lod0RoofEdge>\n" if ring else ""
    return (
        f'<bldg:Building gml:id="{id_}">\n'
        + code("bldg:usage", usage, "Building_usage")
        + f'<bldg:measuredHeight uom="m">{height}</bldg:measuredHeight>\n'
        + text("bldg:storeysAboveGround", 2)
        + edge
        + "</bldg:Building>\n"
    )


def _positions(ring: _Ring, place: int) -> str:
    east, north = ORIGIN
    return " ".join(f"{north + 1e-4 * y:.8f} {east + 2e-4 * place + 1e-4 * x:.8f} 0" for x, y in ring)


def _write_tables(root: Path) -> None:
    head = ("NO", "名称", "緯度", "経度", "設置者")
    rows = [
        (1, "正しい行", "35.0801", "138.8601", "みほん市"),
        (2, "空の行", "", "", "みほん市"),
        (3, "文字の行", "北緯", "東経", "みほん市"),
        (4, "逆の行", "138.8602", "35.0802", "みほん市"),
        (5, "短い行", "35.0803"),
    ]
    _write(root / _WIFI, _csv([head, *rows]).encode("cp932"))
    _write(root / _AED, _csv([("NO", "名称", "設置者"), (1, "市役所", "みほん市")]).encode("utf-8"))
    _write(root / _LATIN, _csv([("NO", "name", "lat", "lon"), (1, "Café", "35.08", "138.86")]).encode("latin-1"))
    _write(root / _MESH, _mesh_table().encode("cp932"))
    _write(root / _EMPTY, b"")


def _mesh_table() -> str:
    head = ("KEY_CODE", "HTKSYORI", "HTKSAKI", "GASSAN", "T001142001")
    labels = ("", "", "", "", "人口（総数）")
    squares = ("5238469811", "5238999911", "5238469811")
    return _csv([head, labels, *((square, 0, "", "", 40 + k) for k, square in enumerate(squares))])


_TOKYO_WKT = (
    'GEOGCS["GCS_Tokyo",DATUM["D_Tokyo",SPHEROID["Bessel_1841",6377397.155,299.1528128]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def _write_shapefiles(root: Path) -> None:
    east, north = ORIGIN
    for name in (_SHP, _TOKYO):
        _write_points((root / name).with_suffix(""), [(east, north), (east + 0.001, north + 0.001)])
    _write((root / _TOKYO).with_suffix(".prj"), _TOKYO_WKT.encode())


def _write_points(path: Path, points: Sequence[tuple[float, float]]) -> None:
    """By hand: libraries put today's date into the .dbf."""
    xs, ys = zip(*points, strict=True)
    box = (min(xs), min(ys), max(xs), max(ys), 0.0, 0.0, 0.0, 0.0)

    def head(words: int) -> bytes:
        return struct.pack(">iiiiiii", 9994, 0, 0, 0, 0, 0, 50 + words) + struct.pack("<ii8d", 1000, 1, *box)

    shapes = [struct.pack(">ii", k, 10) + struct.pack("<idd", 1, x, y) for k, (x, y) in enumerate(points, start=1)]
    index = [struct.pack(">ii", 50 + 14 * k, 10) for k in range(len(points))]
    _write(path.with_suffix(".shp"), head(14 * len(points)) + b"".join(shapes))
    _write(path.with_suffix(".shx"), head(4 * len(points)) + b"".join(index))
    column = struct.pack("<11sc4xBB14x", b"NAME", b"C", 8, 0)
    records = b"".join(b" " + f"P{k}".encode().ljust(8) for k in range(len(points)))
    table = struct.pack("<BBBBIHH20x", 3, 126, 4, 1, len(points), 65, 9) + column + b"\r" + records + b"\x1a"
    _write(path.with_suffix(".dbf"), table)


_FEED = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\r\nA,みほんバス,https://example.com,Asia/Tokyo\r\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\r\nR,A,1,港線,3\r\n",
    "trips.txt": "route_id,service_id,trip_id\r\nR,W,T\r\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\r\n"
    "T,08:00:00,08:00:00,S1,1\r\nT,08:05:00,08:05:00,S3,2\r\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\r\n"
    "W,1,1,1,1,1,0,0,20260401,20270331\r\n",
}
_BAD_STOPS = (
    "stop_id,stop_name,stop_lat,stop_lon\r\nS1,駅,35.0800,138.8600\r\nS2,港,,\r\nS3,市役所,35.0810,138.8620\r\n"
    "S1,駅,35.0800,138.8600\r\n"
)


def _write_feeds(root: Path) -> None:
    _write((root / _STOPS).parent, _zipped({**_FEED, "stops.txt": _BAD_STOPS}))
    _write(root / _NO_STOPS, _zipped(_FEED))


def _zipped(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        for name, body in members.items():
            bundle.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body.encode())
    return out.getvalue()


def _write_others(root: Path) -> None:
    _write(root / _JSON, b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Po')
    inside = _csv([("名称", "緯度", "経度"), ("市役所", "35.08", "138.86")])
    _write(root / _OUTSIDE, _zipped({"../outside.csv": inside}))
    whole = _zipped({"inside.csv": inside})
    _write(root / _CUT, whole[: len(whole) // 2])
    _write(root / _DRAWING, b"AC1032" + bytes(64))
