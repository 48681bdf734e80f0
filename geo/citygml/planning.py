"""The classes of city planning (都市計画決定情報): i-UR's `urf`, with the names of the laws that they stand for.

Classes by the urf schema of i-UR 1.4 to 3.2; Japanese names by the City Planning Act and the acts it refers to. English
titles are ours. Colours tell groups of classes apart: a group has one hue.
"""

import colorsys

from geo.text import Text


def _shades(hue: float, *rows: tuple[str, str, str]) -> dict[str, tuple[Text, str]]:
    """`hue` in degrees; from dark to light and from grey to bright in turn."""
    found = {}
    for number, (name, ja, en) in enumerate(rows):
        light, colourful = 0.42 + 0.34 * number / max(1, len(rows) - 1), (0.62, 0.4)[number % 2]
        red, green, blue = (round(255 * one) for one in colorsys.hls_to_rgb(hue / 360, light, colourful))
        found[f"urf:{name}"] = (Text(ja, en), f"#{red:02X}{green:02X}{blue:02X}")
    return found


_ZONES = _shades(
    28,
    ("DistrictsAndZones", "地域地区", "Districts and zones"),
    ("SpecialUseRestrictionDistrict", "特定用途制限地域", "Special use restriction districts"),
    ("ExceptionalFloorAreaRateDistrict", "特例容積率適用地区", "Exceptional floor area ratio districts"),
    ("HighRiseResidentialAttractionDistrict", "高層住居誘導地区", "High-rise residential attraction districts"),
    ("SpecifiedBlock", "特定街区", "Specified blocks"),
    ("SpecialUrbanRenaissanceDistrict", "都市再生特別地区", "Special urban renaissance districts"),
    ("HousingControlArea", "居住調整地域", "Housing control areas"),
    (
        "ResidentialEnvironmentImprovementDistrict",
        "居住環境向上用途誘導地区",
        "Residential environment improvement districts",
    ),
    ("SpecialUseAttractionDistrict", "特定用途誘導地区", "Special use attraction districts"),
    (
        "SpecifiedDisasterPreventionBlockImprovementZone",
        "特定防災街区整備地区",
        "Disaster prevention block improvement zones",
    ),
    ("ParkingPlaceDevelopmentZone", "駐車場整備地区", "Parking place development zones"),
    ("DistributionBusinessZone", "流通業務地区", "Distribution business zones"),
    ("AircraftNoiseControlZone", "航空機騒音障害防止(特別)地区", "Aircraft noise control zones"),
)
_LANDSCAPE = _shades(
    150,
    ("LandscapeZone", "景観地区", "Landscape zones"),
    ("SpecialZoneForPreservationOfHistoricalLandscape", "歴史的風土特別保存地区", "Special historical landscape zones"),
    ("ZoneForPreservationOfHistoricalLandscape", "歴史的風土保存地区(第一種・第二種)", "Historical landscape zones"),
    ("GreenSpaceConservationDistrict", "緑地保全地域", "Green space conservation areas"),
    ("TreePlantingDistrict", "緑化地域", "Tree planting districts"),
    (
        "ConservationZoneForClustersOfTraditionalStructures",
        "伝統的建造物群保存地区",
        "Clusters of traditional structures",
    ),
)
_PROMOTION = _shades(
    48,
    ("ProjectPromotionArea", "促進区域", "Promotion areas"),
    ("UrbanRedevelopmentPromotionArea", "市街地再開発促進区域", "Urban redevelopment promotion areas"),
    ("LandReadjustmentPromotionArea", "土地区画整理促進区域", "Land readjustment promotion areas"),
    (
        "ResidentialBlockConstructionPromotionArea",
        "住宅街区整備促進区域",
        "Residential block construction promotion areas",
    ),
    (
        "LandReadjustmentPromotionAreasForCoreBusinessUrbanDevelopment",
        "拠点業務市街地整備土地区画整理促進区域",
        "Land readjustment promotion areas for core business",
    ),
    ("UnusedLandUsePromotionArea", "遊休土地転換利用促進地区", "Unused land use promotion areas"),
    ("UrbanDisasterRecoveryPromotionArea", "被災市街地復興推進地域", "Urban disaster recovery promotion areas"),
)
_FACILITIES = _shades(
    210,
    ("UrbanFacility", "都市施設", "Urban facilities"),
    ("TrafficFacility", "交通施設", "Traffic facilities"),
    ("OpenSpaceForPublicUse", "公共空地", "Open space for public use"),
    ("SupplyFacility", "供給施設", "Supply facilities"),
    ("TreatmentFacility", "処理施設", "Treatment facilities"),
    ("Waterway", "水路", "Waterways"),
    ("EducationalAndCulturalFacility", "教育文化施設", "Educational and cultural facilities"),
    ("MedicalFacility", "医療施設", "Medical facilities"),
    ("SocialWelfareFacility", "社会福祉施設", "Social welfare facilities"),
    ("MarketsSlaughterhousesCrematoria", "市場・と畜場・火葬場", "Markets, slaughterhouses, crematoria"),
    ("CollectiveHousingFacilities", "一団地の住宅施設", "Collective housing facilities"),
    ("CollectiveGovernmentAndPublicOfficeFacilities", "一団地の官公庁施設", "Collective government facilities"),
    ("DistributionBusinessPark", "流通業務団地", "Distribution business parks"),
    (
        "CollectiveFacilitiesForTsunamiDisasterPrevention",
        "一団地の津波防災拠点市街地形成施設",
        "Collective facilities for tsunami disaster prevention",
    ),
    (
        "CollectiveFacilitiesForReconstructionAndRevitalization",
        "一団地の復興再生拠点市街地形成施設",
        "Collective facilities for reconstruction and revitalisation",
    ),
    (
        "CollectiveFacilitiesForReconstruction",
        "一団地の復興拠点市街地形成施設",
        "Collective facilities for reconstruction",
    ),
    (
        "CollectiveUrbanDisasterPreventionFacilities",
        "一団地の都市安全確保拠点施設",
        "Collective urban disaster prevention facilities",
    ),
    ("UrbanFacilityStipulatedByCabinetOrder", "政令で定める都市施設", "Urban facilities by cabinet order"),
    ("TelecommunicationFacility", "電気通信施設", "Telecommunication facilities"),
    ("WindProtectionFacility", "防風施設", "Wind protection facilities"),
    ("FireProtectionFacility", "防火施設", "Fire protection facilities"),
    ("TideFacility", "防潮施設", "Tide facilities"),
    ("FloodPreventionFacility", "防水施設", "Flood prevention facilities"),
    ("SnowProtectionFacility", "防雪施設", "Snow protection facilities"),
    ("SandControlFacility", "防砂施設", "Sand control facilities"),
)
_PROJECTS = _shades(
    285,
    ("UrbanDevelopmentProject", "市街地開発事業", "Urban development projects"),
    ("NewHousingAndUrbanDevelopmentProject", "新住宅市街地開発事業", "New housing and urban development projects"),
    ("IndustrialParkDevelopmentProject", "工業団地造成事業", "Industrial park development projects"),
    ("NewUrbanInfrastructureProject", "新都市基盤整備事業", "New urban infrastructure projects"),
    ("ResidentialBlockConstructionProject", "住宅街区整備事業", "Residential block construction projects"),
    ("DisasterPreventionBlockImprovementProject", "防災街区整備事業", "Disaster prevention block improvement projects"),
    ("UrbanRenewalProject", "市街地改造事業", "Urban renewal projects"),
    ("ScheduledAreaForUrbanDevelopmentProject", "市街地開発事業等予定区域", "Scheduled areas for urban development"),
    (
        "ScheduledAreaForNewHousingAndUrbanDevelopmentProjects",
        "新住宅市街地開発事業の予定区域",
        "Scheduled areas for new housing and urban development",
    ),
    (
        "ScheduledAreaForIndustrialParkDevelopmentProjects",
        "工業団地造成事業の予定区域",
        "Scheduled areas for industrial parks",
    ),
    (
        "ScheduledAreaForNewUrbanInfrastructureProjects",
        "新都市基盤整備事業の予定区域",
        "Scheduled areas for new urban infrastructure",
    ),
    (
        "ScheduledAreaForCollectiveHousingFacilities",
        "一団地の住宅施設の予定区域",
        "Scheduled areas for collective housing",
    ),
    (
        "ScheduledAreaForCollectiveGovernmentAndPublicOfficeFacilities",
        "一団地の官公庁施設の予定区域",
        "Scheduled areas for collective government facilities",
    ),
    ("ScheduledAreaForDistributionBusinessPark", "流通業務団地の予定区域", "Scheduled areas for distribution parks"),
)
_PLANS = _shades(
    345,
    ("DistrictDevelopmentPlan", "地区整備計画", "District development plans"),
    ("DistrictFacility", "地区施設", "District facilities"),
    ("PromotionDistrict", "再開発等促進区・開発整備促進区", "Promotion districts"),
    (
        "DisasterPreventionBlockImprovementZonePlan",
        "防災街区整備地区計画",
        "Disaster prevention block improvement zone plans",
    ),
    (
        "DistrictImprovementPlanForDisasterPreventionBlockImprovementZonePlan",
        "防災街区整備地区整備計画",
        "Improvement plans of disaster prevention block zones",
    ),
    ("SpecifiedBuildingZoneImprovementPlan", "特定建築物地区整備計画", "Specified building zone improvement plans"),
    ("ZonalDisasterPreventionFacility", "地区防災施設", "Zonal disaster prevention facilities"),
    (
        "HistoricSceneryMaintenanceAndImprovementDistrictPlan",
        "歴史的風致維持向上地区計画",
        "Historic scenery district plans",
    ),
    (
        "DistrictImprovementPlanForHistoricSceneryMaintenanceAndImprovementDistrict",
        "歴史的風致維持向上地区整備計画",
        "Improvement plans of historic scenery districts",
    ),
    ("RoadsideDistrictPlan", "沿道地区計画", "Roadside district plans"),
    ("RoadsideDistrictImprovementPlan", "沿道地区整備計画", "Roadside district improvement plans"),
    ("RoadsideDistrictFacility", "沿道地区施設", "Roadside district facilities"),
    ("RuralDistrictPlan", "集落地区計画", "Rural district plans"),
    ("RuralDistrictImprovementPlan", "集落地区整備計画", "Rural district improvement plans"),
    ("RuralDistrictFacility", "集落地区施設", "Rural district facilities"),
)
_RENEWAL = _shades(
    185,
    ("UrbanFunctionAttractionArea", "都市機能誘導区域", "Urban function attraction areas"),
    ("ResidenceAttractionArea", "居住誘導区域", "Residence attraction areas"),
    ("UrgentUrbanRenewalArea", "都市再生緊急整備地域", "Urgent urban renewal areas"),
    ("SpecifiedUrgentUrbanRenewalArea", "特定都市再生緊急整備地域", "Specified urgent urban renewal areas"),
    ("PrivateUrbanRenewalProjectPlan", "民間都市再生事業計画", "Private urban renewal project plans"),
    ("Zone", "区域", "Zones"),
)
MORE_PLANNING_TYPES = {**_ZONES, **_LANDSCAPE, **_PROMOTION, **_FACILITIES, **_PROJECTS, **_PLANS, **_RENEWAL}
"""Titles and colours of those beside the usual ones."""
