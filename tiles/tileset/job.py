"""What the steps of building a tileset hand to each other, maybe from process to process. Loads nothing compiled: who
only hands on does not need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.geoid import GeoidModel
from tiles.tileset.tree import Node


@dataclass(frozen=True)
class Task:
    """What to build."""

    features: Path
    surfaces: Path
    target: Path
    columns: tuple[str, ...]
    geoid: GeoidModel
    images: Mapping[str, Path]
    title: str
    scratch: Path
    """A folder that all processes see."""

    @property
    def bodies(self) -> Path:
        """A folder for `BodyFile`."""
        return self.scratch / "bodies"

    @property
    def attributes(self) -> Path:
        return self.scratch / "attributes.arrow"


@dataclass(frozen=True)
class Part:
    """Tiles that are built together in one process."""

    tiles: tuple[tuple[str, NDArray[np.int32], bool], ...]
    """Name, bodies, and whether it is a leaf."""
    out: Path
    """Where its tiles are written."""


@dataclass(frozen=True)
class Planned:
    root: Node
    """The tree, whose nodes do not know their features any more."""
    external: frozenset[str]
    """Names of nodes that have a tileset.json of their own where the city is large."""
    middle: tuple[float, float]
    """Degrees east and north, where the city's frame stands."""
    features: int
    box: tuple[float, float, float, float, float, float]
    """West, south, lowest, east, north, highest."""
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Content:
    """What the tileset says about a tile's file."""

    features: int
    triangles: int
    flat_faces: int
    """Faces without an area, which give no triangle."""
    texels: int
    region: tuple[float, float, float, float, float, float]
    """West, south, east, north in degrees, lowest and highest in metres above the ellipsoid."""
    geoid_m: float
    """Height of the geoid above the ellipsoid in the middle of the tile."""


@dataclass(frozen=True)
class Made:
    """A part that is built."""

    contents: dict[str, Content]
    """By the names of the tiles."""
    packed: tuple[tuple[int, int, int], ...]
    """Of the file of each: CRC, size, and size as it is deflated; they stand in `out` behind each other."""
    out: Path
    damaged: frozenset[str]
    """Names of images that can't be read."""


@dataclass(frozen=True)
class TilesetSummary:
    features: int
    tiles: int
    triangles: int
    """Of the leaves."""
    flat_faces: int
    """Faces without an area, which are not drawn."""
    bytes: int
    texture_texels: int
    """Of all atlases."""
    damaged_images: tuple[str, ...]
    """Names of images that can't be read; their faces are drawn plain."""
    bounds: tuple[float, float, float, float]
    """West, south, east, north in degrees."""
    heights_m: tuple[float, float]
    """Of the lowest and of the highest corner, above T.P."""
