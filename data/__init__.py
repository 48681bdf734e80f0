"""Where the bytes are: import, catalogue, versions, licences, the sample city. Knows no HTTP."""

from data.analysis import CoverageQuery, Recipe, rerun, run_coverage, save_coverage
from data.archive import ArchiveLimits
from data.errors import (
    ChangedMeanwhileError,
    ClusterError,
    DataError,
    FilterError,
    InvalidQueryError,
    NotAllowedError,
    NothingToRepeatError,
    StoreFormatError,
    UnknownColumnError,
    UnknownFeatureError,
    UnknownJobError,
    UnknownLayerError,
)
from data.executor import cluster_executor
from data.export import Export, Format
from data.export_file import export_chunks, write_export
from data.export_text import csv_metadata
from data.importer import ImportOptions, ImportSummary, LayerResult, NoProgress, Progress, import_paths
from data.job import Job, JobState
from data.record import LayerRecord, SourceFile, VersionRecord
from data.search import Search, parse_box
from data.store import GcReport, Store
from data.viewer import Viewer, Visibility
from data.worker import KINDS, work

__all__ = [
    "KINDS",
    "ArchiveLimits",
    "ChangedMeanwhileError",
    "ClusterError",
    "CoverageQuery",
    "DataError",
    "Export",
    "FilterError",
    "Format",
    "GcReport",
    "ImportOptions",
    "ImportSummary",
    "InvalidQueryError",
    "Job",
    "JobState",
    "LayerRecord",
    "LayerResult",
    "NoProgress",
    "NotAllowedError",
    "NothingToRepeatError",
    "Progress",
    "Recipe",
    "Search",
    "SourceFile",
    "Store",
    "StoreFormatError",
    "UnknownColumnError",
    "UnknownFeatureError",
    "UnknownJobError",
    "UnknownLayerError",
    "VersionRecord",
    "Viewer",
    "Visibility",
    "cluster_executor",
    "csv_metadata",
    "export_chunks",
    "import_paths",
    "parse_box",
    "rerun",
    "run_coverage",
    "save_coverage",
    "work",
    "write_export",
]
