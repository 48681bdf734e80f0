"""Where the bytes are: import, catalogue, versions, licences, the sample city. Knows no HTTP."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from data.import_options import ImportOptions
    from data.import_summary import ImportSummary, LayerResult
    from data.importer import import_paths
    from data.job import Job, JobState
    from data.progress import NoProgress, Progress
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

_MODULES = {
    "CoverageQuery": "data.analysis",
    "Recipe": "data.analysis",
    "rerun": "data.analysis",
    "run_coverage": "data.analysis",
    "save_coverage": "data.analysis",
    "ArchiveLimits": "data.archive",
    "ChangedMeanwhileError": "data.errors",
    "ClusterError": "data.errors",
    "DataError": "data.errors",
    "FilterError": "data.errors",
    "InvalidQueryError": "data.errors",
    "NotAllowedError": "data.errors",
    "NothingToRepeatError": "data.errors",
    "StoreFormatError": "data.errors",
    "UnknownColumnError": "data.errors",
    "UnknownFeatureError": "data.errors",
    "UnknownJobError": "data.errors",
    "UnknownLayerError": "data.errors",
    "cluster_executor": "data.executor",
    "Export": "data.export",
    "Format": "data.export",
    "export_chunks": "data.export_file",
    "write_export": "data.export_file",
    "csv_metadata": "data.export_text",
    "ImportOptions": "data.import_options",
    "ImportSummary": "data.import_summary",
    "LayerResult": "data.import_summary",
    "NoProgress": "data.progress",
    "Progress": "data.progress",
    "import_paths": "data.importer",
    "Job": "data.job",
    "JobState": "data.job",
    "LayerRecord": "data.record",
    "SourceFile": "data.record",
    "VersionRecord": "data.record",
    "Search": "data.search",
    "parse_box": "data.search",
    "GcReport": "data.store",
    "Store": "data.store",
    "Viewer": "data.viewer",
    "Visibility": "data.viewer",
    "KINDS": "data.worker",
    "work": "data.worker",
}


def __getattr__(name: str) -> Any:
    """Loads a module when somebody asks for what is in it: all of them take a second, and few commands need all."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value
