"""How the open data of municipalities is shown: the standard datasets are known by the names of files and columns.

Municipalities publish them in the layout of the 自治体標準オープンデータセット, mostly, under names of their own.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from geo.attribute import plain
from geo.batch import GeometryType
from geo.citygml.depth import RANK_COLOURS, RANKS, colour_of_rank, parse_depth, rank_of_range
from geo.column import Column, ColumnType
from geo.portrayal import (
    BASE,
    FACILITIES,
    HAZARD,
    PLANNING,
    SAFETY,
    TRANSPORT,
    Group,
    Portrayal,
    plain_portrayal,
)
from geo.style import Draw, Style, StyleClass, Theme
from geo.text import Text
from geo.town_portrayal import is_joined_table, portray_towns


@dataclass(frozen=True, slots=True)
class StandardDataset:
    title: Text
    group: Group
    colour: str
    words: tuple[str, ...]
    """Parts of names of files and folders; Latin ones stand alone between other characters (park, not parking)."""
    icon: str = "pin"
    columns: frozenset[str] = frozenset()
    """All of them in a table tell it, whatever its file is called."""
    opacity: float = 0.5
    """Of areas; 0: only their outline is drawn."""


def _dataset(
    ja: str, en: str, group: Group, icon: str, colour: str, words: str, columns: str = "", opacity: float = 0.5
) -> StandardDataset:
    named = frozenset(plain(column) for column in columns.split())
    return StandardDataset(Text(ja, en), group, colour, tuple(words.split()), icon, named, opacity)


# The first that fits is taken, so what is special stands before what is general.
_DATASETS = (
    _dataset("洪水の調査範囲", "Surveyed for river floods", HAZARD, "pin", "#2B6CB0", "fld_surveyed", opacity=0.0),
    _dataset("内水の調査範囲", "Surveyed for inland floods", HAZARD, "pin", "#2B6CB0", "ifld_surveyed", opacity=0.0),
    _dataset("高潮の調査範囲", "Surveyed for storm surge", HAZARD, "pin", "#2B6CB0", "htd_surveyed", opacity=0.0),
    _dataset("津波の調査範囲", "Surveyed for tsunami", HAZARD, "pin", "#2B6CB0", "tnm_surveyed", opacity=0.0),
    _dataset("土砂災害の調査範囲", "Surveyed for landslides", HAZARD, "pin", "#2B6CB0", "lsld_surveyed", opacity=0.0),
    _dataset("公衆無線LAN", "Public Wi-Fi", FACILITIES, "wifi", "#2B6CB0",
             "公衆無線lan 無線lan wi-fi wifi wireless_lan free_wifi", "SSID"),
    _dataset("AED設置箇所", "AEDs", SAFETY, "aed", "#C53030", "aed 自動体外式除細動器", "小児対応設備の有無"),
    _dataset("クーリングシェルター", "Cooling shelters", SAFETY, "cool", "#2C7A7B",
             "涼みどころ 暑熱避難 クーリングシェルター cooling_shelter", "指定暑熱避難施設の名称"),
    _dataset("津波避難ビル", "Tsunami evacuation buildings", SAFETY, "shelter", "#2C5282",
             "津波避難ビル 津波避難施設 津波避難タワー tsunamihinanbiru tsunami_evacuation"),
    _dataset("指定緊急避難場所", "Emergency evacuation sites", SAFETY, "shelter", "#2F855A",
             "緊急避難場所 避難場所 避難地 evacuation_space evacuation_site", "災害種別_洪水 災害種別_津波"),
    _dataset("避難所", "Evacuation shelters", SAFETY, "shelter", "#276749",
             "避難所 避難施設 hinanjo hinannjo hinanjyo evacuation_shelter shelter"),
    _dataset("防災倉庫", "Disaster stores", SAFETY, "warning", "#975A16", "防災倉庫 備蓄倉庫 bousaisouko bosaisoko"),
    _dataset("同報無線子局", "Public address speakers", SAFETY, "speaker", "#B7791F",
             "同報無線 防災行政無線 屋外拡声 douhoumusen"),
    _dataset("消防水利施設", "Fire hydrants and cisterns", SAFETY, "hydrant", "#C05621",
             "消防水利 消火栓 防火水槽 fire_hydrant hydrant"),
    _dataset("監視カメラ", "Monitoring cameras", SAFETY, "camera", "#4A5568",
             "監視カメラ 防犯カメラ 河川カメラ ライブカメラ カメラ camera camerainfo camera_info"),
    _dataset("交通事故", "Traffic accidents", SAFETY, "warning", "#DD6B20", "交通事故 traffic_accident",
             "事故類型 負傷者数"),
    _dataset("内水浸水想定区域", "Inland flooding", HAZARD, "warning", "#F2A65A", "内水 inland_flood"),
    _dataset("浸水履歴", "Past floods", HAZARD, "warning", "#4299E1", "浸水履歴 浸水実績 水害履歴 flood_history"),
    _dataset("津波浸水想定", "Tsunami flooding", HAZARD, "warning", "#ED8936", "津波浸水 tsunami"),
    _dataset("高潮浸水想定", "Storm surge flooding", HAZARD, "warning", "#ED8936", "高潮 storm_surge"),
    _dataset("土砂災害警戒区域", "Landslide warning zones", HAZARD, "warning", "#D69E2E",
             "土砂災害 急傾斜 土石流 地すべり landslide"),
    _dataset("浸水想定区域", "Flood hazard areas", HAZARD, "warning", "#F2A65A",
             "洪水 浸水想定 浸水 flood_assumption flood"),
    _dataset("バス停留所", "Bus stops", TRANSPORT, "bus", "#2B6CB0", "停留所 バス停 bus_stop busstop bus-stop"),
    _dataset("バス路線", "Bus routes", TRANSPORT, "bus", "#2B6CB0", "バス路線 bus_route bus-route busroute"),
    _dataset("駐車場", "Car parks", TRANSPORT, "parking", "#2B6CB0", "駐車場 駐輪場 parking"),
    _dataset("子育て施設", "Childcare", FACILITIES, "child", "#D53F8C",
             "子育て 保育 幼稚園 こども園 児童館 preschool nursery childcare", "収容定員 受入年齢"),
    _dataset("要配慮者利用施設", "Facilities for people who need care", FACILITIES, "welfare", "#B83280",
             "要配慮者 福祉 介護 障害者 障がい者 高齢者 yohairyosya yohairyosha welfare care_service"),
    _dataset("医療機関", "Medical institutions", FACILITIES, "hospital", "#C53030",
             "医療機関 病院 診療所 医院 hospital clinic", "診療科目"),
    _dataset("公衆トイレ", "Public toilets", FACILITIES, "toilet", "#2C7A7B", "公衆トイレ トイレ public_toilet toilet",
             "男性トイレ総数 女性トイレ総数"),
    _dataset("図書館", "Libraries", FACILITIES, "library", "#744210", "図書館 図書室 library"),
    _dataset("スポーツ施設", "Sports facilities", FACILITIES, "sport", "#2F855A", "スポーツ 体育 運動 sports sport"),
    _dataset("文化財", "Cultural properties", FACILITIES, "culture", "#744210",
             "文化財 史跡 cultural_property cultural_properties", "文化財分類"),
    _dataset("公園", "Parks", FACILITIES, "park", "#38A169", "公園 緑地 park parks"),
    _dataset("通学路", "School routes", FACILITIES, "pin", "#D69E2E", "通学路 school_route school_routes",
             "学校名 児童数"),
    _dataset("商業施設", "Shops", FACILITIES, "pin", "#B7791F", "商業施設 店舗 shop shops"),
    _dataset("学校", "Schools", FACILITIES, "school", "#3182CE", "学校 school schools", "児童生徒数"),
    _dataset("樹木", "Trees", FACILITIES, "tree", "#38A169", "街路樹 樹木 保存樹 tree trees"),
    _dataset("市役所・公共施設", "Public facilities", FACILITIES, "office", "#4A5568",
             "市役所 役場 庁舎 公共施設 公民館 コミュニティ 集会 観光施設 public_facility facilities"),
    _dataset("土地区画整理", "Land readjustment", PLANNING, "pin", "#9F7AEA", "区画整理 land_readjustment"),
    _dataset("用途地域", "Zoning", PLANNING, "pin", "#9F7AEA", "用途地域 use_districts use_district zoning"),
    _dataset("都市計画", "City planning", PLANNING, "pin", "#9F7AEA", "都市計画 city_planning", opacity=0.3),
    _dataset("水域", "Water", BASE, "pin", "#9FC4D8", "水域 水面 湖沼 water waterbody water_area", opacity=0.9),
    _dataset("鉄道", "Railways", BASE, "pin", "#5F6B76", "鉄道 軌道 railway railways rail"),
    _dataset("海・河川", "Sea and rivers", BASE, "pin", "#B5D3E7",
             "水部 海と川 海岸線 waters sea river rivers lake", opacity=1.0),
    _dataset("行政区域", "Administrative areas", BASE, "pin", "#718096",
             "行政区域 行政界 市域 境界 町丁目 大字 町字 boundary boundaries admin towns", opacity=0.0),
)  # fmt: skip

_NAMES = (
    "名称",
    "施設名",
    "施設名称",
    "name",
    "title",
    "公園名",
    "バス停名",
    "停留所名",
    "路線名",
    "stop_name",
    "p11_001",
    "町名",
)
_NO_NAMES = (
    "都道府県",
    "市区町村",
    "地方公共団体",
    "団体",
    "法人",
    "設置者",
    "町字",
    "気象",
    "課",
    "カナ",
    "英語",
    "通称",
)
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z0-9_-]+")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_YEAR = re.compile(r"(令和|平成|昭和)\s*(元|\d{1,2})|((?:19|20)\d\d)")
_DEPTH = re.compile(r".*(浸水深|浸水ランク|浸水区分|水深|depth).*")
_NO_DATA = StyleClass("#BDBDBD", Text("データなし・未調査", "no data or not surveyed"))
_KIND_OF_GEOMETRY = {
    GeometryType.POINT: Text("点", "points"),
    GeometryType.LINE: Text("線", "lines"),
    GeometryType.POLYGON: Text("面", "areas"),
}


def portray(
    name: str,
    part: str,
    columns: Collection[str],
    geometry_type: GeometryType,
    *,
    values: Mapping[str, Sequence[object]] | None = None,
) -> Portrayal:
    """Of the layer `part` (may be empty) of the file `name`; `values` are the distinct ones of `themed_columns`."""
    own = _own_name(name, part)
    if is_joined_table(columns):
        return portray_towns(columns, own)
    found = _recognised(name, part, columns)
    shown = _columns(columns)
    if found is None:
        title = _with_geometry(Text.same(own or PurePosixPath(name).stem), part, geometry_type)
        return replace(plain_portrayal(title, geometry_type), columns=shown)
    title = _title(found, own)
    style = _style(found, title, columns, geometry_type, values or {})
    return Portrayal(_with_geometry(title, part, geometry_type), found.group, style, shown)


def themed_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Columns whose distinct values `portray` wants to know: a legend of depths needs the dataset's own classes."""
    return tuple(column for column in columns if _DEPTH.fullmatch(plain(column)))


