"""What lies in the paths that somebody wants imported: the sources a reader can take, and what is left aside."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from data.archive import ArchiveLimits, check_archive, unpack
from data.staged import CATALOGUE
from geo import Problem, UnreadableError
from geo.terrain import is_fg_dem, is_tin
from gtfs import is_feed


class SourceKind(StrEnum):
    CITYGML = "citygml"
    VECTOR = "vector"
    TABLE = "table"
    MESH_STATISTICS = "mesh_statistics"
    TOWN_TABLE = "town_table"
    RASTER = "raster"
    FEED = "feed"
    STREETS = "streets"
    TIN = "tin"
    FG_DEM = "fg_dem"
    TERRARIUM = "terrarium"


DATASETS = frozenset({SourceKind.CITYGML, SourceKind.TIN, SourceKind.FG_DEM})
"""Kinds whose files become layers together, called after what was imported."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing a reader reads."""

    kind: SourceKind
    path: Path
    name: str
    """Relative to what was asked for, forward slashes: what problems and records call it."""
    dataset: str
    """Name of the path that was asked for, without its ending."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All files whose bytes make this source, in a fixed order."""
        if self.path.is_dir():
            return tuple(sorted(path for path in self.path.rglob("*") if path.is_file()))
        if self.path.suffix.lower() == ".shp":
            return tuple(
                path
                for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")
                for path in (self.path.with_suffix(suffix), self.path.with_suffix(suffix.upper()))
                if path.exists()
            )
        return (self.path,)


