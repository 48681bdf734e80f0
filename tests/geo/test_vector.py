import json
import sqlite3
import tracemalloc
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiPoint, Point, Polygon, box

from geo import Batch, GeometryType, Problem, UnreadableError
from geo.vector import read_vector
from tests.shared_data import shared_data

POINT = {"type": "Point", "coordinates": [138.3, 34.8]}


def read(path: Path, crs: str | None = None) -> list[Batch]:
    return list(read_vector(path, name=path.name, crs=crs))


def only(path: Path, crs: str | None = None) -> Batch:
    (batch,) = read(path, crs)
    return batch


def numbers(batches: list[Batch]) -> tuple[int, int, int]:
    counts = [count for batch in batches for count in batch.counts]
    return sum(c.read for c in counts), sum(c.stored for c in counts), sum(c.kept_out for c in counts)


def problems(batches: list[Batch]) -> list[Problem]:
    return [problem for batch in batches for problem in batch.problems]


def rules(batches: list[Batch]) -> list[str]:
    return [problem.rule for problem in problems(batches)]


def refusal(path: Path, crs: str | None = None) -> Problem:
    with pytest.raises(UnreadableError) as caught:
        read(path, crs)
    return caught.value.problem


def feature(geometry: object, /, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def geojson(path: Path, *features: object, **top: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", **top, "features": features}, indent=1))
    return path


def frame(*geometries: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(geometries), crs="EPSG:6668")


class TestGeoJson:
    def test_every_member_of_features_is_stored_or_has_a_problem(self, tmp_path: Path) -> None:
        bad: list[object] = [
            None,
            {"type": "Point", "coordinates": []},
            {"type": "Point", "coordinates": ["138", "34"]},
            {"type": "Point", "coordinates": [None, None]},
            {"type": "Point", "coordinates": [float("nan"), 34]},
            {"type": "Circle", "coordinates": [138, 34]},
            {"type": "Point"},
            {"type": "Point", "coordinates": [34.8, 138.3]},
            "a text",
        ]
        path = geojson(tmp_path / "a.geojson", feature(POINT), *map(feature, bad), 7)

        batches = read(path)

        assert numbers(batches) == (11, 1, 10)
        assert Counter(rules(batches)) == {
            "geometry.missing": 3,
            "geometry.not_finite": 3,
            "geometry.unreadable": 3,
            "geometry.outside": 1,
        }

    def test_a_problem_names_the_row_and_the_line(self, tmp_path: Path) -> None:
        path = tmp_path / "a.geojson"
        path.write_text(
            '{"type": "FeatureCollection", "features": [\n'
            '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [138, 34]}},\n'
            '\n{"type": "Feature", "properties": {}, "geometry": null}\n]}'
        )

        (problem,) = problems(read(path))

        assert (problem.rule, problem.feature, problem.line) == ("geometry.missing", "2", 4)

    def test_without_crs_it_is_wgs84_as_the_standard_says(self, tmp_path: Path) -> None:
        batch = only(geojson(tmp_path / "a.geojson", feature(POINT)))

        assert batch.features.geometry[0] == Point(138.3, 34.8)
        assert batch.crs == "OGC:CRS84"

    def test_an_old_crs_member_counts_even_behind_the_features(self, tmp_path: Path) -> None:
        path = tmp_path / "a.geojson"
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6676"}}
        origin = {"type": "Point", "coordinates": [0, 0]}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature(origin)], "crs": crs}))

        batch = only(path)

        assert batch.features.geometry[0].distance(Point(138.5, 36)) < 1e-9
        assert batch.crs == "EPSG:6676"

    def test_the_users_word_on_a_file_without_crs_is_taken(self, tmp_path: Path) -> None:
        """10 km south of the origin of zone VIII."""
        metres = {"type": "Point", "coordinates": [0, -10_000]}

        batch = only(geojson(tmp_path / "a.geojson", feature(metres)), crs="6676")

        assert batch.features.geometry[0].distance(Point(138.5, 35.90985)) < 1e-4
        assert batch.problems == ()

    def test_a_plane_named_for_other_files_does_not_move_degrees(self, tmp_path: Path) -> None:
        batch = only(geojson(tmp_path / "a.geojson", feature(POINT)), crs="6676")

        assert batch.features.geometry[0] == Point(138.3, 34.8)
        assert rules([batch]) == ["crs.declared"]

    @pytest.mark.parametrize(
        ("text", "rule", "line"),
        [
            ('{"type": "FeatureCollection",\n"features": [\n{"type": }', "json.not_well_formed", 3),
            ('{"type": "FeatureCollection",\n"features": [\n', "json.not_well_formed", 3),
            ('{"type": "FeatureCollection", "features": []}\n}', "json.not_well_formed", 2),
            ('{"type": "Topology"}', "json.not_geojson", None),
            ("[1, 2]", "json.not_geojson", None),
            ('{"features": ' + "[" * 100_000, "json.not_well_formed", 1),
        ],
    )
    def test_a_broken_file_says_where(self, tmp_path: Path, text: str, rule: str, line: int | None) -> None:
        path = tmp_path / "a.geojson"
        path.write_text(text)

        problem = refusal(path)

        assert (problem.rule, problem.line) == (rule, line)

    def test_a_file_cut_anywhere_is_refused_and_never_read_in_part(self, tmp_path: Path) -> None:
        whole = geojson(tmp_path / "a.geojson", *(feature(POINT, n=n) for n in range(4))).read_bytes()
        path = tmp_path / "cut.geojson"

        for end in range(1, len(whole)):
            path.write_bytes(whole[:end])
            assert refusal(path).rule == "json.not_well_formed"

    def test_a_mark_cp932_and_one_feature_alone_are_read(self, tmp_path: Path) -> None:
        text = json.dumps(feature(POINT, 名称="髙橋①"), ensure_ascii=False)
        for encoding in ("utf-8-sig", "cp932"):
            path = tmp_path / f"{encoding}.geojson"
            path.write_bytes(text.encode(encoding))
            assert only(path).features["名称"].tolist() == ["髙橋①"]

    def test_kinds_become_parts_and_nothing_is_lost(self, tmp_path: Path) -> None:
        line = {"type": "LineString", "coordinates": [[138, 34], [139, 35]]}
        area = {"type": "Polygon", "coordinates": [[[138, 34], [139, 34], [139, 35], [138, 34]]]}
        path = geojson(tmp_path / "a.geojson", feature(POINT), feature(line), feature(area), feature(POINT))

        assert [(b.part, b.geometry_type.value, len(b.features)) for b in read(path)] == [
            ("a-point", "point", 2),
            ("a-line", "line", 1),
            ("a-polygon", "polygon", 1),
        ]

    def test_a_collection_of_one_kind_is_read_and_a_mixed_one_is_named(self, tmp_path: Path) -> None:
        line = {"type": "LineString", "coordinates": [[138, 34], [139, 35]]}
        same = {"type": "GeometryCollection", "geometries": [POINT, POINT]}
        mixed = {"type": "GeometryCollection", "geometries": [POINT, line]}

        batch = only(geojson(tmp_path / "a.geojson", feature(same), feature(mixed)))

        assert batch.features.geometry[0].geom_type == "MultiPoint"
        assert [(p.rule, p.feature) for p in batch.problems] == [("geometry.mixed", "2")]

    def test_an_open_ring_is_closed_and_told(self, tmp_path: Path) -> None:
        ring = [[138, 34], [139, 34], [139, 35], [138, 35]]

        batch = only(geojson(tmp_path / "a.geojson", feature({"type": "Polygon", "coordinates": [ring]})))

        assert batch.features.geometry[0].equals(box(138, 34, 139, 35))
        assert rules([batch]) == ["geometry.repaired"]

    def test_values_keep_their_kind_and_odd_ones_become_text(self, tmp_path: Path) -> None:
        path = geojson(
            tmp_path / "a.geojson",
            feature(POINT, n=1, share=0.5, code="012", nested={"a": [1]}, mixed=1, geometry="g"),
            feature(POINT, n=None, share=1, code="9", nested=None, mixed="x", geometry="h"),
        )

        features = only(path).features

        assert features["n"].tolist() == [1, pd.NA]
        assert features["share"].tolist() == [0.5, 1.0]
        assert features["code"].tolist() == ["012", "9"]
        assert features["nested"].tolist() == ['{"a": [1]}', None]
        assert features["mixed"].tolist() == ["1", "x"]
        assert features["geometry_"].tolist() == ["g", "h"]

    @pytest.mark.parametrize(
        ("first", "second", "ids"),
        [
            ({"id": "a"}, {"id": "b"}, ["a", "b"]),
            ({"id": "a"}, {"id": "a"}, ["1", "2"]),
            ({"id": "a"}, {"name": "b"}, ["1", "2"]),
            ({"NO": 5, "名称": "x"}, {"NO": 6, "名称": "y"}, ["5", "6"]),
            ({"名称": "x"}, {"名称": "y"}, ["1", "2"]),
        ],
    )
    def test_a_feature_is_called_by_a_column_only_if_that_is_unique(
        self, tmp_path: Path, first: dict[str, object], second: dict[str, object], ids: list[str]
    ) -> None:
        path = geojson(tmp_path / "a.geojson", feature(POINT, **first), feature(POINT, **second))

        assert only(path).features["feature_id"].tolist() == ids

    def test_memory_does_not_grow_with_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.geojson"
        one = json.dumps(feature(POINT, text="x" * 1_000))
        path.write_text('{"type": "FeatureCollection", "features": [' + ",\n".join([one] * 40_000) + "]}")

        tracemalloc.start()
        read_features = sum(len(batch.features) for batch in read_vector(path, name="a"))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert read_features == 40_000
        assert peak < path.stat().st_size