def name_column(columns: Iterable[str]) -> str | None:
    """The column that says what a feature is called."""
    by_name = {plain(column): column for column in reversed(list(columns))}
    exact = next((by_name[name] for name in _NAMES if name in by_name), None)
    if exact is not None:
        return exact
    endings = (column for column in columns if re.search(r"(名称?|名前)$", plain(column)))
    return next((column for column in endings if not any(word in column for word in _NO_NAMES)), None)


def _recognised(name: str, part: str, columns: Collection[str]) -> StandardDataset | None:
    """By the nearest name that says something: the layer, the file, its folders; else by the columns."""
    path = PurePosixPath(name)
    for text in (part, path.stem, *reversed(path.parts[:-1])):
        normal = unicodedata.normalize("NFKC", text).casefold()
        for one in _DATASETS:
            if any(_contains(normal, word) for word in one.words):
                return one
    known = {plain(column) for column in columns}
    return next((one for one in _DATASETS if one.columns and one.columns <= known), None)


def _contains(text: str, word: str) -> bool:
    if not _LATIN.fullmatch(word):
        return word in text
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None


def _own_name(name: str, part: str) -> str:
    """What the publisher calls it, if that is a name a person reads: of the layer, the file, or its folder."""
    path = PurePosixPath(name)
    layer = part.removesuffix("-point").removesuffix("-line").removesuffix("-polygon")
    for text in (layer, path.stem, path.parent.name):
        if _JAPANESE.search(text):
            return _cleaned(text)
    return ""


