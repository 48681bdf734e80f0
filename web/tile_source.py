"""What a tile server serves: layers that its viewer may see, and their open files."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal, Protocol

from geo import Style
from tiles import PmtilesReader, RasterTiles, TerrainTiles, TileFormat, TileSource

ARCHIVE = "tiles.pmtiles"
GRID = "grid.tif"


@dataclass(frozen=True)
class ServedLayer:
    """One layer as the catalogue knows it at this moment."""

    id: str
    version: str
    folder: Path
    """Where the files of `version` lie."""
    kind: Literal["vector", "raster"]
    visibility: Literal["public", "internal"]
    record: Mapping[str, Any]
    """The layer as `GET /api/layers` tells it."""
    previous: Mapping[str, Path] = field(default_factory=dict)
    """Folders of older versions, so that pages opened before an import go on working."""

    def folder_of(self, version: str) -> Path | None:
        return self.folder if version == self.version else self.previous.get(version)

    @property
    def is_terrain(self) -> bool:
        return self.record.get("role") == "terrain"

    @property
    def formats(self) -> tuple[TileFormat, ...]:
        """The first is the one to use."""
        return (TileFormat.MVT,) if self.kind == "vector" else (TileFormat.WEBP, TileFormat.PNG)


class TileCatalogue(Protocol):
    def layer(self, layer_id: str, version: str | None = None) -> ServedLayer | None:
        """None: there is no such layer, or none that the server's viewer may see. Asked for every tile: be quick.

        A `version` that is not known yet may have come this moment.
        """
        ...


class OpenSources:
    """Open archives and grids, the most recently used ones; threads may share it."""

    def __init__(self, limit: int = 128) -> None:
        self._limit = limit
        self._open: OrderedDict[tuple[str, str, TileFormat | None], TileSource] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._open)

    def source(self, layer: ServedLayer, version: str, folder: Path, format: TileFormat) -> TileSource:
        """FileNotFoundError when the version has just been removed, TilesError when its files are damaged."""
        return self._kept(layer, (layer.id, version, format), lambda: _open_source(layer, folder, format))

    def terrain(self, layer: ServedLayer, version: str, folder: Path) -> TileSource:
        """The same grid as heights, and not as a picture."""
        return self._kept(layer, (layer.id, version, None), lambda: TerrainTiles(_existing(folder / GRID)))

    def _kept(
        self, layer: ServedLayer, key: tuple[str, str, TileFormat | None], open_: Callable[[], TileSource]
    ) -> TileSource:
        with self._lock:
            source = self._open.get(key)
            if source is None:
                source = self._open[key] = open_()
                self._close_others(layer)
            self._open.move_to_end(key)
            return source

    def forget(self, layer_id: str) -> None:
        """Closes what is open of a layer that is gone, so that its disk space comes free."""
        with self._lock:
            for key in [key for key in self._open if key[0] == layer_id]:
                self._open.pop(key).close()

    def _close_others(self, layer: ServedLayer) -> None:
        for key in [key for key in self._open if key[0] == layer.id and layer.folder_of(key[1]) is None]:
            self._open.pop(key).close()
        while len(self._open) > self._limit:
            self._open.popitem(last=False)[1].close()


def _open_source(layer: ServedLayer, folder: Path, format: TileFormat) -> TileSource:
    if format is TileFormat.MVT:
        return PmtilesReader(folder / ARCHIVE)
    style = layer.record.get("style")
    return RasterTiles(
        _existing(folder / GRID), format=format, theme=Style.from_json(style).themes[0] if style else None
    )


def _existing(path: Path) -> Path:
    if not path.exists():
        raise FileNotFoundError(path)
    return path