class TestGeoPackage:
    def test_each_layer_is_a_part_and_a_table_without_geometry_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "a.gpkg"
        frame(Point(138, 35), name=["駅"]).to_file(path, layer="stations")
        frame(box(138, 35, 139, 36), box(139, 35, 140, 36)).to_file(path, layer="areas")
        pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="codes")

        batches = read(path)

        assert [(b.part, b.geometry_type, len(b.features)) for b in batches] == [
            ("stations", GeometryType.POINT, 1),
            ("areas", GeometryType.POLYGON, 2),
        ]
        assert rules(batches) == ["file.layer_without_geometry"]

    def test_mixed_missing_and_empty_geometries_add_up(self, tmp_path: Path) -> None:
        path = tmp_path / "a.gpkg"
        mixed = GeometryCollection([Point(138, 35), box(0, 0, 1, 1)])
        frame(Point(138, 35), None, LineString([(0, 0), (1, 1)]), mixed, MultiPoint([(1, 2), (3, 4)])).to_file(path)

        batches = read(path)

        assert [(b.part, len(b.features)) for b in batches] == [("a-point", 2), ("a-line", 1)]
        assert numbers(batches) == (5, 3, 2)
        assert rules(batches) == ["geometry.mixed", "geometry.missing"]

    def test_a_feature_is_called_by_its_key(self, tmp_path: Path) -> None:
        path = tmp_path / "a.gpkg"
        frame(Point(138, 35), Point(138, 36)).to_file(path)
        with sqlite3.connect(path) as connection:
            connection.execute("delete from a where fid = 1")

        assert only(path).features["feature_id"].tolist() == ["2"]

    def test_numbers_dates_and_truth_values_keep_their_meaning(self, tmp_path: Path) -> None:
        path = tmp_path / "a.gpkg"
        when = pd.to_datetime(["2024-01-02T03:04:05", None])
        whether = pd.array([True, None], dtype="boolean")
        frame(Point(1, 2), Point(3, 4), n=pd.array([1, None], dtype="Int64"), when=when, ok=whether).to_file(path)

        features = only(path).features

        assert features["n"].tolist() == [1, pd.NA]
        assert str(features["when"][0]).startswith("2024-01-02T03:04:05")
        assert features["ok"].tolist() == [True, pd.NA]

    @pytest.mark.parametrize("cut", [100, 20_000])
    def test_a_damaged_file_is_refused(self, tmp_path: Path, cut: int) -> None:
        path = tmp_path / "a.gpkg"
        frame(Point(138, 35)).to_file(path)
        path.write_bytes(path.read_bytes()[:cut])

        problem = refusal(path)

        assert problem.rule == "file.unreadable"
        assert str(tmp_path) not in problem.message("en")


