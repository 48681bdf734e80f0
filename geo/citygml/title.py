"""What the attributes of PLATEAU are called, for the trees of attributes that people read."""

from collections.abc import Iterable
from typing import Any

from geo.citygml.title_of_package import TITLES_OF_PACKAGES
from geo.text import Text

TITLES: dict[str, Text] = {
    "bldg:address": Text("住所", "Address"),
    "bldg:class": Text("分類", "Class"),
    "bldg:consistsOfBuildingPart": Text("建物部分", "Building part"),
    "bldg:function": Text("機能", "Function"),
    "bldg:measuredHeight": Text("計測高さ", "Measured height"),
    "bldg:roofType": Text("屋根の種類", "Roof type"),
    "bldg:storeysAboveGround": Text("地上階数", "Storeys above ground"),
    "bldg:storeysBelowGround": Text("地下階数", "Storeys below ground"),
    "bldg:usage": Text("用途", "Use"),
    "bldg:yearOfConstruction": Text("建築年", "Year of construction"),
    "bldg:yearOfDemolition": Text("解体年", "Year of demolition"),
    "core:creationDate": Text("データ作成日", "Created on"),
    "core:terminationDate": Text("データ削除日", "Ended on"),
    "core:xalAddress": Text("住所", "Address"),
    "gml:description": Text("説明", "Description"),
    "gml:name": Text("名称", "Name"),
    "luse:class": Text("土地利用", "Land use"),
    "luse:function": Text("機能", "Function"),
    "luse:usage": Text("用途", "Use"),
    "tran:class": Text("分類", "Class"),
    "tran:function": Text("種別", "Function"),
    "tran:usage": Text("利用方法", "Use"),
    "urf:areaType": Text("区域区分", "Zone type"),
    "urf:buildingCoverageRate": Text("建蔽率", "Building coverage ratio"),
    "urf:city": Text("市区町村", "Municipality"),
    "urf:custodian": Text("決定権者", "Decided by"),
    "urf:dataQualityAttribute": Text("データ品質", "Data quality"),
    "urf:disasterType": Text("現象区分", "Phenomenon"),
    "urf:finalNotificationDate": Text("最終告示日", "Last notified on"),
    "urf:finalNotificationNumber": Text("最終告示番号", "Last notification"),
    "urf:floorAreaRate": Text("容積率", "Floor area ratio"),
    "urf:function": Text("区分", "Type"),
    "urf:location": Text("所在地", "Location"),
    "urf:notificationNumber": Text("告示番号", "Notification"),
    "urf:prefecture": Text("都道府県", "Prefecture"),
    "urf:status": Text("指定状況", "Status"),
    "urf:usage": Text("用途", "Use"),
    "urf:validFrom": Text("当初決定日", "Valid from"),
    "urf:validFromType": Text("当初決定の種類", "Kind of first decision"),
    "urf:zoneName": Text("区域名", "Zone name"),
    "urf:zoneNumber": Text("区域番号", "Zone number"),
    "uro:adminType": Text("指定機関", "Designated by"),
    "uro:appearanceSrcDescLod0": Text("LOD0のテクスチャの原典", "Source of LOD0 appearance"),
    "uro:appearanceSrcDescLod1": Text("LOD1のテクスチャの原典", "Source of LOD1 appearance"),
    "uro:appearanceSrcDescLod2": Text("LOD2のテクスチャの原典", "Source of LOD2 appearance"),
    "uro:appearanceSrcDescLod3": Text("LOD3のテクスチャの原典", "Source of LOD3 appearance"),
    "uro:areaClassificationType": Text("区域区分", "Area classification"),
    "uro:areaType": Text("区域区分", "Zone type"),
    "uro:bldgDataQualityAttribute": Text("データ品質", "Data quality"),
    "uro:bldgDisasterRiskAttribute": Text("災害リスク", "Disaster risk"),
    "uro:branchID": Text("枝番", "Branch number"),
    "uro:buildingDataQualityAttribute": Text("データ品質", "Data quality"),
    "uro:buildingDetailAttribute": Text("建物の詳細", "Details"),
    "uro:buildingDetails": Text("建物の詳細", "Details"),
    "uro:buildingDisasterRiskAttribute": Text("災害リスク", "Disaster risk"),
    "uro:buildingFootprintArea": Text("図上面積", "Footprint area"),
    "uro:buildingHeight": Text("建物高さ", "Building height"),
    "uro:buildingID": Text("建物ID", "Building ID"),
    "uro:buildingIDAttribute": Text("建物ID", "Building ID"),
    "uro:buildingRoofEdgeArea": Text("屋根外周面積", "Roof edge area"),
    "uro:buildingStructureOrgType": Text("構造(独自区分)", "Structure (own classes)"),
    "uro:buildingStructureType": Text("構造", "Structure"),
    "uro:city": Text("市区町村", "Municipality"),
    "uro:codeValue": Text("値", "Value"),
    "uro:dateValue": Text("値", "Value"),
    "uro:depth": Text("浸水深", "Depth"),
    "uro:description": Text("想定", "Assumption"),
    "uro:detailedUsage": Text("詳細用途", "Detailed use"),
    "uro:developmentArea": Text("敷地面積", "Site area"),
    "uro:districtsAndZonesType": Text("地域地区", "Districts and zones"),
    "uro:doubleValue": Text("値", "Value"),
    "uro:duration": Text("浸水継続時間", "Duration"),
    "uro:extendedAttribute": Text("拡張属性", "Extended attribute"),
    "uro:fireproofStructureType": Text("耐火構造", "Fireproof structure"),
    "uro:floodingRiskAttribute": Text("浸水リスク", "Flood risk"),
    "uro:geometrySrcDescLod0": Text("LOD0の形状の原典", "Source of LOD0 geometry"),
    "uro:geometrySrcDescLod1": Text("LOD1の形状の原典", "Source of LOD1 geometry"),
    "uro:geometrySrcDescLod2": Text("LOD2の形状の原典", "Source of LOD2 geometry"),
    "uro:geometrySrcDescLod3": Text("LOD3の形状の原典", "Source of LOD3 geometry"),
    "uro:implementingBody": Text("実施主体", "Carried out by"),
    "uro:intValue": Text("値", "Value"),
    "uro:key": Text("項目", "Item"),
    "uro:keyValuePairAttribute": Text("拡張属性", "Extended attribute"),
    "uro:landUseDetailAttribute": Text("土地利用の詳細", "Details"),
    "uro:landUseType": Text("土地利用", "Land use"),
    "uro:largeCustomerFacilities": Text("大規模小売店舗等", "Large retail facilities"),
    "uro:largeCustomerFacilityAttribute": Text("大規模小売店舗等", "Large retail facilities"),
    "uro:lod1HeightType": Text("LOD1の高さの取り方", "How the LOD1 height was taken"),
    "uro:lodType": Text("LODの種類", "LOD type"),
    "uro:measuredValue": Text("値", "Value"),
    "uro:name": Text("名称", "Name"),
    "uro:note": Text("備考", "Note"),
    "uro:orgUsage": Text("用途(独自区分)", "Use (own classes)"),
    "uro:orgUsage2": Text("用途(独自区分2)", "Use (own classes 2)"),
    "uro:partID": Text("建物部分ID", "Part ID"),
    "uro:prefecture": Text("都道府県", "Prefecture"),
    "uro:publicSurveyDataQualityAttribute": Text("公共測量の品質", "Public survey quality"),
    "uro:publicSurveySrcDescLod0": Text("LOD0の公共測量の原典", "Public survey of LOD0"),
    "uro:publicSurveySrcDescLod1": Text("LOD1の公共測量の原典", "Public survey of LOD1"),
    "uro:publicSurveySrcDescLod2": Text("LOD2の公共測量の原典", "Public survey of LOD2"),
    "uro:publicSurveySrcDescLod3": Text("LOD3の公共測量の原典", "Public survey of LOD3"),
    "uro:rank": Text("浸水ランク", "Depth rank"),
    "uro:rankOrg": Text("浸水ランク(独自区分)", "Depth rank (own classes)"),
    "uro:realEstateIDAttribute": Text("不動産ID", "Real estate ID"),
    "uro:roadStructureAttribute": Text("道路の構造", "Road structure"),
    "uro:scale": Text("想定規模", "Scale"),
    "uro:sectionType": Text("区間の構造", "Section type"),
    "uro:serialNumberOfBuildingCertification": Text("建築確認番号", "Building certification"),
    "uro:siteArea": Text("敷地面積", "Site area"),
    "uro:specifiedBuildingCoverageRate": Text("指定建蔽率", "Permitted building coverage"),
    "uro:specifiedFloorAreaRate": Text("指定容積率", "Permitted floor area ratio"),
    "uro:srcScaleLod0": Text("LOD0の地図情報レベル", "Source scale of LOD0"),
    "uro:srcScaleLod1": Text("LOD1の地図情報レベル", "Source scale of LOD1"),
    "uro:srcScaleLod2": Text("LOD2の地図情報レベル", "Source scale of LOD2"),
    "uro:srcScaleLod3": Text("LOD3の地図情報レベル", "Source scale of LOD3"),
    "uro:stringValue": Text("値", "Value"),
    "uro:surveyYear": Text("調査年", "Survey year"),
    "uro:thematicSrcDesc": Text("主題属性の原典", "Source of attributes"),
    "uro:totalFloorArea": Text("延床面積", "Total floor area"),
    "uro:totalStoreFloorArea": Text("店舗面積", "Store floor area"),
    "uro:tranDataQualityAttribute": Text("データ品質", "Data quality"),
    "uro:urbanPlanType": Text("都市計画区域", "City planning area"),
    "uro:vacancy": Text("空き家区分", "Vacancy"),
    "uro:width": Text("幅員", "Width"),
    "uro:wtrDataQualityAttribute": Text("データ品質", "Data quality"),
    "wtr:class": Text("分類", "Class"),
    "wtr:function": Text("機能", "Function"),
    "wtr:usage": Text("用途", "Use"),
    "xAL:Address": Text("住所", "Address"),
    "xAL:Country": Text("国", "Country"),
    "xAL:CountryName": Text("国名", "Country"),
    "xAL:Locality": Text("所在地", "Locality"),
    "xAL:LocalityName": Text("所在地", "Locality"),
}

