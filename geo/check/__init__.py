"""What a city must know of a 3D city model before it relies on it: faces, solids, heights, places, textures.

Not imported by `geo` itself: it compiles its loops.
"""

from geo.check.element import check_elements
from geo.check.feature import check_features
from geo.check.identity import check_identity
from geo.check.overlap import Overlaps
from geo.check.surface import check_surfaces
from geo.check.texture import missing_images

__all__ = ["Overlaps", "check_elements", "check_features", "check_identity", "check_surfaces", "missing_images"]
