"""Tiles of a grid, drawn when they are asked for. Drawing takes milliseconds to tens of them: do it in threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rio_tiler.errors import RioTilerError
from rio_tiler.io import Reader
from rio_tiler.models import ImageData

from geo import Bounds, Theme, ThemeType
from tiles.coord import TileCoord, ZoomRange
from tiles.errors import UnreadableGridError
from tiles.paint import Paint, as_is, classified, looked_up, stretched
from tiles.tile import Tile, TileFormat

_SIZE = 256
_ZOOMS = ZoomRange(0, 22)
_LOOKED_AT = 1_024
"""Pixels of a side from which the range of values is taken."""

_OPTIONS: dict[tuple[TileFormat, bool], dict[str, Any]] = {
    (TileFormat.WEBP, True): {"quality": 80},
    (TileFormat.WEBP, False): {"lossless": True},
    (TileFormat.PNG, True): {"zlevel": 6},
    (TileFormat.PNG, False): {"zlevel": 6},
}
"""How to write, for photographs and for everything whose colours mean something."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one grid is drawn."""

    bands: tuple[int, ...]
    paint: Paint
    is_smooth: bool
    """Values between two neighbours mean something; ranks and palettes have none."""
    is_photo: bool = False

    @classmethod
    def make(cls, reader: Reader, theme: Theme | None) -> "_Plan":
        dataset: Any = reader.dataset
        colours = [band for band, kind in enumerate(dataset.colorinterp, 1) if kind is not ColorInterp.alpha]
        if reader.colormap:
            return cls((1,), looked_up(reader.colormap), is_smooth=False)
        if len(colours) >= 3:
            bands = tuple(colours[:3])
            is_bytes = dataset.dtypes[0] == "uint8"
            return cls(bands, as_is if is_bytes else _stretched(dataset, bands), is_smooth=True, is_photo=True)
        bands = tuple(colours[:1])
        if theme is not None and theme.type is not ThemeType.SINGLE:
            return cls(bands, classified(theme), is_smooth=theme.type is ThemeType.STEPS)
        return cls(bands, _stretched(dataset, bands), is_smooth=True)


def _stretched(dataset: Any, bands: tuple[int, ...]) -> Paint:
    """From the lowest to the highest value of the grid, looked at from afar."""
    scale = max(dataset.width, dataset.height) / _LOOKED_AT
    shape = [max(1, round(side / max(scale, 1))) for side in (dataset.height, dataset.width)]
    seen = np.ma.masked_invalid(dataset.read(bands, out_shape=(len(bands), *shape), masked=True)).compressed()
    return stretched(float(seen.min()), float(seen.max())) if seen.size else stretched(0, 1)


class RasterTiles:
    """A `TileSource` over a Cloud Optimized GeoTIFF that threads may share. UnreadableGridError for a broken file.

    Three bands of bytes are drawn as they are; a palette of the file's own as it says; one band by the classes of
    `theme`, or, without classes, from black (lowest value) to white. What has no data is transparent.
    """

    def __init__(self, cog: Path, *, format: TileFormat = TileFormat.WEBP, theme: Theme | None = None) -> None:
        self.path = cog
        self._format = format
        with self._reader() as reader:
            self._bounds = Bounds(*map(float, reader.get_geographic_bounds("EPSG:4326")))
            self._plan = _Plan.make(reader, theme)

    @property
    def zooms(self) -> ZoomRange:
        """Drawn from whatever resolution the grid has, so everywhere."""
        return _ZOOMS

    @property
    def bounds(self) -> Bounds:
        return self._bounds

    def tile(self, coord: TileCoord) -> Tile | None:
        """256 x 256 pixels; None where nothing would be drawn."""
        resampling: Literal["bilinear", "nearest"] = "bilinear" if self._plan.is_smooth else "nearest"
        with self._reader() as reader:
            if not reader.tile_exists(coord.x, coord.y, coord.z):
                return None
            cell = (coord.x, coord.y, coord.z)
            image = reader.tile(*cell, tilesize=_SIZE, indexes=self._plan.bands, resampling_method=resampling)
        colours, drawn = self._plan.paint(image.array.data, _valid(image))
        if not drawn.any():
            return None
        return Tile(self._encode(colours, drawn), self._format)

    def close(self) -> None:
        """Nothing is held between tiles."""

    def _encode(self, colours: NDArray[np.uint8], drawn: NDArray[np.bool_]) -> bytes:
        masked = np.ma.MaskedArray(colours, np.broadcast_to(~drawn, colours.shape))
        options = _OPTIONS[self._format, self._plan.is_photo]
        encoded: bytes = ImageData(masked).render(img_format=self._format.name, add_mask=True, **options)
        return encoded

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        """Opened for each tile, which costs 2 ms: what rasterio opens belongs to its thread."""
        try:
            with Reader(str(self.path)) as reader:
                yield reader
        except (RasterioError, RioTilerError, OSError) as error:
            raise UnreadableGridError(self.path, str(error)) from error


def _valid(image: ImageData) -> NDArray[np.bool_]:
    """Where every band has a value; a grid of numbers may hold NaN that no mask names."""
    valid: NDArray[np.bool_] = (image.mask > 0) & np.isfinite(image.array.data).all(axis=0)
    return valid
