"""Binary glTF 2.0: one mesh whose vertices know their feature, quantised and compressed by meshopt."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiles.tileset.meshopt import encode_triangles, encode_vertices
from tiles.tileset.packed import Packing

_MAGIC, _VERSION, _JSON, _BIN = 0x46546C67, 2, 0x4E4F534A, 0x004E4942
_ARRAY_BUFFER, _ELEMENT_BUFFER = 34962, 34963
_UBYTE, _USHORT, _UINT, _FLOAT = 5121, 5123, 5125, 5126
_COMPRESSION = "EXT_meshopt_compression"


@dataclass(frozen=True)
class Primitive:
    """Triangles of one material."""

    position: NDArray[np.uint16] | NDArray[np.float32]
    """Shape (n, 3): steps of the mesh's `scale`, or metres."""
    feature: NDArray[np.uint16] | NDArray[np.float32]
    """Row of the property table, shape (n,)."""
    index: NDArray[np.uint32]
    """Three corners for each triangle, flat."""
    uv: NDArray[np.uint16] | None = None
    """Shape (n, 2), 0 to 65,535 over the image, from the upper left."""
    colour: NDArray[np.uint8] | None = None
    """Shape (n, 4): linear red, green and blue, and opacity."""
    image: bytes | None = None
    """JPEG."""


