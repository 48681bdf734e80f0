"""A tileset written by hand, from the specifications of glTF 2.0 and 3D Tiles 1.1: one tile of upright boxes.

Positions are quantised (KHR_mesh_quantization); every face has the same picture, of one colour.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

_CORNERS = np.array([(x, y, z) for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=float)
"""Of a unit box: x east, y north, z up."""
PICTURE = (20, 130, 200)
"""The colour of every face's picture; no theme has it."""
_FACES = [(0, 1, 5, 4), (1, 3, 7, 5), (3, 2, 6, 7), (2, 0, 4, 6), (4, 5, 7, 6), (2, 3, 1, 0)]


@dataclass(frozen=True)
class Box:
    """An upright box; `bounds` are west, south, east, north in degrees, `base` and `height` metres, T.P."""

    fid: int
    bounds: tuple[float, float, float, float]
    base: float
    height: float
    usage_code: str


_EARTH = Transformer.from_crs(4979, 4978, always_xy=True)


def earth_centred(lon: Any, lat: Any, height: Any) -> NDArray[np.float64]:
    """Shape (..., 3), metres."""
    return np.stack(_EARTH.transform(lon, lat, height), axis=-1)


def level_axes(lon: float, lat: float) -> NDArray[np.float64]:
    """Columns: east, north, up at a place, in earth-centred axes."""
    (sl, cl), (sp, cp) = ((np.sin(one), np.cos(one)) for one in np.radians((lon, lat)))
    return np.array([[-sl, -sp * cl, cp * cl], [cl, -sp * sl, cp * sl], [0, cp, sp]])