def _cleaned(text: str) -> str:
    """`AED設置箇所一覧` lists AED設置箇所; codes of the municipality in front say nothing."""
    bare = re.sub(r"^\d{5,6}[_-]", "", unicodedata.normalize("NFC", text))
    bare = re.sub(r"(一覧表?|マップ)$", "", bare.strip())
    return re.sub(r"[_\s]+", " ", bare).strip() or text


def _title(found: StandardDataset, own: str) -> Text:
    if not own:
        return found.title
    year = _YEAR.search(own)
    return Text(own, f"{found.title.en} ({_western(year)})" if year else found.title.en)


def _western(year: re.Match[str]) -> int:
    era, number, western = year.groups()
    return int(western) if western else _ERAS[era] + (1 if number == "元" else int(number))


def _with_geometry(title: Text, part: str, geometry_type: GeometryType) -> Text:
    """A file of several kinds of geometry is several layers, which need several names."""
    if not part.endswith(f"-{geometry_type.value}"):
        return title
    kind = _KIND_OF_GEOMETRY[geometry_type]
    return Text(f"{title.ja}({kind.ja})", f"{title.en} ({kind.en})")


def _style(
    found: StandardDataset,
    title: Text,
    columns: Collection[str],
    geometry_type: GeometryType,
    values: Mapping[str, Sequence[object]],
) -> Style:
    themes = (*_depth_themes(columns, values), *_accident_themes(columns), Theme.single(found.colour, title))
    label = name_column(columns)
    match geometry_type:
        case GeometryType.POINT:
            return Style(Draw.ICON, themes, icon=found.icon, label=label)
        case GeometryType.LINE:
            return Style(Draw.LINE, themes, label=label, opacity=0.9)
        case _ if found.opacity == 0.0:
            return Style(Draw.LINE, themes, label=label, opacity=0.8)
        case _:
            has_depth = themes[0].column is not None
            return Style(
                Draw.FILL, themes, label=None if has_depth else label, opacity=0.7 if has_depth else found.opacity
            )