class TestShapefile:
    @pytest.mark.parametrize(
        ("encoding", "page"), [("cp932", None), ("utf-8", None), ("cp932", "UTF-8"), ("cp932", "x")]
    )
    def test_texts_and_names_are_read_whatever_the_code_page_file_says(
        self, tmp_path: Path, encoding: str, page: str | None
    ) -> None:
        path = tmp_path / "a.shp"
        frame(Point(138, 35), 名称=["髙橋商店①"]).to_file(path, encoding=encoding)
        path.with_suffix(".cpg").unlink()
        if page:
            path.with_suffix(".cpg").write_text(page)

        assert only(path).features["名称"].tolist() == ["髙橋商店①"]

    def test_half_a_character_at_the_end_of_a_field_is_cut_off(self, tmp_path: Path) -> None:
        path = tmp_path / "a.shp"
        frame(Point(138, 35), a=["一二三四五"]).to_file(path, encoding="cp932")
        table = path.with_suffix(".dbf")
        table.write_bytes(table.read_bytes().replace("五".encode("cp932"), "五".encode("cp932")[:1] + b" "))

        batch = only(path)

        assert batch.features["a"][0].startswith("一二三四")

    def test_bytes_of_no_encoding_are_told(self, tmp_path: Path) -> None:
        path = tmp_path / "a.shp"
        frame(Point(138, 35), Point(138, 36), a=["XXXX", "駅"]).to_file(path, encoding="cp932")
        table = path.with_suffix(".dbf")
        table.write_bytes(table.read_bytes().replace(b"XXXX", b"\x81\x01\xffX"))

        batch = only(path)

        assert [(p.rule, p.feature, p.parameters["column"]) for p in batch.problems] == [("file.text", "1", "a")]
        assert len(batch.features) == 2

    def test_without_prj_it_needs_the_users_word(self, tmp_path: Path) -> None:
        path = tmp_path / "a.shp"
        frame(Point(0, 0), a=[1]).to_file(path)
        path.with_suffix(".prj").unlink()

        assert refusal(path).rule == "crs.missing"
        assert only(path, crs="6676").features.geometry[0].distance(Point(138.5, 36)) < 1e-9

    def test_the_tokyo_datum_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.shp"
        gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)], crs="EPSG:30169").to_file(path)

        assert refusal(path).rule == "crs.tokyo_datum"

    @pytest.mark.parametrize("part", [".shx", ".dbf"])
    def test_a_missing_part_is_named(self, tmp_path: Path, part: str) -> None:
        path = tmp_path / "a.shp"
        frame(Point(0, 0), a=[1]).to_file(path)
        path.with_suffix(part).unlink()

        problem = refusal(path)

        assert (problem.rule, problem.parameters["part"]) == ("file.part_missing", part)

    def test_features_lost_by_a_cut_are_counted(self, tmp_path: Path) -> None:
        path = tmp_path / "a.shp"
        frame(*(box(n, 0, n + 1, 1) for n in range(100)), a=list(range(100))).to_file(path)
        path.write_bytes(path.read_bytes()[:-5_000])

        batches = read(path)

        total, stored, kept_out = numbers(batches)
        assert total == 100
        assert 0 < stored < 100
        assert len([p for p in problems(batches) if p.keeps_out]) > 0
        assert kept_out == 100 - stored

    def test_a_deleted_record_is_no_feature(self, tmp_path: Path) -> None:
        path = tmp_path / "a.shp"
        frame(Point(138, 35), Point(138, 36), a=["x", "y"]).to_file(path)
        table = path.with_suffix(".dbf")
        raw = bytearray(table.read_bytes())
        raw[int.from_bytes(raw[8:10], "little")] = ord("*")
        table.write_bytes(raw)

        batch = only(path)

        assert numbers([batch]) == (1, 1, 0)
        assert batch.features["a"].tolist() == ["y"]


