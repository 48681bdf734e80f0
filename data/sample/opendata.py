"""Municipal open data in the columns of the national standard data sets; half of it in CP932, as cities publish it."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
import shapely.ops
from shapely import LineString

from data.sample.block import Block, Site
from data.sample.facility import Facility, clinic_type
from data.sample.geography import Geography
from data.sample.name import katakana
from data.sample.plane import Plane
from data.sample.town import Town

CITY_CODE = "229997"
"""22999 with its check digit."""
Row = dict[str, object]
"""Filled columns only; the others stay empty."""


@dataclass(frozen=True)
class Sites:
    """What the tables are filled from."""

    facilities: Sequence[Facility]
    geography: Geography
    plane: Plane
    blocks: Sequence[Block] = ()
    towns: Sequence[Town] = ()

    def of(self, *kinds: str) -> list[Facility]:
        return [one for one in self.facilities if one.kind in kinds]


@dataclass(frozen=True, slots=True)
class Table:
    path: str
    encoding: str
    newline: str
    columns: tuple[str, ...]
    rows: Callable[[Sites], Iterable[Row]]


_SCHOOLS = {Site.ELEMENTARY: "小学校", Site.JUNIOR_HIGH: "中学校", Site.HIGH_SCHOOL: "高等学校"}


def write_tables(folder: Path, sites: Sites) -> list[tuple[Path, int]]:
    written = []
    for table in TABLES:
        out = io.StringIO()
        writer = csv.DictWriter(out, table.columns, restval="", lineterminator=table.newline)
        writer.writeheader()
        rows = [_numbered(row, k, table) for k, row in enumerate(table.rows(sites), start=1)]
        writer.writerows(rows)
        path = folder / "opendata" / table.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(out.getvalue().encode(table.encoding))
        written.append((path, len(rows)))
    return written


def _numbered(row: Row, number: int, table: Table) -> Row:
    """The columns every table begins with."""
    standard = "都道府県コード又は市区町村コード" in table.columns
    code = "都道府県コード又は市区町村コード" if standard else "市区町村コード"
    no = f"{number:010d}" if standard else number
    return {code: CITY_CODE, "NO": no, "都道府県名": "みほん県", "市区町村名": "みほん市", **row}


def _at(place: tuple[float, float]) -> Row:
    return {"緯度": f"{place[1]:.6f}", "経度": f"{place[0]:.6f}"}


def _named(one: Facility, phone: int) -> Row:
    """A number in 000 is assigned to nobody."""
    return {
        "名称": one.name, "名称_カナ": one.kana, "住所": one.address, "電話番号": f"(055)000-{phone:04d}",
        **_at(one.place),
    }  # fmt: skip


def _wifi(sites: Sites) -> Iterable[Row]:
    hosts = sites.of(Site.CITY_HALL, Site.LIBRARY, Site.HOSPITAL, Site.COMMUNITY_CENTRE, Site.FISH_MARKET)
    hosts += [one for one in sites.of("convenience") if one.lucky < 0.4]
    for k, host in enumerate(hosts):
        shop = host.kind == "convenience"
        owner, ssid = ("サンプルマート", "SAMPLE-MART-FREE") if shop else ("みほん市", "MIHON-CITY-FREE")
        floors = ("１階ロビー", "２階待合") if host.kind in (Site.CITY_HALL, Site.LIBRARY) else ("館内",)
        for floor in floors:
            yield {
                **_named(host, 100 + k), "名称": host.name + floor, "名称_英語": host.english, "設置者": owner,
                "SSID": ssid, "提供エリア": floor,
            }  # fmt: skip
    yield _station_wifi(sites)


def _station_wifi(sites: Sites) -> Row:
    station = sites.geography.station
    lon, lat = sites.plane.to_lonlat(np.array([[station.x, station.y - 34]]))[0].tolist()
    return {
        "名称": "みほん駅南口広場", "名称_カナ": "ミホンエキミナミグチヒロバ",
        "名称_英語": "Mihon Station South Square",
        "住所": "みほん県みほん市駅南口広場", "設置者": "みほん市", "SSID": "MIHON-CITY-FREE", "提供エリア": "駅前広場",
        **_at((lon, lat)),
    }  # fmt: skip


def _aed(sites: Sites) -> Iterable[Row]:
    hosts = [one for one in sites.facilities if one.kind not in ("clinic", "convenience", Site.TEMPLE)]
    hosts += [one for one in sites.of("clinic", "convenience") if one.lucky < 0.34]
    for k, host in enumerate(hosts):
        always = host.kind in ("convenience", Site.FIRE_STATION)
        hours = ("月火水木金土日", "00:00", "23:59") if always else ("月火水木金", "08:30", "17:15")
        for place in ("１階正面玄関", "体育館入口") if host.kind in _SCHOOLS else ("１階受付",):
            yield {
                **_named(host, 300 + k), "設置位置": place, "利用可能曜日": hours[0], "開始時間": hours[1],
                "終了時間": hours[2], "小児対応設備の有無": "有" if host.lucky < 0.6 else "無",
            }  # fmt: skip


def _yes(value: bool) -> str:
    return "1" if value else ""


def _evacuation(sites: Sites) -> Iterable[Row]:
    """A place is designated for the hazards that do not reach it, or above which it has floors."""
    hosts = sites.of(*_SCHOOLS, Site.COMMUNITY_CENTRE, Site.TEMPLE, Site.CITY_HALL, Site.LIBRARY)
    for k, one in enumerate(hosts):
        upstairs = (one.storeys - 1) * 3.0
        flood, wave = max(one.hazards.flood_l2_m, 0), max(one.hazards.tsunami_m, 0)
        surge, rain = max(one.hazards.high_tide_m, 0), max(one.hazards.inland_m, 0)
        large = one.kind in _SCHOOLS
        yield {
            **_named(one, 500 + k), "標高": f"{one.ground_m:.1f}",
            "災害種別_洪水": _yes(flood < 0.5 or upstairs > flood),
            "災害種別_崖崩れ、土石流及び地滑り": _yes(one.hazards.landslide is None),
            "災害種別_高潮": _yes(surge < 0.01 or upstairs > surge + 1), "災害種別_地震": _yes(large),
            "災害種別_津波": _yes(wave < 0.01 or upstairs > wave + 3), "災害種別_大規模な火事": _yes(large),
            "災害種別_内水氾濫": _yes(rain < 0.3 or upstairs > 0),
            "指定避難所との重複": _yes(large or one.kind == Site.COMMUNITY_CENTRE),
            "想定収容人数": int(one.area_m2 * (6 if large else 1)),
        }  # fmt: skip


def _shelters(sites: Sites) -> Iterable[Row]:
    for k, one in enumerate(sites.of(*_SCHOOLS, Site.COMMUNITY_CENTRE)):
        floor_m2 = one.area_m2 * one.storeys
        yield {
            **_named(one, 700 + k),
            "開設される災害の種類（地震・津波）": "○" if one.hazards.tsunami_m < 0.01 else "",
            "開設される災害の種類（風水害）": "○" if one.hazards.flood_l2_m < 3 else "",
            "開設される災害の種類（土砂災害）": "" if one.hazards.landslide else "○",
            "開設される災害の種類（南海トラフ地震臨時情報）": "○",
            "避難所面積平方メートル": int(floor_m2 * 0.6), "収容人数": int(floor_m2 * 0.3),
        }  # fmt: skip


def _cameras(sites: Sites) -> Iterable[Row]:
    """Along the river looking upstream, along the coast looking out to sea."""
    for river, count in zip(sites.geography.rivers, (8, 3), strict=True):
        name = river.name.ja, katakana(river.kana), "河川"
        for k, share in enumerate(np.linspace(0.22, 0.86, count).tolist(), start=1):
            yield _camera(sites, river.line, share, name, k, turn=180)
    for k, share in enumerate((0.14, 0.26, 0.38, 0.62, 0.82), start=1):
        yield _camera(sites, sites.geography.coast, share, ("みほん海岸", "ミホンカイガン", "海岸"), k, turn=90)


def _camera(
    sites: Sites, along: LineString, share: float, name: tuple[str, str, str], number: int, *, turn: float
) -> Row:
    here, there = (along.interpolate(share + step, normalized=True) for step in (0.0, 0.004))
    course = float(np.degrees(np.arctan2(there.x - here.x, there.y - here.y)))
    dry = sites.geography.municipality.buffer(-4).difference(sites.geography.water.buffer(3))
    spot = shapely.ops.nearest_points(dry, here)[0]
    lon, lat = sites.plane.to_lonlat(np.array([[spot.x, spot.y]]))[0].tolist()
    return {
        "名称": f"{name[0]}第{number}カメラ", "名称_カナ": f"{name[1]}ダイ{number}カメラ", "種別": name[2],
        "設置者": "みほん市", "設置高さ": 6.5, "方位角": round(course + turn) % 360, "水平画角": 62, "垂直画角": 37,
        "俯仰角": -8,
        **_at((lon, lat)),
    }  # fmt: skip


def _schools(sites: Sites) -> Iterable[Row]:
    for k, one in enumerate(sites.of(*_SCHOOLS)):
        yield {
            **_named(one, 800 + k), "名称_英語": one.english, "種別": _SCHOOLS[Site(one.kind)],
            "児童生徒数": int(240 + 420 * one.lucky),
        }  # fmt: skip


def _medical(sites: Sites) -> Iterable[Row]:
    for k, one in enumerate(sites.of(Site.HOSPITAL, "clinic")):
        large = one.kind == Site.HOSPITAL
        yield {
            **_named(one, 900 + k), "医療機関の種類": "病院" if large else "診療所",
            "診療曜日": "月火水木金" if large else "月火水金土", "診療開始時間": "09:00",
            "診療終了時間": "17:00" if large else "18:00", "時間外における対応": "有" if large else "",
            "診療科目": "内科,外科,小児科,整形外科,救急科" if large else clinic_type(one.lucky)[3],
            "病床数": 180 + int(160 * one.lucky) if large else 0,
        }  # fmt: skip


def _childcare(sites: Sites) -> Iterable[Row]:
    for k, one in enumerate(sites.of("kindergarten")):
        yield {
            **_named(one, 1200 + k), "種別": "認定こども園", "収容定員": 60 + int(90 * one.lucky),
            "受入年齢": "0歳から", "利用可能曜日": "月火水木金土", "開始時間": "07:30", "終了時間": "18:30",
            "一時預かりの有無": "有" if one.lucky < 0.5 else "無",
        }  # fmt: skip


def _public(sites: Sites) -> Iterable[Row]:
    kinds = (Site.CITY_HALL, Site.LIBRARY, Site.FIRE_STATION, Site.COMMUNITY_CENTRE, Site.FISH_MARKET)
    for k, one in enumerate(sites.of(*kinds)):
        yield {
            **_named(one, 1300 + k), "団体名": "みほん市", "利用可能曜日": "月火水木金", "開始時間": "08:30",
            "終了時間": "17:15",
        }  # fmt: skip


def _parking(sites: Sites) -> Iterable[Row]:
    """The car parks among the blocks, each numbered in its town; and the station's."""
    seen: dict[str, int] = {}
    for block in sites.blocks:
        if block.site is Site.PARKING:
            ja, kana, _ = sites.towns[block.town].name.base
            number = seen[ja] = seen.get(ja, 0) + 1
            place = sites.plane.to_lonlat(shapely.get_coordinates(block.area.point_on_surface()))[0].tolist()
            spaces = max(6, int(block.area.area / 28))
            yield {
                "名称": f"{ja}第{number}駐車場", "名称_カナ": f"{katakana(kana)}ダイ{number}チュウシャジョウ",
                "住所": f"みほん県みほん市{sites.towns[block.town].name.ja}{block.chome_block}番", "設置者": "みほん市",
                "収容台数": spaces, "うち車いす使用者用": 1 + spaces // 50,
                "利用時間": "00:00-23:59", "料金": "60分200円",
                **_at((place[0], place[1])),
            }  # fmt: skip

    station = shapely.get_coordinates(sites.geography.station)
    lon, lat = sites.plane.to_lonlat(station + np.array([70.0, 45.0]))[0].tolist()
    yield {
        "名称": "みほん駅北口駐車場", "名称_カナ": "ミホンエキキタグチチュウシャジョウ",
        "住所": "みほん県みほん市駅北口広場", "設置者": "みほん市", "収容台数": 84, "うち車いす使用者用": 3,
        "利用時間": "05:00-25:00", "料金": "30分100円",
        **_at((lon, lat)),
    }  # fmt: skip