@dataclass
class Found:
    sources: list[Source] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Files that hold no map data by their kind, such as a licence text; named, never silently passed over."""
    problems: list[Problem] = field(default_factory=list)


_VECTOR = frozenset({".gpkg", ".shp", ".geojson", ".fgb"})
_TABLE = frozenset({".csv", ".tsv", ".xlsx"})
_RASTER = frozenset({".tif", ".tiff"})
_STREETS = frozenset({".pbf"})
_BESIDE = frozenset(
    {".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".gfs", ".xsd", ".ovr"}
    | {".tfw", ".tifw", ".jgw", ".jpgw", ".pgw", ".pngw", ".wld"}
    | {".md", ".yml", ".yaml", ".pdf", ".html", ".htm", ".docx", ".sld", ".qml", ".css", ".js"}
    | {".jpg", ".jpeg", ".png", ".gif", ".svg", ".bmp", ".db", ".ini", ".ds_store"}
)
_BESIDE_NAMES = frozenset(
    # attributes.csv names the columns of the file beside it; it has no places of its own.
    {"license", "licence", "readme", "copying", "manifest", "attributes", "thumbs.db", ".ds_store"}
)
_BESIDE_FOLDERS = frozenset({"codelists", "schemas", "specification", "metadata", "__MACOSX"})


def detect(path: Path, scratch: Path, limits: ArchiveLimits) -> Found:
    """The sources at `path`. Zips are unpacked below `scratch`, a zip inside a zip too, no deeper."""
    found = Found()
    try:
        _look(path, path.name, _dataset(path), scratch, limits, 2, found)
    except UnreadableError as error:
        found.problems.append(error.problem)
    if not found.sources and not found.problems:
        found.problems.append(Problem("file.no_data", path.name))
    return found


def _dataset(path: Path) -> str:
    # Unlike Path.resolve this knows a way out of links that lead in a circle.
    return path.stem if path.is_file() else Path(os.path.realpath(path)).name


def _look(path: Path, name: str, dataset: str, scratch: Path, limits: ArchiveLimits, depth: int, found: Found) -> None:
    if not path.exists():
        raise UnreadableError(Problem("file.not_found", name))
    if is_feed(path):
        if path.is_file():
            check_archive(path, limits, name=name)
        found.sources.append(Source(SourceKind.FEED, path, name, dataset))
    elif path.is_dir() and _is_terrarium(path):
        found.sources.append(Source(SourceKind.TERRARIUM, path, name, dataset))
    elif path.is_dir():
        _look_in_folder(path, dataset, scratch, limits, depth, found)
    elif path.suffix.lower() == ".zip":
        _look_in_zip(path, name, dataset, scratch, limits, depth, found)
    else:
        found.sources.append(Source(_kind(path, name), path, name, dataset))


def _look_in_folder(folder: Path, dataset: str, scratch: Path, limits: ArchiveLimits, depth: int, found: Found) -> None:
    for path in _entries(folder):
        name = path.relative_to(folder).as_posix()
        if _is_beside(path, folder):
            found.ignored.append(name)
            continue
        try:
            _look(path, name, dataset, scratch, limits, depth, found)
        except UnreadableError as error:
            found.problems.append(error.problem)


def _entries(folder: Path) -> Iterator[Path]:
    """Files below `folder` in a fixed order; a folder that is a feed, or tiles, stands as one entry.

    A store, ours or another's, is passed over: `import .` beside it must not take in what it made itself.
    """
    if (folder / CATALOGUE).exists() and (folder / "versions").is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink() and not is_feed(path) and not _is_terrarium(path):
            yield from _entries(path)
        elif not path.is_symlink():
            yield path


def _is_beside(path: Path, folder: Path) -> bool:
    lower = path.name.lower()
    parents = path.relative_to(folder).parts[:-1]
    return (
        path.suffix.lower() in _BESIDE
        or lower in _BESIDE_NAMES
        or path.stem.lower() in _BESIDE_NAMES
        or any(part in _BESIDE_FOLDERS for part in parents)
    )


def _look_in_zip(
    archive: Path, name: str, dataset: str, scratch: Path, limits: ArchiveLimits, depth: int, found: Found
) -> None:
    if depth == 0:
        raise UnreadableError(Problem("zip.nested", name))
    folder = scratch / f"zip-{len(list(scratch.iterdir()))}"
    folder.mkdir()
    unpack(archive, folder, limits, name=name)
    inner = Found()
    _look(folder, name, dataset, scratch, limits, depth - 1, inner)
    found.sources += inner.sources
    found.problems += inner.problems
    found.ignored += inner.ignored


def _kind(path: Path, name: str) -> SourceKind:
    if path.stat().st_size == 0:
        raise UnreadableError(Problem("file.empty", name))
    suffix = path.suffix.lower()
    if is_fg_dem(path):
        return SourceKind.FG_DEM
    if is_tin(path, name):
        return SourceKind.TIN
    if suffix in (".gml", ".xml"):
        return SourceKind.CITYGML
    if suffix in _VECTOR or (suffix == ".json" and _is_geojson(path)):
        return SourceKind.VECTOR
    if (kind := _table_kind(path, suffix)) is not None:
        return kind
    if suffix in _RASTER:
        return SourceKind.RASTER
    if suffix in _STREETS:
        return SourceKind.STREETS
    raise UnreadableError(Problem("file.unknown", name))


def _table_kind(path: Path, suffix: str) -> SourceKind | None:
    """None for what is no table. A third of a second that only tables wait for: what knows them loads pandas."""
    if suffix not in _TABLE and suffix != ".txt":
        return None
    from geo.statistics import is_mesh_statistics
    from geo.town_table import is_town_table

    if suffix in (".csv", ".txt") and is_mesh_statistics(path):
        return SourceKind.MESH_STATISTICS
    if is_town_table(path):
        return SourceKind.TOWN_TABLE
    return SourceKind.TABLE if suffix in _TABLE else None


def _is_terrarium(folder: Path) -> bool:
    """Tiles lie in folders called by numbers; where there are none, nothing that reads pictures is loaded."""
    if not any(path.name.isdigit() for path in folder.iterdir()):
        return False
    from geo.terrain import is_terrarium

    return is_terrarium(folder)


def _is_geojson(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(65_536)
    return b'"FeatureCollection"' in head or b'"Feature"' in head or b'"coordinates"' in head