class TestFlatGeobuf:
    def test_it_is_read_with_its_attributes(self, tmp_path: Path) -> None:
        path = tmp_path / "a.fgb"
        frame(Point(138, 35), Point(138, 36), 名称=["甲", "乙"]).to_file(path)

        assert set(only(path).features["名称"]) == {"甲", "乙"}

    def test_a_cut_file_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.fgb"
        frame(*(Point(n, 35) for n in range(50)), a=list(range(50))).to_file(path)
        path.write_bytes(path.read_bytes()[:-300])

        assert refusal(path).rule == "file.unreadable"


def test_a_file_longer_than_one_batch_keeps_its_order_and_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame(*shapely.points([[138 + n / 1e5, 35] for n in range(12_345)]), n=list(range(12_345))).to_file(path)

    batches = read(path)

    assert len(batches) == 3
    assert pd.concat([b.features["n"] for b in batches]).tolist() == list(range(12_345))


@pytest.mark.parametrize(
    ("file", "read_count", "stored"),
    [
        ("municipal/yaizu_22212/焼津市自主運行バス路線図_停留所/バス停留所(しずてつ除外).shp", 164, 164),
        ("municipal/yaizu_22212/河川・海岸_監視カメラ/CameraInfo.geojson", 20, 20),
        ("municipal/yaizu_22212/焼津市自主運行バス路線図_路線/bus-route.geojson", 14, 14),
        ("municipal/yaizu_22212/文化財マップ/文化財マップ.geojson", 157, 156),
        ("municipal/yaizu_22212/浸水履歴_令和4年/浸水履歴_令和4年.shp", 62, 62),
        ("municipal/yaizu_22212/区画整理地図/区画整理地図.geojson", 152, 152),
    ],
)
def test_real_files_of_yaizu_are_read_whole(file: str, read_count: int, stored: int) -> None:
    batches = read(shared_data(file))

    assert numbers(batches) == (read_count, stored, read_count - stored)


