"""The ground: terrain of any source becomes one Cloud Optimized GeoTIFF of heights in metres.

Read into pieces: CityGML dem (`read_tin`), GSI's FG-GML DEM (`read_fg_dem`), Terrarium tiles (`read_terrarium`).
Pieces and GeoTIFFs become one grid by priority (`geo.terrain.mosaic`), grids of several layers one `Ground`
(`write_sheets`). Nothing holds a whole grid or a whole file.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo.terrain.canvas import TerrainPiece
    from geo.terrain.fg_dem import read_fg_dem
    from geo.terrain.ground import NO_SOURCE, Ground, GroundSheet, Traced
    from geo.terrain.kind import is_fg_dem, is_tin
    from geo.terrain.portrayal import is_terrain_name, portray_terrain
    from geo.terrain.sheet import SheetPlan, write_sheets
    from geo.terrain.terrarium import is_terrarium, read_terrarium
    from geo.terrain.tin import read_tin

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
    "portray_terrain",
    "read_fg_dem",
    "read_terrarium",
    "read_tin",
    "write_sheets",
]

_MODULES = {
    "TerrainPiece": "geo.terrain.canvas",
    "read_fg_dem": "geo.terrain.fg_dem",
    "is_fg_dem": "geo.terrain.kind",
    "is_tin": "geo.terrain.kind",
    "NO_SOURCE": "geo.terrain.ground",
    "Ground": "geo.terrain.ground",
    "GroundSheet": "geo.terrain.ground",
    "Traced": "geo.terrain.ground",
    "is_terrain_name": "geo.terrain.portrayal",
    "portray_terrain": "geo.terrain.portrayal",
    "SheetPlan": "geo.terrain.sheet",
    "write_sheets": "geo.terrain.sheet",
    "is_terrarium": "geo.terrain.terrarium",
    "read_terrarium": "geo.terrain.terrarium",
    "read_tin": "geo.terrain.tin",
}


def __getattr__(name: str) -> Any:
    """Loads a module when somebody asks for what is in it: seeing what a file is takes nothing that reads it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value
