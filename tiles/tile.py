"""The answer to a tile coordinate, and what gives such answers."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, Protocol
from zlib import crc32

from geo import Bounds
from tiles.coord import TileCoord, ZoomRange


class TileFormat(Enum):
    """`value` is the ending of addresses."""

    MVT = "pbf"
    WEBP = "webp"
    PNG = "png"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def encoding(self) -> Literal["gzip"] | None:
        """How tiles of this format are usually stored; images are compressed already."""
        return "gzip" if self is TileFormat.MVT else None


_MEDIA_TYPES = {
    TileFormat.MVT: "application/vnd.mapbox-vector-tile",
    TileFormat.WEBP: "image/webp",
    TileFormat.PNG: "image/png",
}


@dataclass(frozen=True, slots=True)
class Tile:
    data: bytes | memoryview
    """As stored: still compressed when `encoding` says so."""
    format: TileFormat
    encoding: Literal["gzip"] | None = None

    @property
    def etag(self) -> str:
        """Says which content this is, in quotes: the CRC-32 and the length, which gzip keeps in its last 8 bytes."""
        end = bytes(self.data[-8:]).hex() if self.encoding == "gzip" else f"{crc32(self.data):08x}"
        return f'"{end}-{len(self.data):x}"'


class TileSource(Protocol):
    """Anything that answers a tile: an archive, a grid, a cache before either."""

    def tile(self, coord: TileCoord) -> Tile | None:
        """None: there is nothing to draw there."""
        ...

    @property
    def zooms(self) -> ZoomRange:
        """Outside of them there are no tiles."""
        ...

    @property
    def bounds(self) -> Bounds: ...

    def close(self) -> None:
        """Gives back what the source holds; tiles already given stay valid."""
        ...
