"""What a city must know of a 3D city model before it relies on it: faces, solids, heights, places, textures.

Not imported by `geo` itself: it compiles its loops.
"""

from geo.check.surface import check_surfaces

__all__ = ["check_surfaces"]
