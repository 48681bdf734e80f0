"""tileset.json: the tree of tiles as 3D Tiles 1.1 writes it."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tiles.tileset.frame import ecef
from tiles.tileset.job import Content
from tiles.tileset.tree import Node

_TILE_SCHEMA = {
    "id": "machinami_tile",
    "classes": {
        "tile": {
            "properties": {
                "geoidHeight": {
                    "type": "SCALAR",
                    "componentType": "FLOAT32",
                    "description": "Geoid above the ellipsoid, metres: height above T.P. = height here - geoidHeight",
                }
            }
        }
    },
}

_DEGREE_M = 110_000.0
"""A degree of latitude is 110.6 km or more."""
_STEPS = 65_535
_Region = tuple[float, float, float, float, float, float]


def write_document(
    root: Node,
    contents: Mapping[str, Content],
    external: frozenset[str],
    *,
    transform: list[float] | None = None,
    title: str | None = None,
    above: str = "",
) -> bytes:
    """The tileset of `root` and all below it; below those nodes named in `external` another document goes on.

    `transform`: from the frame of the city to ECEF, in the outermost document. `above`: the way from this document's
    folder up to the archive's root.
    """
    tile = _tile(root, contents, external, above, is_root=True)
    if transform is not None:
        tile["transform"] = transform
    asset = {"version": "1.1", "generator": "machinami", **({"extras": {"title": title}} if title else {})}
    document = {
        "asset": asset,
        "schema": _TILE_SCHEMA,
        "geometricError": max(_diagonal_m(_region(root, contents)), 2 * root.error_m),
        "root": tile,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _tile(
    node: Node, contents: Mapping[str, Content], external: frozenset[str], above: str, *, is_root: bool
) -> dict[str, Any]:
    content = contents[node.name]
    tile: dict[str, Any] = {
        "boundingVolume": {"region": _radians(_region(node, contents))},
        "geometricError": round(node.error_m, 3),
        "metadata": {"class": "tile", "properties": {"geoidHeight": round(content.geoid_m, 3)}},
    }
    if is_root:
        tile["refine"] = "REPLACE"
    if node.name in external and not is_root:
        return {**tile, "content": {"uri": f"{above}{node.name}.json"}}
    tile["content"] = {"uri": f"{above}{node.name}.glb"}
    if node.children:
        tile["children"] = [_tile(child, contents, external, above, is_root=False) for child in node.children]
    return tile


def _region(node: Node, contents: Mapping[str, Content]) -> _Region:
    """Around the node's own features and all below it, also where their corners stand in the steps of a tile."""
    regions = [contents[one.name].region for one in node.walk()]
    west, south, east, north, low, high = zip(*regions, strict=True)
    return _widened((min(west), min(south), max(east), max(north), min(low), max(high)))


def _widened(region: _Region) -> _Region:
    """By the way across one cell of the tile's steps: corners move by half of that at most."""
    west, south, east, north, low, high = region
    along = math.cos(math.radians((south + north) / 2))
    away = math.hypot((east - west) * along * _DEGREE_M, (north - south) * _DEGREE_M, high - low) / _STEPS
    x, y = away / _DEGREE_M / along, away / _DEGREE_M
    return (west - x, south - y, east + x, north + y, low - away, high + away)


def _diagonal_m(region: _Region) -> float:
    """What is missing where a viewer draws nothing of the tileset. CesiumJS leaves out what seems smaller than 16
    pixels, from far away all of a flood that is flat but kilometres wide if only its heights counted."""
    west, south, east, north, low, high = region
    ends = ecef(np.array([[west, south, low], [east, north, high]]))
    return math.ceil(float(np.linalg.norm(ends[1] - ends[0])))


def _radians(region: _Region) -> list[float]:
    """Rounded outwards: 1e-9 is 6 mm on the ground."""
    west, south, east, north, low, high = region
    return [
        _down(math.radians(west)),
        _down(math.radians(south)),
        -_down(-math.radians(east)),
        -_down(-math.radians(north)),
        math.floor(low * 100) / 100,
        math.ceil(high * 100) / 100,
    ]


def _down(number: float) -> float:
    return math.floor(number * 1e9) / 1e9
