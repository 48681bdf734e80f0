"""PLATEAU's own codes: used where a dataset comes without its codelists, and for colours.

From the codelists of the standard product specification; the same codes in i-UR 1.4 to 3.2.
"""

from dataclasses import dataclass

from geo.citygml.planning import MORE_PLANNING_TYPES
from geo.text import Text


@dataclass(frozen=True, slots=True)
class Code:
    text: Text
    colour: str


def label(codes: dict[str, Code], code: str | None) -> str | None:
    known = codes.get(code or "")
    return known.text.ja if known else None


def _codes(*rows: tuple[str, str, str, str]) -> dict[str, Code]:
    return {code: Code(Text(ja, en), colour) for code, ja, en, colour in rows}


BUILDING_USAGE = _codes(
    ("401", "業務施設", "Offices", "#4C78A8"),
    ("402", "商業施設", "Shops", "#E45756"),
    ("403", "宿泊施設", "Hotels", "#B279A2"),
    ("404", "商業系複合施設", "Mixed commercial", "#FF9DA6"),
    ("411", "住宅", "Houses", "#8CC98C"),
    ("412", "共同住宅", "Apartments", "#54A24B"),
    ("413", "店舗等併用住宅", "Houses with shops", "#F2CF5B"),
    ("414", "店舗等併用共同住宅", "Apartments with shops", "#EECA3B"),
    ("415", "作業所併用住宅", "Houses with workshops", "#D8B365"),
    ("421", "官公庁施設", "Government", "#2F4B7C"),
    ("422", "文教厚生施設", "Education and welfare", "#F58518"),
    ("431", "運輸倉庫施設", "Transport and storage", "#9D755D"),
    ("441", "工場", "Factories", "#79706E"),
    ("451", "農林漁業用施設", "Farming, forestry, fishing", "#A6BF4B"),
    ("452", "供給処理施設", "Utilities", "#439894"),
    ("453", "防衛施設", "Defence", "#5B5B3B"),
    ("454", "その他", "Other", "#BAB0AC"),
    ("461", "不明", "Unknown", "#D0D0D0"),
)

STRUCTURE = _codes(
    ("601", "木造・土蔵造", "Wood", "#C8A165"),
    ("602", "鉄骨鉄筋コンクリート造", "Steel-framed reinforced concrete", "#4C6A92"),
    ("603", "鉄筋コンクリート造", "Reinforced concrete", "#7A93B2"),
    ("604", "鉄骨造", "Steel", "#A65E5E"),
    ("605", "軽量鉄骨造", "Light steel", "#CF9090"),
    ("606", "レンガ造・コンクリートブロック造・石造", "Brick, block or stone", "#B5523B"),
    ("610", "非木造", "Not wood", "#8E8E8E"),
    ("611", "不明", "Unknown", "#D0D0D0"),
)

LAND_USE = _codes(
    ("201", "田", "Paddy fields", "#BFE3B4"),
    ("202", "畑", "Fields", "#E3E8A6"),
    ("203", "山林", "Forest", "#5E9E5A"),
    ("204", "水面", "Water", "#8CC4E8"),
    ("205", "その他自然地", "Other natural land", "#A9C7A0"),
    ("211", "住宅用地", "Residential", "#F7E08B"),
    ("212", "商業用地", "Commercial", "#EF7F7F"),
    ("213", "工業用地", "Industrial", "#A9B4D9"),
    ("214", "公益施設用地", "Public services", "#F2A65A"),
    ("215", "道路用地", "Roads", "#C9C9C9"),
    ("216", "交通施設用地", "Transport facilities", "#A89B91"),
    ("217", "公共空地", "Parks and open space", "#93D18C"),
    ("218", "その他公的施設用地", "Other public facilities", "#B7A27C"),
    ("219", "農林漁業施設用地", "Farming, forestry, fishing facilities", "#C2CF7A"),
    ("220", "その他(ゴルフ場)", "Golf courses", "#B5DE8E"),
    ("221", "その他(太陽光発電)", "Solar power", "#6F86B9"),
    ("222", "その他(平面駐車場)", "Car parks", "#B3B3BF"),
    ("223", "その他都市的土地利用", "Other urban use", "#D7C4B0"),
    ("224", "低未利用土地", "Vacant land", "#E3D9C6"),
    ("231", "不明", "Unknown", "#D0D0D0"),
    ("251", "可住地", "Habitable land", "#F3EBC0"),
    ("252", "非可住地", "Uninhabitable land", "#C6CFC0"),
    ("260", "農地", "Farmland", "#D0E5AC"),
    ("261", "宅地", "Building land", "#F5D48A"),
    ("262", "道路・鉄軌道敷", "Roads and railways", "#ADB5BD"),
    ("263", "空地", "Open land", "#DDD2BE"),
)

