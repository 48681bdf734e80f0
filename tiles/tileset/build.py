"""A layer's features in space become a tileset: here, or in the processes of an executor."""

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from geo.geoid import GeoidModel
from tiles.tileset.job import Made, Part, Planned, Task, TilesetSummary


def build_tileset(
    features: Path,
    surfaces: Path,
    target: Path,
    *,
    columns: Sequence[str],
    geoid: GeoidModel,
    images: Mapping[str, Path],
    title: str,
    executor: Executor | None = None,
) -> TilesetSummary:
    """Writes the 3TZ archive `target`: 3D Tiles 1.1 with all features of `surfaces`, whole, each once in the leaves.

    `features`: GeoParquet with a column `feature_id`, the row number is the fid. `surfaces`: Parquet by
    `SURFACES_SCHEMA` whose `row` is the fid. `columns` of the features become properties. `images`: where the textures
    that the surfaces name lie; a missing one is drawn plain. The same input gives the same bytes, in however many
    processes of `executor`; with one, nothing is built in this process. OffGeoidError for places off the model's grid.
    """
    scratch = Path(mkdtemp(dir=target.parent, prefix="tileset-"))
    task = Task(features, surfaces, target, tuple(columns), geoid, images, title, scratch)
    try:
        return _build_by(executor, task) if executor else _build(task)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _build_by(executor: Executor, task: Task) -> TilesetSummary:
    begun = executor.submit(_begin, task).result()
    if isinstance(begun, TilesetSummary):
        return begun
    made = list(executor.map(partial(_build_part, task, begun.middle), begun.parts))
    return executor.submit(_join, task, begun, made).result()


def _begin(task: Task) -> Planned | TilesetSummary:
    """What is small is built at once: another process would need longer to load what builds it."""
    planned = _plan(task)
    return planned if len(planned.parts) > 1 else _finish(task, planned)


def _build(task: Task) -> TilesetSummary:
    return _finish(task, _plan(task))


def _finish(task: Task, planned: Planned) -> TilesetSummary:
    return _join(task, planned, [_build_part(task, planned.middle, part) for part in planned.parts])


def _plan(task: Task) -> Planned:
    from tiles.tileset.step import plan_parts  # compiled functions, which only those need who do the work

    return plan_parts(task)


def _build_part(task: Task, middle: tuple[float, float], part: Part) -> Made:
    from tiles.tileset.step import build_part

    return build_part(task, middle, part)


def _join(task: Task, planned: Planned, made: Sequence[Made]) -> TilesetSummary:
    from tiles.tileset.step import join_parts

    return join_parts(task, planned, made)
