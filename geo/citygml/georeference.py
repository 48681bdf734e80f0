"""Where an image lies on the map: told by its texture, by a world file beside it, or by the image itself (GeoTIFF).

Which of them counts: CityGML 2.0 (OGC 12-019, 9.4), GeoreferencedTexture. World files: six lines as Esri has them.
GeoTIFF: OGC 19-008r4, tags 33550, 33922, 34264 and 34735.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.citygml.element import GML, POS, Element, local_name

_SCALE, _TIEPOINT, _TRANSFORMATION, _KEYS = 33550, 33922, 34264, 34735
_RASTER_TYPE, _GEOGRAPHIC, _PROJECTED = 1025, 2048, 3072
_POINT_TYPE = 2
"""Of the raster: coordinates are those of a pixel's middle, not of its corner."""
_LARGEST_CODE = 32_766
"""One more says that the system is described and has no EPSG code."""


@dataclass(frozen=True)
class Georeference:
    """place = orientation @ (column, row) + point, from the middle of the upper left pixel."""

    orientation: NDArray[np.float64]
    """Shape (2, 2)."""
    point: NDArray[np.float64]
    """Shape (2,)."""
    srs: str | None = None
    """None for the one of the surfaces."""
    east_first: bool = False
    """Places are east, north whatever the reference system says; else in the order of its axes."""


def find_georeference(texture: Element, image: Path) -> Georeference | None:
    """None where nobody tells, or it can't be read."""
    told = {local_name(child.tag): child for child in texture}
    if "orientation" in told or "referencePoint" in told:
        return _stated(told)
    searched = [read_world_file, read_geotiff]
    if (_text(told.get("preferWorldFile")) or "true") in ("false", "0"):
        searched.reverse()
    return next((found for read in searched if (found := read(image)) is not None), None)


def _stated(told: Mapping[str, Element]) -> Georeference | None:
    holder = told.get("referencePoint")
    position = None if holder is None else next(holder.iter(POS), None)
    place = _numbers(_text(position).split())
    orientation = _numbers(_text(told.get("orientation")).split())
    if holder is None or position is None or len(place) not in (2, 3) or len(orientation) != 4:
        return None
    point = next(holder.iter(f"{GML}Point"), position)
    return Georeference(orientation.reshape(2, 2), place[:2], position.get("srsName") or point.get("srsName"))


def read_world_file(image: Path) -> Georeference | None:
    """Beside `a.jpg`: `a.jgw`, `a.jpgw` or `a.wld`, in small or large letters."""
    kind = image.suffix[1:]
    for ending in (f"{kind[:1]}{kind[-1:]}w", f"{kind}w", "wld"):
        for spelt in (ending.lower(), ending.upper()):
            lines = _read_lines(image.with_suffix(f".{spelt}"))
            if len(lines) == 6:
                a, d, b, e, x, y = lines
                return Georeference(np.array([[a, b], [d, e]]), np.array([x, y]), east_first=True)
    return None


def _read_lines(path: Path) -> NDArray[np.float64]:
    try:
        return _numbers(path.read_text(encoding="ascii", errors="replace")[:1000].split())
    except OSError:
        return np.empty(0)


def read_geotiff(image: Path) -> Georeference | None:
    if image.suffix.lower() not in (".tif", ".tiff"):
        return None
    with _opened(image) as found:
        tags = getattr(found, "tag_v2", {})
        affine = _affine(tags)
        keys = _short_keys(tags.get(_KEYS, ()))
    code = keys.get(_PROJECTED) or keys.get(_GEOGRAPHIC)
    if affine is None or (code is not None and code > _LARGEST_CODE):
        return None
    orientation, corner = affine[:, :2], affine[:, 2]
    middle = 0.0 if keys.get(_RASTER_TYPE) == _POINT_TYPE else 0.5
    point = corner + orientation @ np.array([middle, middle])
    return Georeference(orientation, point, f"EPSG:{code}" if code else None, east_first=True)


def _affine(tags: Mapping[int, Any]) -> NDArray[np.float64] | None:
    """Places of pixels' corners (or middles, as the type of the raster says), shape (2, 3)."""
    transformation, scale, tie = (tags.get(tag, ()) for tag in (_TRANSFORMATION, _SCALE, _TIEPOINT))
    if len(transformation) == 16:
        return np.array(transformation, dtype=float).reshape(4, 4)[:2, [0, 1, 3]]
    if len(scale) != 3 or len(tie) != 6:
        return None
    column, row, _, x, y, _ = tie
    return np.array([[scale[0], 0, x - column * scale[0]], [0, -scale[1], y + row * scale[1]]], dtype=float)


def _short_keys(directory: Sequence[int]) -> dict[int, int]:
    """GeoKeys whose value stands in the directory itself."""
    entries = [directory[at : at + 4] for at in range(4, len(directory) - 3, 4)]
    return {key: value for key, location, _, value in entries if location == 0}


def image_size(image: Path) -> tuple[int, int] | None:
    """Width and height in pixels; None for an image that is missing or can't be read."""
    with _opened(image) as found:
        return getattr(found, "size", None)


def _opened(image: Path) -> Any:
    """The image, of which only the head is read; something that has nothing where it can't be."""
    from contextlib import nullcontext

    from PIL import Image, UnidentifiedImageError  # only who has such a texture pays for it

    try:
        return Image.open(image)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError):
        return nullcontext()


def _text(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _numbers(words: Sequence[str]) -> NDArray[np.float64]:
    """Empty where one of them is not a number."""
    try:
        numbers = np.array(words, dtype=np.float64)
    except ValueError:
        return np.empty(0)
    return numbers if np.isfinite(numbers).all() else np.empty(0)
