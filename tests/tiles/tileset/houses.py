"""A made-up town in space: boxes in LOD1, the same with a gable roof in LOD2, some with pictures on their walls."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
from PIL import Image

from geo.surface import SurfaceKind, Surfaces

LON, LAT = 138.86, 35.09
_M_EAST, _M_NORTH = 1 / 91_287.0, 1 / 110_949.0
"""Degrees of a metre here; the tests compare degrees, so a few per mille don't matter."""

_WHOLE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
_BOX = [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
_BOX_KINDS = [SurfaceKind.GROUND, SurfaceKind.ROOF, *[SurfaceKind.WALL] * 4]
_GABLE = [(0, 3, 2, 1), (4, 5, 9, 8), (6, 7, 8, 9), (0, 1, 5, 4), (2, 3, 7, 6), (1, 2, 6, 9, 5), (3, 0, 4, 8, 7)]
_GABLE_KINDS = [SurfaceKind.GROUND, SurfaceKind.ROOF, SurfaceKind.ROOF, *[SurfaceKind.WALL] * 4]


def _corners(east: float, north: float, width: float, height: float, ground: float, *, gable: bool) -> np.ndarray:
    e, n = np.array([0, 1, 1, 0]) * width, np.array([0, 0, 1, 1]) * width * 0.8
    low = np.column_stack([e, n, np.zeros(4)])
    high = low + np.array([0, 0, height * (0.7 if gable else 1.0)])
    ridge = np.array([[0, 0.4 * width, height], [width, 0.4 * width, height]]) if gable else np.zeros((0, 3))
    local = np.concatenate([low, high, ridge]) + np.array([east, north, ground])
    return np.asarray(local * np.array([_M_EAST, _M_NORTH, 1]) + np.array([LON, LAT, 0]))


def build_town(
    count: int, *, seed: int = 1, spacing: float = 25.0, textured: frozenset[int] = frozenset()
) -> tuple[gpd.GeoDataFrame, Surfaces]:
    """Features and surfaces; every house in LOD1, every second one in LOD2 too, and the `textured` ones."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    rows, lods, faces_of, kinds, sizes, points, uvs, textures = [], [], [], [], [], [], [], []
    heights, outlines = [], []
    for number in range(count):
        east, north = (number % side) * spacing, (number // side) * spacing
        width, height, ground = random.uniform(6, 15), random.uniform(4, 40), random.uniform(0, 30)
        heights.append(round(height, 2))
        box = _corners(east, north, width, height, ground, gable=False)
        outlines.append(shapely.polygons(box[:4, :2]))
        for lod in (1, 2) if number % 2 or number in textured else (1,):
            corners = box if lod == 1 else _corners(east, north, width, height, ground, gable=True)
            faces = _BOX if lod == 1 else _GABLE
            rows.append(number)
            lods.append(lod)
            faces_of.append(len(faces))
            kinds += [SurfaceKind.OTHER] * len(faces) if lod == 1 else _GABLE_KINDS
            for face in faces:
                sizes.append(len(face))
                points.append(corners[list(face)])
                has_picture = lod == 2 and number in textured and len(face) == 4
                textures.append(0 if has_picture else -1)
                uvs.append(
                    np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) if has_picture else np.full((len(face), 2), np.nan)
                )
    surfaces = Surfaces(
        row=np.array(rows),
        lod=np.array(lods, dtype=np.int8),
        first_face=np.concatenate([[0], np.cumsum(faces_of)]),
        kind=np.array(kinds, dtype=np.int8),
        solid=np.zeros(len(sizes), dtype=np.int32),
        texture=np.array(textures, dtype=np.int32),
        colour=np.zeros(len(sizes), dtype=np.uint32),
        first_ring=np.arange(len(sizes) + 1),
        first_point=np.concatenate([[0], np.cumsum(sizes)]),
        xyz=np.concatenate(points),
        uv=np.concatenate(uvs).astype(np.float32),
        images=("town/facade.png",),
    )
    features = gpd.GeoDataFrame(
        {
            "feature_id": [f"bldg_{number}" for number in range(count)],
            "height_m": [None if number % 7 == 0 else height for number, height in enumerate(heights)],
            "usage": [("住宅", "商業施設", None)[number % 3] for number in range(count)],
            "year": pd.array([None if number % 5 == 0 else 1950 + number % 70 for number in range(count)], "Int64"),
        },
        geometry=outlines,
        crs="EPSG:4326",
    )
    return features, surfaces


def write_town(folder: Path, count: int, **options: object) -> tuple[Path, Path]:
    """features.parquet and surfaces.parquet, in several row groups."""
    features, surfaces = build_town(count, **options)  # type: ignore[arg-type]
    folder.mkdir(parents=True, exist_ok=True)
    features.to_parquet(folder / "features.parquet")
    pq.write_table(surfaces.to_table(), folder / "surfaces.parquet", row_group_size=max(7, count // 5))
    return folder / "features.parquet", folder / "surfaces.parquet"


def write_facade(path: Path) -> Path:
    """Left half red, right half blue."""
    pixels = np.zeros((64, 128, 3), dtype=np.uint8)
    pixels[:, :64] = [200, 40, 40]
    pixels[:, 64:] = [40, 40, 200]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path
