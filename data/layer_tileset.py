"""3D Tiles of a layer whose next version is being built."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path, PurePosixPath

from data.merged_layer import HIDDEN, MergedLayer
from data.plan import LayerPlan
from data.record import TilesetRecord
from data.staged import FEATURES, SURFACES, TEXTURES, TILESET
from geo import Problem
from geo.geoid import GeoidModel, geoid_model
from tiles.errors import OffGeoidError
from tiles.tileset import build_tileset


def tileset_of(
    plan: LayerPlan, folder: Path, merged: MergedLayer, executor: Executor | None
) -> tuple[TilesetRecord | None, list[Problem]]:
    """3D Tiles of all features that stand in space, with the columns that their styles use, and what was wrong."""
    images = _images(plan, folder, merged.images)
    styled = merged.portrayal.style.columns
    columns = [name for name in styled if name in merged.names and name not in HIDDEN]
    geoid = geoid_model(plan.parts[0].vertical_datum) or GeoidModel.GSIGEO2011
    try:
        made, damaged = _tileset(folder, columns, geoid, images, merged, executor)
    except OffGeoidError as error:
        told = {"lon": f"{error.lon:.5f}", "lat": f"{error.lat:.5f}", "model": error.model}
        return None, [Problem("tileset.off_geoid", plan.name, lonlat=(error.lon, error.lat), parameters=told)]
    return made, [Problem("tileset.image_unreadable", image) for image in damaged]


def _tileset(
    folder: Path,
    columns: Sequence[str],
    geoid: GeoidModel,
    images: Mapping[str, Path],
    merged: MergedLayer,
    executor: Executor | None,
) -> tuple[TilesetRecord, tuple[str, ...]]:
    """Its record, and the images that could not be read."""
    summary = build_tileset(
        folder / FEATURES,
        folder / SURFACES,
        folder / TILESET,
        columns=columns,
        geoid=geoid,
        images=images,
        title=merged.portrayal.title.ja,
        executor=executor,
    )
    made = TilesetRecord(
        features=summary.features,
        triangles=summary.triangles,
        bytes=summary.bytes,
        lods=merged.lods,
        textured=summary.texture_texels > 0,
    )
    return made, tuple(summary.damaged_images)


def _images(plan: LayerPlan, folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Where the texture images lie that the sources of a layer name; only what lies inside of what was imported.

    A seamless layer keeps them: when a later import joins it, what they came from may be gone.
    """
    folders = {PurePosixPath(part.source.name).parent: part.source.path.parent for part in plan.parts}
    images = {name: path for name in names if (path := _image(PurePosixPath(name), folders)) is not None}
    if plan.earlier is None:
        return images
    if kept := plan.earlier.folder and plan.earlier.folder / TEXTURES:
        images |= {name: kept / name for name in names if name not in images and (kept / name).is_file()}
    return {name: _kept_image(path, folder / TEXTURES / name) for name, path in images.items()}


def _kept_image(path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    return target


def _image(name: PurePosixPath, folders: Mapping[PurePosixPath, Path]) -> Path | None:
    for parent in name.parents:
        if parent in folders and ".." not in name.parts:
            path = folders[parent] / name.relative_to(parent)
            return path if path.is_file() else None
    return None