_RISKS = {
    "uro:HighTideRiskAttribute": Text("高潮浸水リスク", "High tide flood risk"),
    "uro:InlandFloodingRiskAttribute": Text("内水浸水リスク", "Inland flood risk"),
    "uro:LandSlideRiskAttribute": Text("土砂災害リスク", "Landslide risk"),
    "uro:ReservoirFloodingRiskAttribute": Text("ため池浸水リスク", "Reservoir flood risk"),
    "uro:RiverFloodingRiskAttribute": Text("洪水浸水リスク", "River flood risk"),
    "uro:TsunamiRiskAttribute": Text("津波浸水リスク", "Tsunami risk"),
}
"""By the data type, since all of them stand in the same property."""


def titled(nodes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tree of `attributes` with a `title` at every node whose name is known."""
    return [_titled(node) for node in nodes]


def _titled(node: dict[str, Any]) -> dict[str, Any]:
    made = dict(node)
    kind = str(node.get("type", "")).replace("uro:Building", "uro:").replace("uro:WaterBody", "uro:")
    title = _RISKS.get(kind) or (None if node.get("generic") else _title(node["name"]))
    if title is not None and "title" not in node:
        made["title"] = title.as_json()
    if "items" in node:
        made["items"] = titled(node["items"])
    return made


def _title(name: str) -> Text | None:
    """i-UR 4.0 moved some of `uro` to `urc` and left the names."""
    known = name.replace("urc:", "uro:", 1)
    return TITLES.get(known) or TITLES_OF_PACKAGES.get(known)
