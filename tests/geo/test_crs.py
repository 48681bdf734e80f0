import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod

from geo import UnreadableError
from geo.crs import crs_name, metric_crs, parse_crs, reproject, reproject_points, resolve_crs, vertical_datum
from geo.repair import check_geometries

ESRI_TOKYO = (
    'GEOGCS["GCS_Tokyo",DATUM["D_Tokyo",SPHEROID["Bessel_1841",6377397.155,299.1528128]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
ESRI_TOKYO_PLANE = (
    f'PROJCS["Japan_Zone_8",{ESRI_TOKYO},PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",0.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",138.5],PARAMETER["Scale_Factor",0.9999],'
    'PARAMETER["Latitude_Of_Origin",36.0],UNIT["Meter",1.0]]'
)
NAMELESS_JGD2000 = (
    'PROJCS["mine",GEOGCS["mine",DATUM["D_JGD_2000",SPHEROID["GRS_1980",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",138.5],'
    'PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",36.0],UNIT["Meter",1.0]]'
)


def refusal(declared: str | int | None, override: str | None = None) -> str:
    with pytest.raises(UnreadableError) as caught:
        resolve_crs(declared, override, name="a.shp")
    return caught.value.problem.rule


@pytest.mark.parametrize("text", ["6676", "EPSG:6676", " 6676 ", 6676, CRS.from_epsg(6676)])
def test_a_code_may_be_written_in_several_ways(text: str | int | CRS) -> None:
    assert parse_crs(text) == CRS.from_epsg(6676)


@pytest.mark.parametrize("declared", ["EPSG:4326", "EPSG:6668", "EPSG:6697", "EPSG:6676", "EPSG:32654", "OGC:CRS84"])
def test_jgd2011_and_wgs84_pass_without_a_word(declared: str) -> None:
    crs, problems = resolve_crs(declared, None, name="a.shp")

    assert crs == CRS(declared)
    assert problems == ()


@pytest.mark.parametrize(
    "declared", ["EPSG:4301", "EPSG:30161", "EPSG:30179", "EPSG:3095", ESRI_TOKYO, ESRI_TOKYO_PLANE]
)
def test_the_tokyo_datum_is_refused_by_its_name_whatever_its_code(declared: str) -> None:
    assert refusal(declared) == "crs.tokyo_datum"


def test_the_tokyo_datum_is_refused_from_the_command_line_too() -> None:
    assert refusal(None, "4301") == "crs.tokyo_datum"


@pytest.mark.parametrize("declared", ["EPSG:4612", "EPSG:2450", "EPSG:3099", NAMELESS_JGD2000])
def test_jgd2000_is_taken_with_a_warning(declared: str) -> None:
    _, problems = resolve_crs(declared, None, name="a.shp")

    assert [problem.rule for problem in problems] == ["crs.jgd2000"]


@pytest.mark.parametrize(
    "declared", ["EPSG:999999", "nonsense", "EPSG:6695", "EPSG:4978", "+proj=longlat +ellps=bessel"]
)
def test_what_has_no_sure_place_on_the_ground_is_refused(declared: str) -> None:
    assert refusal(declared) == "crs.unknown"


@pytest.mark.parametrize("declared", [None, ""])
def test_nobody_saying_anything_is_an_error(declared: str | None) -> None:
    assert refusal(declared) == "crs.missing"


def test_the_users_word_fills_a_gap_and_never_moves_a_file_that_says_where_it_is() -> None:
    assert resolve_crs(None, "6676", name="a.shp") == (CRS.from_epsg(6676), ())
    assert resolve_crs("EPSG:6676", "6676", name="a.shp") == (CRS.from_epsg(6676), ())

    crs, problems = resolve_crs("EPSG:6677", "6676", name="a.shp")

    assert crs == CRS.from_epsg(6677)
    assert [(p.rule, p.severity.value) for p in problems] == [("crs.declared", "note")]


def test_the_users_word_does_not_admit_the_tokyo_datum() -> None:
    assert refusal("EPSG:4301", "6676") == "crs.tokyo_datum"


def test_geographic_coordinates_of_jgd2011_are_not_touched() -> None:
    point = shapely.Point(138.123456789, 34.987654321)

    for code in (6668, 4326, 6697, 4979):
        assert reproject(np.array([point, None], dtype=object), CRS.from_epsg(code)).tolist() == [point, None]


def test_a_plane_point_comes_to_where_the_survey_office_says_it_is() -> None:
    """Origin of zone VIII: 36° 00' N, 138° 30' E; 10 km east of it by Geod, with the scale 0.9999 at the meridian."""
    lon, lat, _ = Geod(ellps="GRS80").fwd(138.5, 36, 90, 10_000)
    origin, east = reproject(shapely.points([[0, 0], [9_999, 0]]), CRS.from_epsg(6676))

    assert (origin.x, origin.y) == pytest.approx((138.5, 36), abs=1e-9)
    assert east.x == pytest.approx(lon, abs=1e-6)
    assert east.y == pytest.approx(lat, abs=1e-4)


def test_x_is_east_even_where_the_standard_says_north_first() -> None:
    lonlat = reproject_points(np.array([10_000.0]), np.array([0.0]), CRS.from_epsg(6676))

    assert lonlat[0, 0] > 138.6
    assert lonlat[0, 1] == pytest.approx(36, abs=0.001)


def test_a_place_the_projection_does_not_know_is_outside_and_nan_stays_nan() -> None:
    moved = reproject(shapely.points([[1e12, 1e12], [np.nan, 0]]), CRS.from_epsg(6676))

    checked = check_geometries(moved, name="a.shp", feature_ids=["1", "2"])
    assert [problem.rule for problem in checked.problems] == ["geometry.not_finite", "geometry.outside"]


def test_heights_are_named_by_their_datum() -> None:
    assert vertical_datum(CRS.from_epsg(6697)) == "JGD2011 (vertical) / T.P."
    assert vertical_datum(CRS.from_epsg(6676)) is None
    assert vertical_datum(CRS.from_epsg(7415)) == "Normaal Amsterdams Peil"


def test_names_are_codes_where_there_is_one() -> None:
    assert crs_name(CRS.from_epsg(2450)) == "EPSG:2450"
    assert crs_name(CRS.from_wkt(ESRI_TOKYO)) == "EPSG:4301"


@pytest.mark.parametrize(
    ("place", "lonlat", "code"),
    [
        ("Sapporo", (141.35, 43.06), 6680),
        ("Tokyo", (139.77, 35.68), 6677),
        ("Numazu", (138.86, 35.10), 6676),
        ("Yaizu", (138.32, 34.87), 6676),
        ("Nagoya", (136.91, 35.18), 6675),
        ("Osaka", (135.50, 34.69), 6674),
        ("Hiroshima", (132.46, 34.39), 6671),
        ("Kochi", (133.53, 33.56), 6672),
        ("Fukuoka", (130.40, 33.59), 6670),
        ("Naha", (127.68, 26.21), 6683),
        ("Porto Alegre", (-51.23, -30.03), 32722),
        ("Monaco", (7.42, 43.74), 32632),
    ],
)
def test_each_city_gets_the_plane_it_is_surveyed_in(place: str, lonlat: tuple[float, float], code: int) -> None:
    assert metric_crs(*lonlat).to_epsg() == code
