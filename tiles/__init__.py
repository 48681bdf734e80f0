"""From features and grids to tiles: MVT in PMTiles archives, raster tiles. Knows no HTTP, no store."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiles.coord import MAX_ZOOM, TileCoord, ZoomRange
    from tiles.errors import (
        DamagedArchiveError,
        EmptyInputError,
        InvalidTileCoordError,
        TilesError,
        TilingError,
        UnreadableGridError,
    )
    from tiles.pmtiles import PmtilesReader
    from tiles.raster import RasterTiles
    from tiles.terrain import TerrainTiles
    from tiles.tile import Tile, TileFormat, TileSource
    from tiles.vector import TileSummary, build_vector_tiles

__all__ = [
    "MAX_ZOOM",
    "DamagedArchiveError",
    "EmptyInputError",
    "InvalidTileCoordError",
    "PmtilesReader",
    "RasterTiles",
    "TerrainTiles",
    "Tile",
    "TileCoord",
    "TileFormat",
    "TileSource",
    "TileSummary",
    "TilesError",
    "TilingError",
    "UnreadableGridError",
    "ZoomRange",
    "build_vector_tiles",
]

_MODULES = {
    "MAX_ZOOM": "tiles.coord",
    "DamagedArchiveError": "tiles.errors",
    "EmptyInputError": "tiles.errors",
    "InvalidTileCoordError": "tiles.errors",
    "PmtilesReader": "tiles.pmtiles",
    "RasterTiles": "tiles.raster",
    "TerrainTiles": "tiles.terrain",
    "Tile": "tiles.tile",
    "TileCoord": "tiles.coord",
    "TileFormat": "tiles.tile",
    "TileSource": "tiles.tile",
    "TileSummary": "tiles.vector",
    "TilesError": "tiles.errors",
    "TilingError": "tiles.errors",
    "UnreadableGridError": "tiles.errors",
    "ZoomRange": "tiles.coord",
    "build_vector_tiles": "tiles.vector",
}


def __getattr__(name: str) -> Any:
    """Loads a module when somebody asks for what is in it: those of grids alone take a second."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value
