"""The streets as an OpenStreetMap extract: what a city would download, with nothing real in it."""

from pathlib import Path
from typing import Any

import numpy as np
import osmium
from osmium.osm.mutable import Node
from osmium.osm.mutable import Way as OsmWay

from data.sample.plane import Plane, Points
from data.sample.street_network import StreetNetwork

_FIRST_NODE, _FIRST_WAY = 1_000_001, 100_001
_MADE = "2026-04-01T00:00:00Z"


def write_osm(path: Path, network: StreetNetwork, plane: Plane) -> tuple[Path, int]:
    """Without compression: the same bytes whatever the compressor of the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lonlat = np.round(plane.to_lonlat(network.points), 7)
    header = osmium.io.Header()
    header.set("generator", "machinami sample")
    (west, south), (east, north) = lonlat.min(axis=0).tolist(), lonlat.max(axis=0).tolist()
    header.add_box(osmium.osm.Box(west, south, east, north))
    file = osmium.io.File(str(path), "pbf,pbf_compression=none")
    with osmium.SimpleWriter(file, header=header, overwrite=True) as writer:
        _write(writer, network, lonlat)
    return path, len(network.ways)


def _write(writer: Any, network: StreetNetwork, lonlat: Points) -> None:
    for k, place in enumerate(lonlat):
        lon, lat = place.tolist()
        tags = network.node_tags.get(k, {})
        writer.add_node(Node(id=_FIRST_NODE + k, location=(lon, lat), tags=tags, version=1, timestamp=_MADE))
    for k, way in enumerate(network.ways):
        nodes = [_FIRST_NODE + node for node in way.nodes]
        writer.add_way(OsmWay(id=_FIRST_WAY + k, nodes=nodes, tags=way.tags, version=1, timestamp=_MADE))
