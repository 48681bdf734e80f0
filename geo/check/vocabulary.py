"""The names that the modules of CityGML 2.0 define (OGC 12-019, XML schemas in annex A), without geometry properties.

Of i-UR, GML and xAL only the namespaces are known here: their schemas have thousands of names and change yearly, so a
name misspelt in those isn't found.
"""

import re

_OBJECT = "class function usage boundedBy address"
_SURFACES = (
    "RoofSurface WallSurface GroundSurface ClosureSurface FloorSurface InteriorWallSurface CeilingSurface"
    " OuterCeilingSurface OuterFloorSurface Window Door opening"
)
_YEARS = "yearOfConstruction yearOfDemolition"
_MODULES = {
    "core": "CityModel cityObjectMember creationDate terminationDate externalReference ExternalReference"
    " informationSystem externalObject name uri generalizesTo relativeToTerrain relativeToWater Address xalAddress"
    " multiPoint ImplicitGeometry mimeType transformationMatrix libraryObject relativeGMLGeometry referencePoint",
    "bldg": f"Building BuildingPart BuildingInstallation IntBuildingInstallation Room BuildingFurniture {_OBJECT}"
    f" {_SURFACES} {_YEARS} roofType measuredHeight storeysAboveGround storeysBelowGround storeyHeightsAboveGround"
    " storeyHeightsBelowGround outerBuildingInstallation interiorBuildingInstallation interiorRoom"
    " consistsOfBuildingPart interiorFurniture roomInstallation",
    "brid": f"Bridge BridgePart BridgeInstallation IntBridgeInstallation BridgeConstructionElement BridgeRoom"
    f" BridgeFurniture {_OBJECT} {_SURFACES} {_YEARS} isMovable outerBridgeConstruction outerBridgeInstallation"
    " interiorBridgeInstallation interiorBridgeRoom consistsOfBridgePart interiorFurniture bridgeRoomInstallation",
    "tun": f"Tunnel TunnelPart TunnelInstallation IntTunnelInstallation HollowSpace TunnelFurniture {_OBJECT}"
    f" {_SURFACES} {_YEARS} outerTunnelInstallation interiorTunnelInstallation interiorHollowSpace"
    " consistsOfTunnelPart interiorFurniture hollowSpaceInstallation",
    "tran": f"TransportationComplex Track Road Railway Square TrafficArea AuxiliaryTrafficArea {_OBJECT} trafficArea"
    " auxiliaryTrafficArea surfaceMaterial",
    "frn": f"CityFurniture {_OBJECT}",
    "luse": f"LandUse {_OBJECT}",
    "veg": f"PlantCover SolitaryVegetationObject {_OBJECT} averageHeight species height trunkDiameter crownDiameter",
    "wtr": f"WaterBody WaterSurface WaterGroundSurface WaterClosureSurface {_OBJECT} waterLevel",
    "dem": "ReliefFeature reliefComponent TINRelief MassPointRelief BreaklineRelief RasterRelief lod extent tin"
    " reliefPoints ridgeOrValleyLines breaklines grid elevation Elevation",
    "gen": f"GenericCityObject {_OBJECT} stringAttribute intAttribute doubleAttribute dateAttribute uriAttribute"
    " measureAttribute genericAttributeSet value",
    "grp": f"CityObjectGroup {_OBJECT} groupMember parent geometry",
    "app": "Appearance theme surfaceDataMember ParameterizedTexture GeoreferencedTexture X3DMaterial isFront imageURI"
    " mimeType textureType wrapMode borderColor target TexCoordList TexCoordGen textureCoordinates worldToTexture"
    " preferWorldFile referencePoint orientation ambientIntensity diffuseColor emissiveColor specularColor shininess"
    " transparency isSmooth appearanceMember appearance",
}
_NAMES = {module: frozenset(names.split()) for module, names in _MODULES.items()}
_GEOMETRY = re.compile(r"lod[0-4](?:[A-Z]\w*)?$")


def is_known(prefix: str, local: str) -> bool:
    """Whether CityGML 2.0 has an element of that name. `prefix` is the usual one, whichever a file has."""
    names = _NAMES.get(prefix)
    return names is None or local in names or bool(_GEOMETRY.match(local)) or local.startswith(("_", "ade"))