def _depth_themes(columns: Collection[str], values: Mapping[str, Sequence[object]]) -> list[Theme]:
    themes = (_depth_theme(column, values.get(column, ())) for column in themed_columns(columns))
    return [theme for theme in themes if theme is not None]


def _depth_theme(column: str, values: Sequence[object]) -> Theme | None:
    """In the national colours, with the dataset's own classes; None where the values tell no depths."""
    known = [value for value in values if value is not None and value != ""]
    title = Text(column, "Depth of water")
    if known and all(isinstance(value, str) for value in known):
        return _depth_categories(column, title, [str(value) for value in known])
    if known and all(isinstance(value, int | float) for value in known):
        steps = [
            StyleClass(RANK_COLOURS[rank], one.text, minimum=one.minimum, maximum=None if rank == 6 else one.maximum)
            for rank, one in RANKS.items()
        ]
        is_rank = "ランク" in column or "rank" in column.casefold() or "区分" in column
        return None if is_rank else Theme.steps("depth", title, column, steps, _NO_DATA, unit="m")
    return None


def _depth_categories(column: str, title: Text, values: list[str]) -> Theme | None:
    ranges = {value: parse_depth(value) for value in values}
    if any(one is None for one in ranges.values()):
        return None
    told = sorted((one.minimum, one.maximum, value) for value, one in ranges.items() if one is not None)
    classes = []
    for _, _, value in told:
        found = parse_depth(value)
        if found is not None:
            colour = colour_of_rank(rank_of_range(found), value)
            classes.append(StyleClass(colour, Text(value, found.text.en), value=value))
    return Theme.categories("depth", title, column, classes, _NO_DATA)


def _accident_themes(columns: Collection[str]) -> list[Theme]:
    """The classes of the national police's statistics."""
    if "事故内容区分" not in columns:
        return []
    classes = (
        StyleClass("#9B2C2C", Text("死亡", "fatal"), value="死亡"),
        StyleClass("#DD6B20", Text("負傷", "injury"), value="負傷"),
    )
    return [Theme.categories("severity", Text("事故内容", "Severity"), "事故内容区分", classes, _NO_DATA)]


