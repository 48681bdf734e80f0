"""Whether a file holds heights, and in which format. Loads nothing that reads them."""

from pathlib import Path

from geo.citygml.package import package_of_file

FG_DEM_SCHEMA = "http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema"
_FG_DEM_SNIFFED = 4_096
_TIN_SNIFFED = 65_536


def is_fg_dem(path: Path) -> bool:
    """By its beginning: other FG-GML files hold lines and areas of the base map."""
    if path.suffix.lower() != ".xml":
        return False
    with path.open("rb") as file:
        head = file.read(_FG_DEM_SNIFFED)
    return FG_DEM_SCHEMA.encode() in head and (b"<DEM " in head or b":DEM " in head)


def is_tin(path: Path, name: str) -> bool:
    """A CityGML file of package dem, by its name and by what stands at its beginning."""
    if path.suffix.lower() not in (".gml", ".xml") or package_of_file(name) not in ("dem", None):
        return False
    with path.open("rb") as file:
        return b":ReliefFeature" in file.read(_TIN_SNIFFED)
