"""How PLATEAU's packages are shown: titles, groups, colours and legends."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence

from geo.citygml import standard
from geo.citygml.column import COLUMNS
from geo.citygml.depth import RANK_COLOURS, RANKS, colour_of_rank, parse_depth
from geo.citygml.standard import Code
from geo.portrayal import BUILDINGS, FACILITIES, HAZARD, OTHER, PLANNING, TRANSPORT, Group, Portrayal
from geo.style import Draw, Style, StyleClass, Theme
from geo.text import Text

Values = Mapping[str, Sequence[object]]
"""Under `rank` the distinct pairs of a layer's rank and rank_label; under `tsunami_rank` the same of buildings."""

_GREY = "#BDBDBD"
_NOT_RECORDED = StyleClass(_GREY, Text("不明・記載なし", "unknown or not recorded"))
_NO_RISK_RECORDED = StyleClass(
    _GREY,
    Text("浸水ランクの記載なし(安全を意味しません)", "no rank recorded (this does not mean safe)"),
)
_NO_ZONE_RECORDED = StyleClass(
    _GREY,
    Text("区域の記載なし(安全を意味しません)", "no zone recorded (this does not mean safe)"),
)
_RANK_UNKNOWN = StyleClass(_GREY, Text("ランク不明・未調査", "rank unknown or not surveyed"))

_TITLES: dict[str, tuple[Text, Group]] = {
    "bldg": (Text("建物", "Buildings"), BUILDINGS),
    "fld": (Text("洪水浸水想定区域", "River flood areas"), HAZARD),
    "tnm": (Text("津波浸水想定", "Tsunami areas"), HAZARD),
    "htd": (Text("高潮浸水想定区域", "High tide flood areas"), HAZARD),
    "ifld": (Text("内水浸水想定区域", "Inland flood areas"), HAZARD),
    "rfld": (Text("ため池浸水想定区域", "Reservoir flood areas"), HAZARD),
    "lsld": (Text("土砂災害警戒区域", "Landslide zones"), HAZARD),
    "luse": (Text("土地利用", "Land use"), PLANNING),
    "urf": (Text("都市計画決定情報", "City planning"), PLANNING),
    "tran": (Text("道路", "Roads"), TRANSPORT),
    "rwy": (Text("鉄道", "Railways"), TRANSPORT),
    "trk": (Text("徒歩道", "Tracks"), TRANSPORT),
    "squr": (Text("広場", "Squares"), TRANSPORT),
    "wwy": (Text("航路", "Waterways"), TRANSPORT),
    "brid": (Text("橋梁", "Bridges"), TRANSPORT),
    "tun": (Text("トンネル", "Tunnels"), TRANSPORT),
    "cons": (Text("その他の構造物", "Other constructions"), BUILDINGS),
    "ubld": (Text("地下街", "Underground malls"), BUILDINGS),
    "unf": (Text("地下埋設物", "Underground utilities"), FACILITIES),
    "frn": (Text("都市設備", "City furniture"), FACILITIES),
    "veg": (Text("植生", "Vegetation"), OTHER),
    "wtr": (Text("水部", "Water bodies"), OTHER),
    "area": (Text("区域", "Areas"), PLANNING),
    "gen": (Text("汎用都市オブジェクト", "Generic objects"), OTHER),
}
_COLOURS = {
    "rwy": "#495057",
    "trk": "#8D99AE",
    "squr": "#C9ADA7",
    "wwy": "#4EA8DE",
    "brid": "#7F8FA9",
    "tun": "#6C757D",
    "cons": "#A68A64",
    "ubld": "#9D8189",
    "unf": "#BC6C25",
    "frn": "#5E6472",
    "veg": "#6A994E",
    "wtr": "#72B7E3",
    "area": "#B08968",
}
_PLAIN = "#805AD5"
"""Of packages that aren't named above."""
_SHAPES = {
    "line": (Text("線", "lines"), Draw.LINE),
    "point": (Text("点", "points"), Draw.CIRCLE),
}


def portray(part: str, columns: Collection[str], values: Values | None = None) -> Portrayal:
    """For a part as `read_citygml` names it, and the columns that the layer has.

    `values` gives the texts of ranks as the dataset's own codelists say them: tsunami ranks differ by prefecture; and
    the `feature_type`s that occur, of which city planning has a hundred.
    """
    package, _, suffix = part.partition("-")
    title, group = _TITLES.get(package, (Text.same(part or "CityGML"), OTHER))
    draw = Draw.EXTRUSION if package == "bldg" else Draw.FILL
    if suffix in _SHAPES:
        shape, draw = _SHAPES[suffix]
        title = Text(f"{title.ja}({shape.ja})", f"{title.en} ({shape.en})")
    themes = tuple(theme for theme in _themes(package, values or {}, title) if theme.column in (None, *columns))
    style = Style(
        draw,
        themes or (Theme.single(_COLOURS.get(package, _PLAIN), title),),
        height="height_m" if draw is Draw.EXTRUSION else None,
        opacity=0.9 if draw in (Draw.EXTRUSION, Draw.LINE, Draw.CIRCLE) else 0.6,
    )
    return Portrayal(title, group, style, tuple(one for one in COLUMNS.get(package, ()) if one.name in columns))