_ENGLISH: dict[str, tuple[str, ColumnType, str]] = {
    "名称": ("Name", ColumnType.TEXT, ""),
    "名称_カナ": ("Name in katakana", ColumnType.TEXT, ""),
    "名称_英語": ("Name in English", ColumnType.TEXT, ""),
    "名称_通称": ("Common name", ColumnType.TEXT, ""),
    "施設名": ("Name", ColumnType.TEXT, ""),
    "公園名": ("Name", ColumnType.TEXT, ""),
    "要配慮者利用施設名称": ("Name", ColumnType.TEXT, ""),
    "指定暑熱避難施設の名称": ("Name", ColumnType.TEXT, ""),
    "路線名": ("Route", ColumnType.TEXT, ""),
    "住所": ("Address", ColumnType.TEXT, ""),
    "所在地": ("Address", ColumnType.TEXT, ""),
    "所在地_連結表記": ("Address", ColumnType.TEXT, ""),
    "方書": ("Building and floor", ColumnType.TEXT, ""),
    "設置位置": ("Where it stands", ColumnType.TEXT, ""),
    "種別": ("Type", ColumnType.TEXT, ""),
    "区分": ("Type", ColumnType.TEXT, ""),
    "電話番号": ("Telephone", ColumnType.TEXT, ""),
    "内線番号": ("Extension", ColumnType.TEXT, ""),
    "fax番号": ("Fax", ColumnType.TEXT, ""),
    "法人番号": ("Corporate number", ColumnType.TEXT, ""),
    "団体名": ("Organisation", ColumnType.TEXT, ""),
    "設置者": ("Operator", ColumnType.TEXT, ""),
    "installer": ("Operator", ColumnType.TEXT, ""),
    "利用可能曜日": ("Open on", ColumnType.TEXT, ""),
    "開始時間": ("Opens at", ColumnType.TEXT, ""),
    "終了時間": ("Closes at", ColumnType.TEXT, ""),
    "利用可能日時特記事項": ("Notes on opening", ColumnType.TEXT, ""),
    "小児対応設備の有無": ("For children", ColumnType.TEXT, ""),
    "ssid": ("SSID", ColumnType.TEXT, ""),
    "提供エリア": ("Coverage", ColumnType.TEXT, ""),
    "診療科目": ("Medical departments", ColumnType.TEXT, ""),
    "想定収容人数": ("Capacity", ColumnType.INTEGER, "人"),
    "収容定員": ("Capacity", ColumnType.INTEGER, "人"),
    "受入年齢": ("Ages", ColumnType.TEXT, ""),
    "標高": ("Elevation", ColumnType.NUMBER, "m"),
    "面積(㎡)": ("Area", ColumnType.NUMBER, "m²"),
    "避難所面積平方メートル": ("Area", ColumnType.NUMBER, "m²"),
    "最大浸水深": ("Greatest depth of water", ColumnType.TEXT, ""),
    "対象となる町会・自治会": ("For the neighbourhoods", ColumnType.TEXT, ""),
    "指定避難所との重複": ("Also a shelter", ColumnType.TEXT, ""),
    "説明": ("Description", ColumnType.TEXT, ""),
    "url": ("Web page", ColumnType.TEXT, ""),
    "備考": ("Remarks", ColumnType.TEXT, ""),
    "緯度": ("Latitude", ColumnType.NUMBER, "°"),
    "経度": ("Longitude", ColumnType.NUMBER, "°"),
}
_ENGLISH_PLAIN = {plain(column): told for column, told in _ENGLISH.items()}


def _columns(columns: Collection[str]) -> tuple[Column, ...]:
    """English labels and units of the standard's columns, the name first, coordinates last, else in their order."""
    name = name_column(columns)
    last = [column for column in columns if plain(column) in ("緯度", "経度")]
    order = [*([name] if name else []), *(column for column in columns if column != name and column not in last), *last]
    told = ((column, _ENGLISH_PLAIN.get(plain(column))) for column in order)
    return tuple(Column(one, Text(one, known[0]), known[1], known[2]) for one, known in told if known is not None)
