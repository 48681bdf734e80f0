"""The code lists of PLATEAU that the sample city uses: codes and Japanese labels as the standard gives them."""

from collections.abc import Mapping
from pathlib import Path

_RANKS = {"1": "0.5m未満", "2": "0.5m以上3m未満", "3": "3m以上5m未満", "4": "5m以上10m未満", "5": "10m以上20m未満",
          "6": "20m以上"}  # fmt: skip

CODELISTS: dict[str, Mapping[str, str]] = {
    "Building_class": {"3000": "分類しない建物", "3001": "普通建物", "3002": "堅ろう建物", "3003": "普通無壁舎",
                       "3004": "堅ろう無壁舎"},
    "Building_usage": {
        "401": "業務施設", "402": "商業施設", "403": "宿泊施設", "404": "商業系複合施設", "411": "住宅",
        "412": "共同住宅",
        "413": "店舗等併用住宅", "414": "店舗等併用共同住宅", "415": "作業所併用住宅", "421": "官公庁施設",
        "422": "文教厚生施設", "431": "運輸倉庫施設", "441": "工場", "451": "農林漁業用施設", "452": "供給処理施設",
        "453": "防衛施設", "454": "その他", "461": "不明",
    },
    "BuildingInstallation_function": {"1041": "塔屋", "1060": "階段"},
    "BuildingFurniture_function": {"Pr_40_30_30": "取り付けられた机、テーブルおよび調理台"},
    "IntBuildingInstallation_function": {"EF_25": "壁およびバリア（バリケード）エレメント"},
    "Room_class": {"SL_20": "管理事務、商業、保安の空間", "SL_80": "輸送・交通の空間"},
    "Room_function": {"SL_20_15": "管理事務活動の空間", "SL_20_50": "商業活動の空間", "SL_80_40": "歩道空間"},
    "BuildingDetailAttribute_buildingStructureType": {
        "601": "木造・土蔵造", "602": "鉄骨鉄筋コンクリート造", "603": "鉄筋コンクリート造", "604": "鉄骨造",
        "605": "軽量鉄骨造", "606": "レンガ造・コンクリートブロック造・石造", "610": "非木造", "611": "不明",
    },
    "BuildingDetailAttribute_fireproofStructureType": {"1001": "耐火", "1002": "準耐火造", "1003": "その他",
                                                       "1011": "不明"},
    "Common_urbanPlanType": {"21": "都市計画区域", "22": "準都市計画区域", "23": "都市計画区域外"},
    "Common_landUseType": {
        "201": "田（水田）", "202": "畑（畑、樹園地、採草地、養鶏（牛・豚）場）", "203": "山林（樹林地）",
        "204": "水面（河川水面、湖沼、ため池、用水路、濠、運河水面）",
        "205": "その他自然地（原野・牧野、荒れ地（耕作放棄地等自然的状況のもの）、低湿地、河川敷・河原、海浜、湖岸）",
        "211": "住宅用地（住宅、共同住宅、店舗等併用住宅、店舗等併用共同住宅、作業所併用住宅）",
        "212": "商業用地（業務施設、商業施設、宿泊施設、商業系複合施設）", "213": "工業用地（工場）",
        "214": "公益施設用地（官公庁施設、文教厚生施設、供給処理施設）",
        "215": "道路用地（道路、駅前広場、私有地内に存在する沿道用途の「私道」または、"
               "私有地の一部分であるものの公共の通行に供されている土地の部分）",
        "216": "交通施設用地（運輸倉庫施設）", "217": "公共空地（公園・緑地、広場、運動場、墓園）",
        "219": "農林漁業施設用地（農林漁業用施設）", "222": "その他③（平面駐車場）", "224": "低未利用土地",
        "231": "不明",
    },
    "Common_districtsAndZonesType": {
        "1": "第1種低層住居専用地域", "2": "第2種低層住居専用地域", "3": "第1種中高層住居専用地域",
        "4": "第2種中高層住居専用地域", "5": "第1種住居地域", "6": "第2種住居地域", "7": "準住居地域",
        "8": "田園住居地域", "9": "近隣商業地域", "10": "商業地域", "11": "準工業地域", "12": "工業地域",
        "13": "工業専用地域",
    },
    "Common_localPublicAuthorities": {"22": "みほん県（架空）", "22999": "みほん県みほん市（架空）"},
    "TrafficArea_function": {"1000": "車道部", "1010": "車線", "1020": "車道交差部", "2000": "歩道部"},
    "TrafficArea_surfaceMaterial": {"1000": "アスファルト舗装", "2000": "コンクリート舗装", "4000": "ブロック系舗装"},
    "AuxiliaryTrafficArea_function": {"2000": "歩道部の段差", "3000": "島", "5010": "植樹帯"},
    "Road_class": {"1040": "道路"},
    "Road_function": {"1": "高速自動車国道", "2": "一般国道", "3": "都道府県道", "4": "市町村道", "9020": "不明"},
    "RoadStructureAttribute_sectionType": {"1": "土工区間・通常区間", "2": "高架橋", "3": "橋梁", "4": "交差部",
                                           "5": "アンダーパス", "6": "トンネル"},
    "RoadStructureAttribute_widthType": {"1": "15m以上", "2": "6m以上15m未満", "3": "4m以上6m未満", "4": "4m未満"},
    "SolitaryVegetationObject_class": {"0": "不明", "1": "高木（樹高3m以上）", "2": "中木（樹高1m以上3m未満）",
                                       "3": "低木（樹高1m未満）"},
    "CityFurniture_class": {"1000": "交通施設", "1010": "通信施設", "1020": "保安施設", "1030": "その他",
                            "9999": "不明"},
    "CityFurniture_function": {"4010": "上屋", "4200": "照明施設"},
    "Bridge_class": {"01": "桁橋", "02": "トラス橋", "03": "アーチ橋", "04": "ラーメン橋", "05": "吊橋",
                     "06": "斜張橋"},
    "Bridge_function": {"01": "道路橋", "02": "鉄道橋", "05": "橋側歩道橋", "07": "横断歩道橋"},
    "BridgeConstructionElement_function": {"01": "橋脚", "02": "橋台"},
    "BridgeInstallation_function": {"05": "高欄", "14": "手すり"},
    "WaterBody_class": {"1000": "sea（海）", "1030": "river / stream（河川/小川）", "1140": "flooded land（浸水域）"},
    "WaterBody_function": {"1": "洪水浸水想定区域", "2": "津波浸水想定", "3": "高潮浸水想定区域",
                           "4": "内水浸水想定区域"},
    "RiverFloodingRiskAttribute_description": {"1": "みほん川水系みほん川", "2": "みほん東川水系みほん東川"},
    "RiverFloodingRiskAttribute_rank": _RANKS,
    "RiverFloodingRiskAttribute_adminType": {"1": "国", "2": "都道府県"},
    "RiverFloodingRiskAttribute_scale": {"1": "L1（計画規模）", "2": "L2（想定最大規模）"},
    "TsunamiRiskAttribute_description": {"1": "みほん県津波浸水想定（架空）"},
    "TsunamiRiskAttribute_rank": _RANKS,
    "TsunamiRiskAttribute_rankOrg": {"1": "0.01m以上0.3m未満", "2": "0.3m以上1m未満", "3": "1m以上2m未満",
                                     "4": "2m以上3m未満", "5": "3m以上5m未満", "6": "5m以上10m未満", "7": "10m以上"},
    "HighTideRiskAttribute_description": {"1": "みほん県高潮浸水想定（架空）"},
    "HighTideRiskAttribute_rank": _RANKS,
    "InlandFloodingRiskAttribute_description": {"1": "みほん市内水浸水想定（架空）"},
    "InlandFloodingRiskAttribute_rank": _RANKS,
    "LandSlideRiskAttribute_description": {"1": "急傾斜地の崩落", "2": "土石流", "3": "地すべり"},
    "LandSlideRiskAttribute_areaType": {"1": "土砂災害警戒区域（指定済）", "2": "土砂災害特別警戒区域（指定済）",
                                        "3": "土砂災害警戒区域（指定前）", "4": "土砂災害特別警戒区域（指定前）"},
    "LandSlideRiskAttribute_status": {"0": "特別警戒区域指定済み", "1": "特別警戒区域未指定"},
}  # fmt: skip

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gml:Dictionary xmlns:gml="http://www.opengis.net/gml" gml:id="cl_{name}">
<gml:name>{name}</gml:name>
"""
_ENTRY = """<gml:dictionaryEntry>
<gml:Definition gml:id="{name}_{code}">
<gml:description>{label}</gml:description>
<gml:name>{code}</gml:name>
</gml:Definition>
</gml:dictionaryEntry>
"""


def write_codelists(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, entries in CODELISTS.items():
        body = "".join(_ENTRY.format(name=name, code=code, label=label) for code, label in entries.items())
        path = folder / f"{name}.xml"
        path.write_text(_HEAD.format(name=name) + body + "</gml:Dictionary>\n", encoding="utf-8", newline="\n")
        written.append(path)
    return written
