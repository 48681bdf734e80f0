"""Textures and colours: which image a ring shows and where in it, which colour a surface has."""

import posixpath
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from geo.citygml.element import XLINK_HREF, Element, local_name
from geo.citygml.georeference import find_georeference, image_size
from geo.citygml.look import COLOUR_BITS, combined_look
from geo.citygml.ring import RingList
from geo.citygml.texture_projection import Projection, Projections, from_georeference, read_generation

_PLAIN_GREY = "0.8 0.8 0.8"
"""What an X3DMaterial is when it doesn't say."""
_ENDING = ("none", "clamp", "border")
_REPEATING = ("wrap", "mirror")
"""Wrap modes, by what is seen beyond the image: it again, or not."""


@dataclass(frozen=True)
class TexturedRings:
    """Texture coordinates of many rings, sorted by `id`."""

    id: NDArray[np.int64]
    image: NDArray[np.int32]
    first: NDArray[np.int64]
    """Index of the ring's first number in `numbers`."""
    size: NDArray[np.int64]
    """In points."""
    numbers: NDArray[np.float32]
    """All coordinates in a row."""


@dataclass
class Appearance:
    """Everything a file says about how its surfaces look. `folder`: the one its image paths start from; `beside`: where
    that is on the disk, for images whose size or place must be known."""

    folder: str
    beside: Path | None = None
    images: list[str] = field(default_factory=list)
    colours: dict[str, int] = field(default_factory=dict)
    """By the gml:id of a surface: 0xRRGGBBAA, and above that the number of a projected texture (`look.py`)."""
    projections: Projections = field(default_factory=Projections)
    mismatched: int = 0
    """Faces without texture since their coordinates are too many or too few."""
    _numbers: dict[str, int] = field(default_factory=dict)
    _ids: list[int] = field(default_factory=list)
    _images: list[int] = field(default_factory=list)
    _coordinates: RingList = field(default_factory=RingList)
    _table: TexturedRings | None = None

    def add(self, surface_data: Element) -> None:
        for one in surface_data:
            match local_name(one.tag):
                case "ParameterizedTexture":
                    self._add_texture(one)
                case "X3DMaterial":
                    self._add_material(one)
                case "GeoreferencedTexture":
                    self._add_georeferenced(one)

    @property
    def has_textures(self) -> bool:
        return bool(self._ids)

    @property
    def georeferenced(self) -> int:
        """Textures placed by georeference or matrix that no face shows."""
        return self.projections.undrawn

    def _add_texture(self, texture: Element) -> None:
        image: int | None = None
        wrap = ""
        for child in texture:
            name = local_name(child.tag)
            if name == "imageURI":
                image = self._image((child.text or "").strip())
            elif name == "wrapMode":
                wrap = (child.text or "").strip()
            elif name in ("target", "textureParameterization") and image is not None:
                self._add_coordinates(child, image, wrap)

    def _image(self, uri: str) -> int:
        path = posixpath.normpath(posixpath.join(self.folder, unquote(uri).replace("\\", "/")))
        number = self._numbers.setdefault(path, len(self.images))
        if number == len(self.images):
            self.images.append(path)
        return number

    def _add_coordinates(self, target: Element, image: int, wrap: str) -> None:
        coordinates = list(target.iter("{*}textureCoordinates"))
        if not coordinates:
            self._add_generated(target, image, wrap)
            return
        rings = [one.get("ring") for one in coordinates]
        if None in rings:
            # CityGML 3.0 names them in elements of their own, in the same order.
            rings = [(one.text or "").strip() for one in target.iter("{*}ring")]
        for one, ring in zip(coordinates, rings, strict=False):
            self._ids.append(hash(ring.rpartition("#")[2]))
            self._images.append(image)
            self._coordinates.add(one.text or "")
        self._coordinates.compact_if_long()
        self._table = None

    def _add_generated(self, target: Element, image: int, wrap: str) -> None:
        """By matrices; one that stands elsewhere (`xlink:href`) is not looked for."""
        found = [read_generation(one, image, repeats=wrap not in _ENDING) for one in target.iter("{*}TexCoordGen")]
        if target.get(XLINK_HREF):
            found.append(None)
        surface = target.get("uri") or next((one.text for one in target.iter("{*}target") if one.text), "")
        for one in found:
            self._project(one, [surface])

    def _add_georeferenced(self, texture: Element) -> None:
        told = {local_name(child.tag): (child.text or "").strip() for child in texture}
        image = self._image(told["imageURI"]) if "imageURI" in told else -1
        path = self._path(self.images[image]) if image >= 0 else None
        size = None if path is None else image_size(path)
        place = None if path is None or size is None else find_georeference(texture, path)
        found = None
        if place is not None and size is not None:
            found = from_georeference(place, image, size, repeats=told.get("wrapMode") in _REPEATING)
        self._project(found, [child.text or "" for child in texture if local_name(child.tag) == "target"])

    def _path(self, image: str) -> Path | None:
        """Where the image lies; None for one outside of the file's folder."""
        name = PurePosixPath(image)
        if self.beside is None or not name.is_relative_to(self.folder) or ".." in name.parts:
            return None
        return self.beside / name.relative_to(self.folder)

    def _project(self, projection: Projection | None, targets: list[str]) -> None:
        number = self.projections.add(projection)
        for target in targets if number else ():
            self._give(target, number << COLOUR_BITS)

    def _give(self, target: str, look: int) -> None:
        name = target.strip().rpartition("#")[2]
        self.colours[name] = combined_look(self.colours.get(name, 0), look)

    def _add_material(self, material: Element) -> None:
        told = {local_name(child.tag): (child.text or "") for child in material}
        try:
            red, green, blue = (float(word) for word in told.get("diffuseColor", _PLAIN_GREY).split())
            opaque = 1 - float(told.get("transparency") or 0)
        except ValueError:
            return
        colour = 0
        for share in (red, green, blue, opaque):
            colour = colour << 8 | round(255 * min(max(share, 0.0), 1.0))
        for child in material:
            if local_name(child.tag) == "target":
                self._give(child.text or "", colour)

    def table(self) -> TexturedRings:
        if self._table is None:
            numbers, count = self._coordinates.numbers()
            ids = np.array(self._ids, dtype=np.int64)
            order = np.argsort(ids, kind="stable")
            first = np.cumsum(count) - count
            images = np.array(self._images, dtype=np.int32)
            size = np.where(count % 2 == 0, count // 2, 0)
            self._table = TexturedRings(ids[order], images[order], first[order], size[order], numbers)
        return self._table


def folder_of(name: str) -> str:
    """The folder that image paths of the file `name` start from."""
    return str(PurePosixPath(name).parent)


@dataclass(frozen=True)
class Drawn:
    """What rings show, shape (rings,)."""

    image: NDArray[np.int32]
    """-1 for none."""
    wrong: NDArray[np.bool_]
    """Another number of coordinates than of points."""
    first: NDArray[np.int64]
    """Index of the ring's first number in the table."""


def find_textures(ring_ids: NDArray[np.int64], sizes: NDArray[np.int64], table: TexturedRings) -> Drawn:
    """`sizes`: points of each ring without the closing one, which texture coordinates repeat, or leave out."""
    at = np.minimum(np.searchsorted(table.id, ring_ids), len(table.id) - 1)
    named = (table.id[at] == ring_ids) & (ring_ids != 0)
    fits = (table.size[at] == sizes + 1) | (table.size[at] == sizes)
    image = np.where(named & fits, table.image[at], -1).astype(np.int32)
    return Drawn(image, named & ~fits, table.first[at])
