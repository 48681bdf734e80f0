"""The features of a layer whose next version is being built: its shards as one table, and one of the same in space."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.feature_table import unified_schema
from data.layer_portrayal import described_columns, portray
from data.merge import Merge, write_features
from data.merged_layer import MergedLayer
from data.plan import LayerPlan, least_lod
from data.staged import FEATURES, SURFACES
from data.surface_table import images_of, levels_of
from geo import Problem
from geo.memory import give_memory_back


def merge_layer(plan: LayerPlan, folder: Path) -> MergedLayer | tuple[Problem, ...]:
    """Writes the features of a plan into `folder`; where none is left, only the problems of joining. Runs in any
    process: best in one that has grown by reading already."""
    merge = Merge(plan.parts, folder / SURFACES, least_lod(plan.source.kind, plan.parts[0].part), plan.earlier)
    schema = unified_schema(_schemas(plan) or [_NO_FEATURES])
    rows = write_features(folder / FEATURES, schema, merge.tables())
    give_memory_back()
    return _told(plan, folder, schema, merge) if rows else tuple(merge.problems)


def _told(plan: LayerPlan, folder: Path, schema: pa.Schema, merge: Merge) -> MergedLayer:
    portrayal = portray(plan, schema, folder / FEATURES)
    surfaces = folder / SURFACES
    read = {name: column for part in plan.parts for name, column in part.columns.items()}
    return MergedLayer(
        portrayal=portrayal,
        columns=described_columns(schema, read, portrayal),
        names=tuple(schema.names),
        lods=levels_of(surfaces) if merge.has_surfaces else (),
        images=tuple(images_of(surfaces)) if merge.has_surfaces else (),
        counts=merge.counts(),
        levels=merge.levels(),
        files=merge.files(plan.files),
        problems=tuple(merge.problems),
    )


def _schemas(plan: LayerPlan) -> list[pa.Schema]:
    schemas = [part.schema for part in plan.parts if part.schema is not None]
    if plan.earlier and plan.earlier.folder:
        schemas.append(pq.read_schema(plan.earlier.folder / FEATURES).remove_metadata())
    return schemas


_NO_FEATURES = pa.schema([pa.field("feature_id", pa.string()), pa.field("geometry", pa.binary())])
