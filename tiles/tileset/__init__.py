"""3D Tiles 1.1: what stands in space, as whole features in an explicit quadtree, in one archive."""

from tiles.tileset.archive import TilesetArchive
from tiles.tileset.build import build_tileset
from tiles.tileset.job import TilesetSummary

__all__ = ["TilesetArchive", "TilesetSummary", "build_tileset"]
