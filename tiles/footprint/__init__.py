"""Vector tiles of many small polygons, such as the footprints of a city's buildings."""

from tiles.footprint.build import write_footprint_tiles

__all__ = ["write_footprint_tiles"]
