"""Open data, population and administrative files."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from data.sample import SAMPLE_SOURCES
from data.sample.opendata import TABLES, Table
from geo import GROUPS

from .conftest import Written
from .test_citygml import mesh_of


@pytest.mark.parametrize("table", TABLES, ids=[table.path.split("/")[1] for table in TABLES])
def test_tables_are_in_their_encoding_and_have_a_place_in_every_row(written: Written, table: Table) -> None:
    path = written.city.folder / "opendata" / table.path
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") == (table.encoding == "utf-8-sig")
    assert (b"\r\n" in raw) == (table.newline == "\r\n")
    if table.encoding == "cp932":
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")
    rows = written.table(path.name, table.encoding)
    (city, _), *_ = written.geojson("mihon_boundary")
    assert rows
    for row in rows:
        assert row["名称"]
        assert row["名称_カナ"]
        assert city.buffer(1e-4).contains(shapely.Point(float(row["経度"]), float(row["緯度"]))), row


def test_half_of_the_tables_are_in_the_old_encoding() -> None:
    share = sum(table.encoding == "cp932" for table in TABLES) / len(TABLES)
    assert 0.4 <= share <= 0.6


def test_public_places_stand_in_buildings(written: Written) -> None:
    tree = shapely.STRtree(written.outlines)
    rows = written.table("229997_aed.csv", "utf-8-sig")
    points = [shapely.Point(float(row["経度"]), float(row["緯度"])) for row in rows]
    distances = tree.query_nearest(points, return_distance=True, all_matches=False)[1]
    # A school's middle may lie in its court.
    assert distances.max() < 30 / 111_000


def test_the_check_digit_of_the_municipal_code_is_right() -> None:
    digits = [int(digit) for digit in "22999"]
    rest = 11 - sum(digit * weight for digit, weight in zip(digits, (6, 5, 4, 3, 2), strict=True)) % 11
    assert f"22999{rest % 10}" == "229997"


def _population(folder: Path) -> tuple[list[str], list[list[str]]]:
    rows = []
    head: list[str] = []
    for path in sorted(folder.glob("population/*.txt")):
        lines = path.read_bytes().decode("cp932").split("\r\n")
        head = lines[0].split(",")
        assert lines[1].startswith(",,,,人口（総数）")
        rows += [line.split(",") for line in lines[2:] if line]
    return head, rows


def test_the_meshes_hold_all_people_at_2_4_per_dwelling(written: Written) -> None:
    head, rows = _population(written.city.folder)
    people = sum(int(row[head.index("T001142001")]) for row in rows)
    homes = sum(int(row[head.index("T001142034")]) for row in rows)
    towns = [properties for _, properties in written.geojson("mihon_towns")]
    assert people == written.city.people == sum(town["population"] for town in towns)
    assert homes == sum(town["households"] for town in towns)
    assert sum(town["buildings"] for town in towns) == len(written.buildings)
    assert 2.2 < people / homes < 2.6


def test_suppressed_meshes_show_stars_and_their_breakdown_elsewhere(written: Written) -> None:
    head, rows = _population(written.city.folder)
    by_code = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    hidden = {code: row for code, row in by_code.items() if "*" in row.values()}
    assert 0 < len(hidden) < 0.3 * len(rows)
    for code, row in hidden.items():
        assert row["HTKSYORI"] == "2"
        assert code in by_code[row["HTKSAKI"]]["GASSAN"].split(";")
    for column, parts in {"T001142001": ("T001142002", "T001142003")}.items():
        total = sum(int(row[column]) for row in by_code.values())
        assert total == sum(int(row[part]) for row in by_code.values() for part in parts if row[part] != "*")


def test_people_live_in_the_meshes_where_homes_stand(written: Written) -> None:
    homes = set()
    for feature, outline in zip(written.buildings, written.outlines, strict=True):
        if (feature.text("bldg:usage") or "") in ("411", "412", "413", "414", "415"):
            homes.add(mesh_of(outline.centroid.y, outline.centroid.x, 10))
    _, rows = _population(written.city.folder)
    codes = {row[0] for row in rows}
    assert codes <= homes
    assert len(codes) > 0.9 * len(homes)


@pytest.mark.parametrize("name", ["mihon_boundary", "mihon_towns", "mihon_water", "mihon_railway"])
def test_gdal_reads_the_geojson(written: Written, name: str) -> None:
    layer = pyogrio.read_dataframe(written.city.folder / f"admin/{name}.geojson")
    assert layer.geometry.is_valid.all()
    west, south, east, north = layer.total_bounds
    assert 138.7 < west < east < 139.0
    assert 35.0 < south < north < 35.2
    assert layer["name"].notna().all()


def test_the_coast_and_the_station_are_where_the_story_says(written: Written) -> None:
    """Sea to the south and west, hills to the north and east."""
    sea, _ = written.geojson("mihon_water")[0]
    city, _ = written.geojson("mihon_boundary")[0]
    middle = np.array(city.centroid.coords[0])
    assert np.all(np.array(sea.centroid.coords[0]) < middle)


def test_the_manifest_names_every_file(written: Written) -> None:
    folder = written.city.folder
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {file["path"] for file in manifest["files"]} == on_disk - {"README.txt", "manifest.json"}
    assert {file["path"]: file["count"] for file in manifest["files"]} == {f.path: f.count for f in written.city.files}
    assert manifest["licence"] == "CC0-1.0"


def test_the_readme_says_that_everything_is_invented(written: Written) -> None:
    text = (written.city.folder / "README.txt").read_text(encoding="utf-8")
    assert "架空" in text
    assert "fictional" in text
    assert "CC0" in text


def test_the_demo_sources_are_there_with_titles_and_known_groups(written: Written) -> None:
    groups = {group.id for group in GROUPS}
    for source in SAMPLE_SOURCES:
        assert source.group in groups
        assert source.title.ja != source.title.en
        assert all((written.city.folder / path).exists() for path in source.paths), source
    paths = [path for source in SAMPLE_SOURCES for path in source.paths]
    assert len(paths) == len(set(paths))


def test_car_parks_and_shops_say_how_much_they_hold(written: Written) -> None:
    parks = written.table("229997_parking.csv", "utf-8-sig")
    shops = written.table("229997_shop.csv", "cp932")
    assert parks[-1]["名称"] == "みほん駅北口駐車場"
    assert all(int(row["収容台数"]) >= 6 for row in parks)
    assert len({row["名称"] for row in parks}) == len(parks)
    assert shops
    assert all(int(row["店舗面積平方メートル"]) > 20 for row in shops)