USE_DISTRICT = _codes(
    ("0", "用途地域の指定をしない区域", "No use district", "#E0E0E0"),
    ("1", "第1種低層住居専用地域", "Low-rise residential 1", "#3FA66B"),
    ("2", "第2種低層住居専用地域", "Low-rise residential 2", "#8CCB9B"),
    ("3", "第1種中高層住居専用地域", "Mid/high-rise residential 1", "#A4CE39"),
    ("4", "第2種中高層住居専用地域", "Mid/high-rise residential 2", "#D3E48A"),
    ("5", "第1種住居地域", "Residential 1", "#FFF08A"),
    ("6", "第2種住居地域", "Residential 2", "#FFDDA0"),
    ("7", "準住居地域", "Quasi-residential", "#F9B266"),
    ("8", "田園住居地域", "Countryside residential", "#C7D58B"),
    ("9", "近隣商業地域", "Neighbourhood commercial", "#F6A9C2"),
    ("10", "商業地域", "Commercial", "#E8514F"),
    ("11", "準工業地域", "Quasi-industrial", "#B79BD2"),
    ("12", "工業地域", "Industrial", "#A5D5EE"),
    ("13", "工業専用地域", "Exclusively industrial", "#5E8FD0"),
)

ROAD_FUNCTION = _codes(
    ("1", "高速自動車国道", "Expressways", "#2E9E6B"),
    ("2", "一般国道", "National roads", "#D9534F"),
    ("3", "都道府県道", "Prefectural roads", "#E8963E"),
    ("4", "市町村道", "Municipal roads", "#8C8C8C"),
    ("10", "建築基準法第42条1項2号道路", "Building Standards Act 42-1-2", "#A9A2C2"),
    ("11", "建築基準法第42条1項3号道路", "Building Standards Act 42-1-3", "#9AA8C2"),
    ("12", "建築基準法第42条1項4号道路", "Building Standards Act 42-1-4", "#8FB1B8"),
    ("13", "建築基準法第42条1項5号道路", "Building Standards Act 42-1-5", "#A9B78F"),
    ("14", "建築基準法第42条2項道路", "Building Standards Act 42-2", "#C2B48F"),
    ("15", "建築基準法第43条2項ただし書きの道", "Building Standards Act 43-2", "#C2A28F"),
    ("9000", "未調査", "Not surveyed", "#CFCFCF"),
    ("9010", "対象外", "Not applicable", "#DADADA"),
    ("9020", "不明", "Unknown", "#C4C4C4"),
)

PLANNING_TYPES = {
    "urf:UseDistrict": Code(Text("用途地域", "Use districts"), "#E9C46A"),
    "urf:SpecialUseDistrict": Code(Text("特別用途地区", "Special use districts"), "#E76F51"),
    "urf:ScenicDistrict": Code(Text("風致地区", "Scenic districts"), "#2A9D8F"),
    "urf:FirePreventionDistrict": Code(Text("防火地域・準防火地域", "Fire prevention districts"), "#D62828"),
    "urf:HeightControlDistrict": Code(Text("高度地区", "Height control districts"), "#7B6D8D"),
    "urf:HighLevelUseDistrict": Code(Text("高度利用地区", "High-level use districts"), "#9C6644"),
    "urf:DistrictPlan": Code(Text("地区計画", "District plans"), "#F4A261"),
    "urf:UrbanPlanningArea": Code(Text("都市計画区域", "City planning areas"), "#BDBDBD"),
    "urf:QuasiUrbanPlanningArea": Code(Text("準都市計画区域", "Quasi city planning areas"), "#D9CFE0"),
    "urf:AreaClassification": Code(Text("区域区分", "Area classification"), "#A8C686"),
    "urf:UrbanRoad": Code(Text("都市計画道路", "Planned roads"), "#6C757D"),
    "urf:Park": Code(Text("都市計画公園", "Planned parks"), "#70AD47"),
    "urf:ParkingPlace": Code(Text("駐車場", "Parking places"), "#8D99AE"),
    "urf:PortZone": Code(Text("臨港地区", "Port zones"), "#4EA8DE"),
    "urf:ProductiveGreenZone": Code(Text("生産緑地地区", "Productive green zones"), "#95D5B2"),
    "urf:SpecialGreenSpaceConservationDistrict": Code(
        Text("特別緑地保全地区", "Green space conservation districts"), "#40916C"
    ),
    "urf:LandReadjustmentProject": Code(Text("土地区画整理事業", "Land readjustment projects"), "#B08968"),
    "urf:UrbanRedevelopmentProject": Code(Text("市街地再開発事業", "Urban redevelopment projects"), "#C77DFF"),
    **{name: Code(text, colour) for name, (text, colour) in MORE_PLANNING_TYPES.items()},
}
