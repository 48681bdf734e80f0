"""The columns that each package promises, besides the tree of all attributes."""

from geo.column import Column, ColumnType
from geo.text import Text

_T, _I, _N = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER


def _flood_columns(kind: str, ja: str, en: str) -> tuple[Column, ...]:
    return (
        Column(f"{kind}_rank", Text(f"{ja}ランク", f"{en} rank"), _I),
        Column(f"{kind}_depth_m", Text(f"{ja}深", f"{en} depth"), _N, "m"),
        Column(f"{kind}", Text(ja, en), _T),
    )


HAZARDS_OF_BUILDINGS = (
    *_flood_columns("flood", "洪水浸水", "River flood"),
    *_flood_columns("tsunami", "津波浸水", "Tsunami"),
    Column("tsunami_rank_label", Text("津波浸水ランクの区分", "Tsunami rank means")),
    *_flood_columns("high_tide", "高潮浸水", "High tide flood"),
    *_flood_columns("inland", "内水浸水", "Inland flood"),
    *_flood_columns("reservoir", "ため池浸水", "Reservoir flood"),
    Column("landslide_code", Text("土砂災害警戒区域コード", "Landslide zone code"), _I),
    Column("landslide", Text("土砂災害警戒区域", "Landslide zone")),
)
"""Only where a file has any: a column without one value would look like a survey that found nothing."""

_COMMON = (
    Column("feature_type", Text("地物型", "Feature type")),
    Column("lod", Text("LOD", "LOD")),
    Column("source_file", Text("ファイル", "File")),
)

_BUILDING = (
    Column("name", Text("名称", "Name")),
    Column("height_m", Text("高さ", "Height"), _N, "m"),
    Column("height_source", Text("高さの出典", "Height taken from")),
    Column("ground_m", Text("地盤高(T.P.)", "Ground height (T.P.)"), _N, "m"),
    Column("storeys_above", Text("地上階数", "Storeys above ground"), _I),
    Column("storeys_below", Text("地下階数", "Storeys below ground"), _I),
    Column("year", Text("建築年", "Year of construction"), _I),
    Column("usage_code", Text("用途コード", "Use code")),
    Column("usage", Text("用途", "Use")),
    Column("structure", Text("構造", "Structure")),
    Column("address", Text("住所", "Address")),
    *HAZARDS_OF_BUILDINGS,
)
_FLOOD = (
    Column("name", Text("名称", "Name")),
    Column("rank", Text("浸水ランク", "Depth rank"), _I),
    Column("rank_label", Text("浸水深の区分", "Depth class")),
    Column("depth_m", Text("浸水深", "Depth"), _N, "m"),
    Column("scale", Text("想定規模", "Scale")),
    Column("duration_h", Text("浸水継続時間", "Duration"), _N, "h"),
    Column("description", Text("想定", "Assumption")),
)
_LANDSLIDE = (
    Column("name", Text("区域名", "Zone name")),
    Column("area_type_code", Text("区域区分コード", "Zone type code"), _I),
    Column("area_type", Text("区域区分", "Zone type")),
    Column("disaster_type_code", Text("現象コード", "Phenomenon code"), _I),
    Column("disaster_type", Text("現象", "Phenomenon")),
    Column("zone_number", Text("区域番号", "Zone number")),
    Column("location", Text("所在地", "Location")),
    Column("designated", Text("告示日", "Designated on")),
)
_LAND_USE = (
    Column("class_code", Text("土地利用コード", "Land use code")),
    Column("class", Text("土地利用", "Land use")),
    Column("survey_year", Text("調査年", "Survey year"), _I),
)
_PLANNING = (
    Column("function_code", Text("区分コード", "Type code")),
    Column("function", Text("区分", "Type")),
    Column("use_district", Text("用途地域コード", "Use district code"), _I),
    Column("usage", Text("用途", "Use")),
    Column("name", Text("名称", "Name")),
    Column("floor_area_rate", Text("容積率", "Floor area ratio"), _N, "%"),
    Column("building_coverage_rate", Text("建蔽率", "Building coverage ratio"), _N, "%"),
    Column("valid_from", Text("当初決定日", "Valid from")),
)
_ROAD = (
    Column("name", Text("名称", "Name")),
    Column("class_code", Text("分類コード", "Class code")),
    Column("class", Text("分類", "Class")),
    Column("function_code", Text("種別コード", "Function code")),
    Column("function", Text("種別", "Function")),
    Column("width_m", Text("幅員", "Width"), _N, "m"),
    Column("section_type", Text("区間の構造", "Section type")),
)

_THING = (
    Column("name", Text("名称", "Name")),
    Column("class_code", Text("分類コード", "Class code")),
    Column("class", Text("分類", "Class")),
    Column("function_code", Text("機能コード", "Function code")),
    Column("function", Text("機能", "Function")),
    Column("usage_code", Text("用途コード", "Use code")),
    Column("usage", Text("用途", "Use")),
)
_STANDING = (
    *_THING,
    Column("height_m", Text("高さ", "Height"), _N, "m"),
    Column("height_source", Text("高さの出典", "Height taken from")),
    Column("ground_m", Text("底面高(T.P.)", "Lowest height (T.P.)"), _N, "m"),
    Column("year", Text("建設年", "Year of construction"), _I),
)
_UNDERGROUND_BUILDING = tuple(column for column in _BUILDING if column not in HAZARDS_OF_BUILDINGS)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "bldg": (*_BUILDING, *_COMMON),
    **dict.fromkeys(("fld", "tnm", "htd", "ifld", "rfld"), (*_FLOOD, *_COMMON)),
    "lsld": (*_LANDSLIDE, *_COMMON),
    "luse": (*_LAND_USE, *_COMMON),
    "urf": (*_PLANNING, *_COMMON),
    "area": (*_PLANNING, *_COMMON),
    **dict.fromkeys(("tran", "rwy", "trk", "squr", "wwy"), (*_ROAD, *_COMMON)),
    **dict.fromkeys(("brid", "tun", "cons", "frn", "veg", "unf"), (*_STANDING, *_COMMON)),
    **dict.fromkeys(("wtr", "gen"), (*_THING, *_COMMON)),
    "ubld": (*_UNDERGROUND_BUILDING, *_COMMON),
}