def _themes(package: str, values: Values, title: Text) -> tuple[Theme, ...]:
    if package == "bldg":
        return _building_themes(values)
    if package in ("fld", "tnm", "htd", "ifld", "rfld"):
        return (_rank_theme(package, values, title),)
    if package == "lsld":
        return (_zone_theme("area_type_code", title), _PHENOMENA)
    if package == "luse":
        return (_code_theme("class", title, "class_code", standard.LAND_USE),)
    if package in ("urf", "area"):
        zoning = {int(code): known for code, known in standard.USE_DISTRICT.items()}
        districts = _code_theme("zoning", Text("用途地域", "Use districts"), "use_district", zoning, _NO_DISTRICT)
        return (districts, *_planning_types(values.get("feature_type", list(standard.PLANNING_TYPES))))
    if package == "tran":
        return (_code_theme("function", Text("道路の種別", "Road class"), "function_code", standard.ROAD_FUNCTION),)
    return (Theme.single(_COLOURS.get(package, _PLAIN), title),)


def _planning_types(found: Sequence[object]) -> tuple[Theme, ...]:
    """A legend of the classes that occur; none where no class has a title."""
    known = {name: code for name, code in standard.PLANNING_TYPES.items() if name in found}
    classes = [StyleClass(code.colour, code.text, name) for name, code in known.items()]
    title = Text("種類", "Type")
    return (Theme.categories("type", title, "feature_type", classes, _OTHER_TYPE),) if classes else ()


_NO_DISTRICT = StyleClass("#CFCFCF", Text("用途地域以外", "not a use district"))
_OTHER_TYPE = StyleClass("#CFCFCF", Text("その他", "other"))


def _code_theme(
    id: str, title: Text, column: str, codes: Mapping[str, Code] | Mapping[int, Code], missing: StyleClass | None = None
) -> Theme:
    classes = [StyleClass(known.colour, known.text, code) for code, known in codes.items()]
    return Theme.categories(id, title, column, classes, missing or _NOT_RECORDED)


def _building_themes(values: Values) -> tuple[Theme, ...]:
    return (
        _HEIGHT,
        _code_theme("usage", Text("用途", "Use"), "usage_code", standard.BUILDING_USAGE),
        _STOREYS,
        _YEAR,
        _national_ranks("flood", Text("洪水浸水ランク", "River flood rank")),
        _tsunami_theme(values),
        _national_ranks("high_tide", Text("高潮浸水ランク", "High tide flood rank")),
        _national_ranks("inland", Text("内水浸水ランク", "Inland flood rank")),
        _national_ranks("reservoir", Text("ため池浸水ランク", "Reservoir flood rank")),
        _zone_theme("landslide_code", Text("土砂災害警戒区域", "Landslide zone"), _NO_ZONE_RECORDED),
    )


def _steps(bounds: Sequence[float], colours: Sequence[str], texts: Sequence[Text]) -> tuple[StyleClass, ...]:
    """Classes between the bounds, open at both ends."""
    edges = [None, *bounds, None]
    return tuple(
        StyleClass(colour, text, minimum=low, maximum=high)
        for colour, text, low, high in zip(colours, texts, edges, edges[1:], strict=False)
    )


