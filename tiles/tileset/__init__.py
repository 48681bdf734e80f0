"""3D Tiles 1.1: what stands in space, as whole features in an explicit quadtree, in one archive."""

from tiles.tileset.archive import TilesetArchive
from tiles.tileset.build import TilesetSummary, build_tileset

__all__ = ["TilesetArchive", "TilesetSummary", "build_tileset"]
