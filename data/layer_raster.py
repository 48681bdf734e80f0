"""The next version of a layer that is a grid: a raster as it came, or the ground of all its pieces."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from data.merge import sum_counts
from data.plan import LayerPlan, staged
from data.record import SourceFile, VersionRecord
from data.staged import GRID, EmptyLayer, StagedLayer, count_problems
from geo import BASE, Count, Draw, Portrayal, Problem, Style, Text, Theme, UnreadableError
from geo.grid import GridFile
from geo.raster import RasterSummary
from geo.terrain import is_terrain_name, portray_terrain
from geo.terrain.mosaic import mosaic


def build_raster(plan: LayerPlan, folder: Path, raster: RasterSummary, path: Path) -> StagedLayer:
    """Takes over a grid that was already written as a Cloud Optimized GeoTIFF."""
    path.rename(folder / GRID)
    title = Text.same(plan.title or plan.name)
    is_named = is_terrain_name(plan.source.name) and raster.dtype != "uint8"  # a drawn hillshade has bytes
    is_terrain = raster.bands == 1 and (raster.vertical_datum is not None or is_named)
    plain = Portrayal(title, BASE, Style(Draw.RASTER, (Theme.single("#808080", title),)))
    portrayal = portray_terrain(title) if is_terrain else plain
    counts = (Count("raster", "", 1, 1, 0),)
    files = tuple(replace(file, counts=counts) for file in plan.files)
    record = _raster_record(raster, portrayal, counts, files, raster.problems, is_terrain)
    return staged(plan, folder, portrayal, record, raster.problems)


def build_terrain(plan: LayerPlan, folder: Path) -> StagedLayer | EmptyLayer:
    """One grid of all pieces, the finest first, and of these the better survey: DEM5A before DEM5B."""
    pieces = sorted(plan.pieces, key=lambda one: (round(GridFile(one[1].path).resolution_m, 1), _survey(one[0].name)))
    problems = [problem for _, piece in plan.pieces for problem in piece.problems]
    try:
        raster = mosaic([piece.path for _, piece in pieces], folder / GRID, name=plan.name)
    except UnreadableError as error:
        return EmptyLayer([*problems, error.problem])
    portrayal = portray_terrain()
    counts = sum_counts(count for _, piece in plan.pieces for count in piece.counts)
    record = _raster_record(raster, portrayal, counts, _terrain_files(plan), problems, True)
    return staged(plan, folder, portrayal, record, problems)


def _terrain_files(plan: LayerPlan) -> tuple[SourceFile, ...]:
    """The input's files, each with what it gave; of a folder of tiles only the whole is counted."""
    given = {source.name: piece.counts for source, piece in plan.pieces}
    return tuple(replace(file, counts=sum_counts(given.get(file.name, ()))) for file in plan.files)


def _survey(name: str) -> tuple[str, str]:
    found = re.search(r"DEM\d+([A-C])", name)
    return (found[1] if found else "", name)


def _raster_record(
    raster: RasterSummary,
    portrayal: Portrayal,
    counts: tuple[Count, ...],
    files: tuple[SourceFile, ...],
    problems: Sequence[Problem],
    is_terrain: bool,
) -> VersionRecord:
    return VersionRecord(
        kind="raster",
        geometry=None,
        bounds=raster.bounds,
        min_zoom=0,
        max_zoom=18,
        feature_count=sum(count.stored for count in counts),
        crs=raster.crs,
        vertical_datum=raster.vertical_datum,
        style=portrayal.style,
        columns=(),
        counts=counts,
        files=files,
        problem_count=count_problems(problems),
        role="terrain" if is_terrain else None,
    )