_HEIGHT = Theme.steps(
    "height",
    Text("高さ", "Height"),
    "height_m",
    _steps(
        (3, 6, 10, 15, 20, 31, 60),
        ("#FFF7D6", "#FEE8A8", "#FDCB7B", "#F9A65A", "#EE7B51", "#D5524F", "#A93258", "#6C1D5F"),
        (
            Text("3m未満", "below 3 m"),
            Text("3〜6m", "3 to 6 m"),
            Text("6〜10m", "6 to 10 m"),
            Text("10〜15m", "10 to 15 m"),
            Text("15〜20m", "15 to 20 m"),
            Text("20〜31m", "20 to 31 m"),
            Text("31〜60m", "31 to 60 m"),
            Text("60m以上", "60 m or more"),
        ),
    ),
    _NOT_RECORDED,
    unit="m",
)
_STOREYS = Theme.steps(
    "storeys",
    Text("地上階数", "Storeys"),
    "storeys_above",
    _steps(
        (2, 3, 4, 6, 10, 20),
        ("#EFF6FB", "#CFE3F2", "#A6CBE5", "#74ABD3", "#4687BC", "#22639B", "#0C3F6E"),
        (
            Text("1階", "1"),
            Text("2階", "2"),
            Text("3階", "3"),
            Text("4〜5階", "4 to 5"),
            Text("6〜9階", "6 to 9"),
            Text("10〜19階", "10 to 19"),
            Text("20階以上", "20 or more"),
        ),
    ),
    _NOT_RECORDED,
)
_YEAR = Theme.steps(
    "year",
    Text("建築年", "Year of construction"),
    "year",
    # The seismic codes of June 1981 and June 2000 divide Japan's buildings.
    _steps(
        (1950, 1971, 1981, 2000, 2010),
        ("#5E3C58", "#8E5572", "#C1666B", "#E4B363", "#A9C5A0", "#5B9279"),
        (
            Text("1949年以前", "before 1950"),
            Text("1950〜1970年", "1950 to 1970"),
            Text("1971〜1980年(旧耐震)", "1971 to 1980 (old seismic code)"),
            Text("1981〜1999年(新耐震)", "1981 to 1999 (new seismic code)"),
            Text("2000〜2009年", "2000 to 2009"),
            Text("2010年以降", "2010 and later"),
        ),
    ),
    _NOT_RECORDED,
)
_PHENOMENA = Theme.categories(
    "phenomenon",
    Text("現象", "Phenomenon"),
    "disaster_type_code",
    (
        StyleClass("#C98B4B", Text("急傾斜地の崩壊", "slope failure"), 1),
        StyleClass("#7A9CC6", Text("土石流", "debris flow"), 2),
        StyleClass("#9B7BB8", Text("地すべり", "landslide"), 3),
    ),
    _NOT_RECORDED,
)


def _zone_theme(column: str, title: Text, missing: StyleClass | None = None) -> Theme:
    """Yellow zones (警戒区域) and red zones (特別警戒区域), as every municipality's map has them."""
    classes = (
        StyleClass("#F7D154", Text("土砂災害警戒区域(イエローゾーン)", "warning zone (yellow)"), 1),
        StyleClass("#E5484D", Text("土砂災害特別警戒区域(レッドゾーン)", "special warning zone (red)"), 2),
        StyleClass("#FBEAAE", Text("土砂災害警戒区域(指定前)", "warning zone, not yet designated"), 3),
        StyleClass("#F3A6A8", Text("土砂災害特別警戒区域(指定前)", "special warning zone, not yet designated"), 4),
    )
    return Theme.categories("zone", title, column, classes, missing or _NOT_RECORDED)


def _national_ranks(kind: str, title: Text) -> Theme:
    classes = [StyleClass(RANK_COLOURS[rank], depth.text, rank) for rank, depth in RANKS.items()]
    return Theme.categories(kind, title, f"{kind}_rank", classes, _NO_RISK_RECORDED)


def _tsunami_theme(values: Values) -> Theme:
    classes = _labelled_ranks(values.get("tsunami_rank", ())) or _bare_ranks()
    return Theme.categories(
        "tsunami", Text("津波浸水ランク", "Tsunami rank"), "tsunami_rank", classes, _NO_RISK_RECORDED
    )


def _rank_theme(package: str, values: Values, title: Text) -> Theme:
    """The dataset's own texts; without them the national ones, but for tsunami, which have none."""
    classes = _labelled_ranks(values.get("rank", ()))
    if not classes and package != "tnm":
        classes = [StyleClass(RANK_COLOURS[rank], depth.text, rank) for rank, depth in RANKS.items()]
    return Theme.categories("rank", title, "rank", classes or _bare_ranks(), _RANK_UNKNOWN)


def _labelled_ranks(pairs: Sequence[object]) -> list[StyleClass]:
    ranks = {
        int(pair[0]): pair[1]
        for pair in pairs
        if isinstance(pair, Sequence) and len(pair) == 2 and isinstance(pair[0], int) and isinstance(pair[1], str)
    }
    return [StyleClass(colour_of_rank(rank, label), _text(rank, label), rank) for rank, label in sorted(ranks.items())]


def _text(rank: int, label: str) -> Text:
    """The codelist's own words in Japanese, and the depth they tell in English; some say bare numbers only."""
    depth = parse_depth(label)
    if depth is not None:
        return Text(label if "m" in unicodedata.normalize("NFKC", label) else depth.text.ja, depth.text.en)
    return Text(label or f"ランク{rank}", f"rank {rank}" if label.startswith("ランク") else label or f"rank {rank}")


def _bare_ranks() -> list[StyleClass]:
    """Codes whose meaning no codelist told."""
    return [StyleClass(colour_of_rank(rank, None), Text(f"ランク{rank}", f"rank {rank}"), rank) for rank in range(1, 9)]
