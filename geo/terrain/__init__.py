"""The ground: terrain of any source becomes one Cloud Optimized GeoTIFF of heights in metres.

Read into pieces: CityGML dem (`read_tin`), GSI's FG-GML DEM (`read_fg_dem`), Terrarium tiles (`read_terrarium`).
Pieces and GeoTIFFs become one grid by priority (`mosaic`), grids of several layers one `Ground` (`write_sheets`).
Nothing holds a whole grid or a whole file.
"""

from geo.terrain.canvas import TerrainPiece
from geo.terrain.fg_dem import is_fg_dem, read_fg_dem
from geo.terrain.ground import NO_SOURCE, Ground, GroundSheet, Traced
from geo.terrain.mosaic import mosaic
from geo.terrain.portrayal import is_terrain_name, portray_terrain
from geo.terrain.sheet import SheetPlan, write_sheets
from geo.terrain.terrarium import is_terrarium, read_terrarium
from geo.terrain.tin import is_tin, read_tin

__all__ = [
    "NO_SOURCE",
    "Ground",
    "GroundSheet",
    "SheetPlan",
    "TerrainPiece",
    "Traced",
    "is_fg_dem",
    "is_terrain_name",
    "is_terrarium",
    "is_tin",
    "mosaic",
    "portray_terrain",
    "read_fg_dem",
    "read_terrarium",
    "read_tin",
    "write_sheets",
]