def _shops(sites: Sites) -> Iterable[Row]:
    for k, one in enumerate(sites.of("convenience")):
        always = one.lucky < 0.7
        yield {
            **_named(one, 1400 + k), "種別": "コンビニエンスストア",
            "営業時間": "00:00-23:59" if always else "07:00-23:00",
            "店舗面積平方メートル": int(one.area_m2), "駐車台数": int(one.area_m2 / 25),
        }  # fmt: skip


def _columns(text: str) -> tuple[str, ...]:
    return tuple("".join(text.split()).split(","))


_HEAD = "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,"
TABLES = (
    Table("公衆無線LAN一覧/229997_public_wireless_lan.csv", "cp932", "\r\n", _columns(_HEAD + """
        名称_英語,住所,方書,緯度,経度,設置者,電話番号,内線番号,SSID,提供エリア,URL,備考"""), _wifi),
    Table("AED設置箇所一覧/229997_aed.csv", "utf-8-sig", "\r\n", _columns(_HEAD + """
        住所,方書,緯度,経度,設置位置,電話番号,内線番号,法人番号,団体名,利用可能曜日,開始時間,終了時間,
        利用可能日時特記事項,小児対応設備の有無,URL,備考"""), _aed),
    Table("指定緊急避難場所一覧/229997_evacuation_space.csv", "utf-8-sig", "\r\n", _columns("""
        NO,名称,名称_カナ,住所,方書,緯度,経度,標高,電話番号,内線番号,市区町村コード,都道府県名,市区町村名,
        災害種別_洪水,災害種別_崖崩れ、土石流及び地滑り,災害種別_高潮,災害種別_地震,災害種別_津波,
        災害種別_大規模な火事,災害種別_内水氾濫,災害種別_火山現象,指定避難所との重複,想定収容人数,
        対象となる町会・自治会,URL,備考"""), _evacuation),
    Table("避難所一覧/229997_hinanjo.csv", "cp932", "\r\n", _columns("""
        NO,市区町村コード,都道府県名,市区町村名,名称,名称_カナ,住所,方書,緯度,経度,
        開設される災害の種類（地震・津波）,開設される災害の種類（風水害）,開設される災害の種類（土砂災害）,
        開設される災害の種類（南海トラフ地震臨時情報）,電話番号,避難所面積平方メートル,収容人数,備考"""), _shelters),
    Table("河川・海岸監視カメラ一覧/229997_monitoring_camera.csv", "cp932", "\n", _columns("""
        NO,市区町村コード,都道府県名,市区町村名,名称,名称_カナ,種別,緯度,経度,設置者,設置高さ,方位角,
        水平画角,垂直画角,俯仰角,URL,備考"""), _cameras),
    Table("学校一覧/229997_school.csv", "utf-8-sig", "\n", _columns(_HEAD + """
        名称_英語,種別,住所,方書,緯度,経度,電話番号,内線番号,児童生徒数,URL,備考"""), _schools),
    Table("医療機関一覧/229997_hospital.csv", "cp932", "\r\n", _columns(_HEAD + """
        医療機関の種類,住所,方書,緯度,経度,電話番号,内線番号,FAX番号,法人番号,法人の名称,医療機関コード,
        診療曜日,診療開始時間,診療終了時間,診療日時特記事項,時間外における対応,診療科目,病床数,URL,備考"""), _medical),
    Table("子育て施設一覧/229997_preschool.csv", "utf-8", "\n", _columns(_HEAD + """
        種別,住所,方書,緯度,経度,アクセス方法,駐車場情報,電話番号,内線番号,FAX番号,法人番号,団体名,
        認可等年月日,収容定員,受入年齢,利用可能曜日,開始時間,終了時間,利用可能日時特記事項,一時預かりの有無,
        URL,備考"""), _childcare),
    Table("公共施設一覧/229997_public_facility.csv", "utf-8-sig", "\r\n", _columns(_HEAD + """
        名称_通称,POIコード,住所,方書,緯度,経度,電話番号,内線番号,法人番号,団体名,利用可能曜日,開始時間,
        終了時間,利用可能日時特記事項,説明,バリアフリー情報,URL,備考"""), _public),
    Table("駐車場一覧/229997_parking.csv", "utf-8-sig", "\r\n", _columns("""
        NO,市区町村コード,都道府県名,市区町村名,名称,名称_カナ,住所,方書,緯度,経度,設置者,電話番号,収容台数,
        うち車いす使用者用,利用時間,料金,備考"""), _parking),
    Table("商業施設一覧/229997_shop.csv", "cp932", "\r\n", _columns("""
        NO,市区町村コード,都道府県名,市区町村名,名称,名称_カナ,種別,住所,方書,緯度,経度,電話番号,営業時間,
        店舗面積平方メートル,駐車台数,備考"""), _shops),
)  # fmt: skip