def test_real_texts_in_cp932_are_read() -> None:
    path = shared_data("municipal/yaizu_22212/焼津市自主運行バス路線図_停留所/バス停留所(しずてつ除外).shp")

    assert "焼津駅前(1番のりば)" in set(only(path).features["item3"])


@pytest.mark.parametrize("layer", ["flood_assumption", "city_planning", "use_districts"])
def test_real_jgd2000_planes_land_in_nagano_with_a_warning(layer: str) -> None:
    batch = only(shared_data(f"hazard/development_permission/{layer}/{layer}.shp"))

    assert "crs.jgd2000" in rules([batch])
    west, south, east, north = batch.features.total_bounds
    assert 138 < west < east < 138.5
    assert 35.8 < south < north < 36.2


def test_polygons_drawn_as_lines_are_kept_out_of_the_real_flood_map() -> None:
    """55 of the 195 shapes have less than a billionth of a square metre, the next has 26."""
    path = shared_data("hazard/development_permission/flood_assumption/flood_assumption.shp")
    area = shapely.area(shapely.from_wkb(pyogrio.raw.read(path)[2]))

    assert numbers(read(path)) == (195, int((area > 1e-9).sum()), int((area <= 1e-9).sum()))


def test_a_valid_polygon_is_stored_bit_by_bit(tmp_path: Path) -> None:
    drawn = Polygon([(138.123456789012, 34.1), (138.2, 34.1), (138.2, 34.200000000001)])
    path = tmp_path / "a.gpkg"
    frame(drawn).to_file(path)

    stored = only(path).features.geometry[0]

    assert stored.equals_exact(drawn, 0) or stored.geoms[0].equals_exact(drawn, 0)
