"""From features and grids to tiles: MVT in PMTiles archives, raster tiles. Knows no HTTP, no store."""

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
