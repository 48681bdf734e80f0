"""A tileset as a browser would see it: each tile decoded by meshoptimizer itself and judged by the glTF validator."""

import json
import struct
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiles.tileset import TilesetArchive

ROOT = Path(__file__).parents[3]
MODULES = ROOT / "web/ui/node_modules"
_TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


@dataclass
class Glb:
    document: dict[str, Any]
    binary: bytes

    def view(self, number: int) -> bytes:
        view = self.document["bufferViews"][number]
        return self.binary[view.get("byteOffset", 0) :][: view["byteLength"]]

    def accessor(self, number: int) -> NDArray[Any]:
        """Shape (n, width)."""
        accessor = self.document["accessors"][number]
        dtype, width = np.dtype(_TYPES[accessor["componentType"]]), _WIDTHS[accessor["type"]]
        view = self.document["bufferViews"][accessor["bufferView"]]
        rows = np.frombuffer(self.view(accessor["bufferView"]), np.uint8).reshape(accessor["count"], -1)
        assert rows.shape[1] == view.get("byteStride", dtype.itemsize * width)
        used = np.ascontiguousarray(rows[:, : dtype.itemsize * width])
        return used.view(dtype).reshape(accessor["count"], width)

    @property
    def primitives(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document["meshes"][0]["primitives"]
        return found

    def metres(self, primitive: dict[str, Any]) -> NDArray[np.float64]:
        """East, north, up of the tileset's frame, shape (n, 3)."""
        node = self.document["nodes"][0]
        position = self.accessor(primitive["attributes"]["POSITION"]).astype(np.float64)
        x, y, z = (position * node["scale"] + node["translation"]).T
        return np.column_stack([x, -z, y])

    def features(self, primitive: dict[str, Any]) -> NDArray[np.int64]:
        return self.accessor(primitive["attributes"]["_FEATURE_ID_0"])[:, 0].astype(np.int64)

    def properties(self) -> dict[str, list[Any]]:
        """The property table by column; `noData` as None."""
        metadata = self.document["extensions"]["EXT_structural_metadata"]
        table, declared = metadata["propertyTables"][0], metadata["schema"]["classes"]["feature"]["properties"]
        return {name: self._property(declared[name], one, table["count"]) for name, one in table["properties"].items()}

    def _property(self, declared: dict[str, Any], stored: dict[str, Any], count: int) -> list[Any]:
        values = self.view(stored["values"])
        if declared["type"] == "STRING":
            offsets = np.frombuffer(self.view(stored["stringOffsets"]), np.uint32)
            texts = [values[a:b].decode() for a, b in pairwise(offsets)]
            return [None if text == declared["noData"] else text for text in texts]
        kinds = {"UINT32": np.uint32, "INT32": np.int32, "FLOAT64": np.float64, "UINT8": np.uint8}
        numbers = np.frombuffer(values, kinds[declared["componentType"]])[:count].tolist()
        return [None if number == declared.get("noData") else number for number in numbers]


@dataclass
class Tileset:
    document: dict[str, Any]
    tiles: dict[str, Glb]
    complaints: list[str]
    """Errors and warnings of the validator, of the tiles as they are and decoded."""

    def nodes(self) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
        """Every tile with its parent, through external documents."""
        found = []
        stack: list[tuple[dict[str, Any], dict[str, Any] | None]] = [(self.document["root"], None)]
        while stack:
            tile, parent = stack.pop()
            found.append((tile, parent))
            stack += [(child, tile) for child in tile.get("children", ())]
        return found

    def leaves(self) -> dict[str, Glb]:
        names = [tile["content"]["uri"] for tile, _ in self.nodes() if "children" not in tile]
        return {name: self.tiles[name] for name in names}


def decode(archive: Path, scratch: Path) -> Tileset:
    opened = TilesetArchive(archive)
    scratch.mkdir(parents=True)
    names = [name for name in opened if name.endswith(".glb")]
    for name in names:
        (scratch / name.replace("/", "-")).write_bytes(opened.read(name))
    script = Path(__file__).with_name("plain.mjs")
    ended = subprocess.run(["node", script, MODULES, scratch], capture_output=True, text=True, check=True)
    reports = [json.loads(line) for line in ended.stdout.splitlines()]
    complaints = [f"{one['name']}: {told}" for one in reports for told in (*one["plain"], *one["compressed"])]
    tiles = {
        name: parse_glb((scratch / name.replace("/", "-")).with_suffix(".plain.glb").read_bytes()) for name in names
    }
    document = json.loads(opened.read("tileset.json"))
    _join(document["root"], opened)
    return Tileset(document, tiles, complaints)


def _join(tile: dict[str, Any], archive: TilesetArchive) -> None:
    """External documents take the place of the tile that names them."""
    for child in tile.get("children", ()):
        uri = child["content"]["uri"]
        if uri.endswith(".json"):
            inner = json.loads(archive.read(uri))["root"]
            inner_text = json.dumps(inner).replace('"../../', '"')
            child.update(json.loads(inner_text))
        _join(child, archive)


def parse_glb(data: bytes) -> Glb:
    size = struct.unpack_from("<I", data, 12)[0]
    return Glb(json.loads(data[20 : 20 + size]), data[20 + size + 8 :])