class BoxCity:
    def __init__(self, boxes: Sequence[Box], geoid_height: float) -> None:
        self._boxes = boxes
        self._geoid_height = geoid_height
        edges = np.array([box.bounds for box in boxes])
        self._centre = ((edges[:, 0].min() + edges[:, 2].max()) / 2, (edges[:, 1].min() + edges[:, 3].max()) / 2)
        self._origin = earth_centred(*self._centre, geoid_height)
        self._axes = level_axes(*self._centre)

    def _corners(self) -> NDArray[np.float64]:
        """Eight of each box about the tile's origin, shape (8 boxes, 3), metres east, north and up."""
        west, south, east, north = np.array([box.bounds for box in self._boxes]).T[:, :, None]
        base, height = np.array([(box.base, box.height) for box in self._boxes]).T[:, :, None]
        lons, lats = west + _CORNERS[:, 0] * (east - west), south + _CORNERS[:, 1] * (north - south)
        points = earth_centred(lons, lats, self._geoid_height + base + _CORNERS[:, 2] * height)
        local: NDArray[np.float64] = (points.reshape(-1, 3) - self._origin) @ self._axes
        return local

    def tile(self, uri: str, error: float = 0, children: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        """The boxes as a tile that has no parent: its transform is the whole one."""
        corners = self._corners()
        low, high = corners.min(axis=0), corners.max(axis=0)
        middle, half = (low + high) / 2, (high - low) / 2
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = self._axes, self._origin
        box = [*middle, half[0], 0, 0, 0, half[1], 0, 0, 0, half[2]]
        return {
            "boundingVolume": {"box": [float(one) for one in box]},
            "transform": [float(one) for one in matrix.T.ravel()],
            "metadata": {"class": "tile", "properties": {"geoidHeight": self._geoid_height}},
            "geometricError": error,
            "refine": "REPLACE",
            "content": {"uri": uri},
            **({"children": list(children)} if children else {}),
        }

    def tileset(self) -> dict[str, Any]:
        schema = {"classes": {"tile": {"properties": {"geoidHeight": {"type": "SCALAR", "componentType": "FLOAT32"}}}}}
        return {
            "asset": {"version": "1.1"},
            "schema": {"id": "machinami", **schema},
            "geometricError": 500,
            "root": self.tile("0/0/0.glb"),
        }

    def glb(self) -> bytes:
        corners = self._corners()
        # glTF is y-up.
        exact = np.stack([corners[:, 0], corners[:, 2], -corners[:, 1]], axis=1)
        low, scale = exact.min(axis=0), np.ptp(exact, axis=0).max() / 65535
        positions = np.zeros((len(exact), 4), dtype="<u2")
        positions[:, :3] = np.rint((exact - low) / scale)
        features = np.zeros((len(positions), 2), dtype="<u2")
        features[:, 0] = np.repeat(np.arange(len(self._boxes)), 8)
        quads = np.array(_FACES)
        once = quads[:, [0, 1, 2, 0, 2, 3]].ravel()
        indices = (once + 8 * np.arange(len(self._boxes))[:, None]).ravel().astype("<u4")
        codes = [box.usage_code.encode() for box in self._boxes]
        parts = [
            positions.tobytes(),
            features.tobytes(),
            indices.tobytes(),
            np.array([box.fid for box in self._boxes], dtype="<u4").tobytes(),
            np.array([box.height for box in self._boxes], dtype="<f4").tobytes(),
            b"".join(codes),
            np.cumsum([0, *map(len, codes)]).astype("<u4").tobytes(),
            np.full((len(positions), 2), 0.5, dtype="<f4").tobytes(),
            _png(PICTURE),
        ]
        node = {"mesh": 0, "translation": low.tolist(), "scale": [scale] * 3}
        return _glb({**self._gltf(positions[:, :3], len(indices)), "nodes": [node]}, parts)

    def _gltf(self, positions: NDArray[np.uint16], indices: int) -> dict[str, Any]:
        count = len(self._boxes)
        properties = {
            "fid": {"type": "SCALAR", "componentType": "UINT32"},
            "height_m": {"type": "SCALAR", "componentType": "FLOAT32"},
            "usage_code": {"type": "STRING"},
        }
        table = {"fid": {"values": 3}, "height_m": {"values": 4}, "usage_code": {"values": 5, "stringOffsets": 6}}
        primitive = {
            "attributes": {"POSITION": 0, "_FEATURE_ID_0": 1, "TEXCOORD_0": 3},
            "indices": 2,
            "material": 0,
            "extensions": {
                "EXT_mesh_features": {"featureIds": [{"featureCount": count, "attribute": 0, "propertyTable": 0}]}
            },
        }
        metadata = {
            "schema": {"id": "machinami", "classes": {"feature": {"properties": properties}}},
            "propertyTables": [{"class": "feature", "count": count, "properties": table}],
        }
        return {
            "asset": {"version": "2.0"},
            "extensionsUsed": ["EXT_mesh_features", "EXT_structural_metadata", "KHR_mesh_quantization"],
            "extensionsRequired": ["KHR_mesh_quantization"],
            "extensions": {"EXT_structural_metadata": metadata},
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "meshes": [{"primitives": [primitive]}],
            "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
            "textures": [{"source": 0}],
            "images": [{"bufferView": 8, "mimeType": "image/png"}],
            "accessors": [
                {
                    "bufferView": 0,
                    "componentType": 5123,
                    "count": len(positions),
                    "type": "VEC3",
                    "min": positions.min(axis=0).tolist(),
                    "max": positions.max(axis=0).tolist(),
                },
                {"bufferView": 1, "componentType": 5123, "count": len(positions), "type": "SCALAR"},
                {"bufferView": 2, "componentType": 5125, "count": indices, "type": "SCALAR"},
                {"bufferView": 7, "componentType": 5126, "count": len(positions), "type": "VEC2"},
            ],
        }


def _png(rgb: tuple[int, int, int]) -> bytes:
    """Four by four pixels of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + bytes(rgb) * 4) * 4
    header = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _glb(gltf: dict[str, Any], parts: Sequence[bytes]) -> bytes:
    views: list[dict[str, Any]] = []
    binary = b""
    for part in parts:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(part)})
        binary += part + bytes(-len(part) % 8)
    views[0] |= {"byteStride": 8, "target": 34962}
    views[1] |= {"byteStride": 4, "target": 34962}
    document = {**gltf, "bufferViews": views, "buffers": [{"byteLength": len(binary)}]}
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(binary)
    header = struct.pack("<4sIIII", b"glTF", 2, total, len(text), 0x4E4F534A)
    return header + text + struct.pack("<II", len(binary), 0x004E4942) + binary