@dataclass
class GlbBuffer:
    """The binary chunk while it grows."""

    pieces: list[tuple[bytes, Packing]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0
    uncompressed: int = 0
    """Bytes that decoders fill; the length of the second buffer, which stands for them."""

    def add(self, data: bytes, packing: Packing = Packing.TABLE) -> int:
        """Plain bytes, from a place that is a multiple of 8; the number of their view."""
        return self._view({"buffer": 0, "byteOffset": self._append(data, packing), "byteLength": len(data)})

    def add_vertices(self, rows: NDArray[Any], packing: Packing = Packing.DELTAS) -> int:
        """Vertices as rows of one type; each is filled up to a multiple of 4 bytes."""
        width = rows.dtype.itemsize * rows.shape[1]
        stride = -(-width // 4) * 4
        padded = np.zeros((len(rows), stride), dtype=np.uint8)
        padded[:, :width] = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), width)
        at = self._append(encode_vertices(padded), packing)
        return self._compressed(at, len(rows), stride, "ATTRIBUTES", _ARRAY_BUFFER)

    def add_triangles(self, index: NDArray[np.uint32], width: int) -> int:
        at = self._append(encode_triangles(index), Packing.TABLE)
        return self._compressed(at, len(index), width, "TRIANGLES", _ELEMENT_BUFFER)

    def _compressed(self, at: int, count: int, stride: int, mode: str, target: int) -> int:
        """The view of what was just appended at `at`."""
        compression = {
            "buffer": 0,
            "byteOffset": at,
            "byteLength": self.size - at,
            "byteStride": stride,
            "count": count,
            "mode": mode,
        }
        view = {"buffer": 1, "byteOffset": self.uncompressed, "byteLength": count * stride, "target": target}
        if mode == "ATTRIBUTES":
            view["byteStride"] = stride
        self.uncompressed += -(-count * stride // 4) * 4
        return self._view({**view, "extensions": {_COMPRESSION: compression}})

    def _append(self, data: bytes, packing: Packing) -> int:
        begin = -(-self.size // 8) * 8
        self.pieces += [(bytes(begin - self.size), packing), (data, packing)]
        self.size = begin + len(data)
        return begin

    def _view(self, view: dict[str, Any]) -> int:
        self.views.append(view)
        return len(self.views) - 1


def write_glb(
    primitives: Sequence[Primitive],
    buffer: GlbBuffer,
    *,
    translation: Sequence[float],
    scale: Sequence[float],
    metadata: dict[str, Any],
    features: int,
    extras: dict[str, Any],
) -> list[tuple[bytes, Packing]]:
    """A whole file in pieces. `buffer` may hold views already, such as those that `metadata` names."""
    document: dict[str, Any] = {"accessors": [], "materials": [], "images": [], "textures": []}
    ids = {"featureCount": features, "attribute": 0, "propertyTable": 0}
    written = [_write_primitive(one, buffer, document, ids) for one in primitives]
    used = {_COMPRESSION, "EXT_mesh_features", "EXT_structural_metadata"}
    required = {_COMPRESSION}
    if any(one.position.dtype == np.uint16 for one in primitives):
        used.add("KHR_mesh_quantization")
        required.add("KHR_mesh_quantization")
    node = {"mesh": 0, "translation": list(translation), "scale": list(scale)}
    length = -(-buffer.size // 4) * 4
    document |= {
        "asset": {"version": "2.0", "generator": "machinami", "extras": extras},
        "extensionsUsed": sorted(used),
        "extensionsRequired": sorted(required),
        "extensions": {"EXT_structural_metadata": metadata},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [node],
        "meshes": [{"primitives": written}],
        "bufferViews": buffer.views,
        "buffers": [
            {"byteLength": length},
            {"byteLength": buffer.uncompressed, "extensions": {_COMPRESSION: {"fallback": True}}},
        ],
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],
    }
    if not document["images"]:
        for name in ("images", "textures", "samplers"):
            del document[name]
    filled = (bytes(length - buffer.size), Packing.TABLE)
    return [(_head(document, length), Packing.TABLE), *buffer.pieces, filled]


def _head(document: dict[str, Any], binary: int) -> bytes:
    """All before a binary chunk of so many bytes."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + binary
    head = struct.pack("<III", _MAGIC, _VERSION, length)
    return b"".join([head, struct.pack("<II", len(text), _JSON), text, struct.pack("<II", binary, _BIN)])


def _write_primitive(
    one: Primitive, buffer: GlbBuffer, document: dict[str, Any], ids: dict[str, int]
) -> dict[str, Any]:
    accessors = document["accessors"]
    count = len(one.feature)
    component = _USHORT if one.position.dtype == np.uint16 else _FLOAT
    # By columns: along the first axis of so narrow an array NumPy takes many times as long.
    columns = one.position.T
    limits = {"min": [column.min().item() for column in columns], "max": [column.max().item() for column in columns]}
    ids_kind = _USHORT if one.feature.dtype == np.uint16 else _FLOAT
    attributes = {
        "POSITION": _accessor(accessors, buffer.add_vertices(one.position), component, count, "VEC3", **limits),
        "_FEATURE_ID_0": _accessor(
            accessors, buffer.add_vertices(one.feature[:, None], Packing.TABLE), ids_kind, count, "SCALAR"
        ),
    }
    if one.uv is not None:
        view = buffer.add_vertices(one.uv)
        attributes["TEXCOORD_0"] = _accessor(accessors, view, _USHORT, count, "VEC2", normalized=True)
    if one.colour is not None:
        view = buffer.add_vertices(one.colour)
        attributes["COLOR_0"] = _accessor(accessors, view, _UBYTE, count, "VEC4", normalized=True)
    width, kind = (2, _USHORT) if count <= 65_535 else (4, _UINT)
    indices = _accessor(accessors, buffer.add_triangles(one.index, width), kind, len(one.index), "SCALAR")
    return {
        "attributes": attributes,
        "indices": indices,
        "material": _material(one, buffer, document),
        "extensions": {"EXT_mesh_features": {"featureIds": [ids]}},
    }


def _accessor(accessors: list[dict[str, Any]], view: int, component: int, count: int, kind: str, **more: Any) -> int:
    accessors.append({"bufferView": view, "componentType": component, "count": count, "type": kind, **more})
    return len(accessors) - 1


def _material(one: Primitive, buffer: GlbBuffer, document: dict[str, Any]) -> int:
    surface: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": 1.0}
    # Both sides: the orientation of faces is often wrong in the files, and told as a problem there.
    material: dict[str, Any] = {"pbrMetallicRoughness": surface, "doubleSided": True}
    if one.image is not None:
        document["images"].append({"bufferView": buffer.add(one.image, Packing.DELTAS), "mimeType": "image/jpeg"})
        document["textures"].append({"source": len(document["images"]) - 1, "sampler": 0})
        surface["baseColorTexture"] = {"index": len(document["textures"]) - 1}
    if one.colour is not None and one.colour[:, 3].min() < 255:
        material["alphaMode"] = "BLEND"
    document["materials"].append(material)
    return len(document["materials"]) - 1
