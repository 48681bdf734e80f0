"""What the store knows of a layer: the answer of the HTTP API, minus its links."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from data.viewer import Visibility
from geo import Bounds, Column, ColumnType, Count, GeometryType, Group, LevelCount, Style, Text

Kind = Literal["vector", "raster"]
Role = Literal["terrain"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of an import with its own account."""

    name: str
    sha256: str
    bytes: int
    counts: tuple[Count, ...] = ()
    levels: tuple[LevelCount, ...] = ()

    @property
    def read(self) -> int:
        return sum(count.read for count in self.counts)

    @property
    def stored(self) -> int:
        return sum(count.stored for count in self.counts)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "read": self.read,
            "stored": self.stored,
            "counts": [_count_json(count) for count in self.counts],
            "levels": [asdict(level) for level in self.levels],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SourceFile":
        counts = tuple(Count(**one) for one in stored["counts"])
        return cls(stored["name"], stored["sha256"], stored["bytes"], counts, _levels(stored))


@dataclass(frozen=True, slots=True)
class TilesetRecord:
    """The 3D Tiles of a version, in numbers."""

    features: int
    triangles: int
    """Of the leaves, the finest tiles."""
    bytes: int
    """Of the archive with all tiles."""
    lods: tuple[int, ...]
    textured: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "features": self.features,
            "triangles": self.triangles,
            "bytes": self.bytes,
            "lods": list(self.lods),
            "textured": self.textured,
        }


@dataclass(frozen=True)
class VersionRecord:
    """Everything about one immutable import, except where it lies and what it is called."""

    kind: Kind
    geometry: GeometryType | None
    bounds: Bounds
    min_zoom: int
    max_zoom: int
    feature_count: int
    crs: str
    vertical_datum: str | None
    style: Style
    columns: tuple[Column, ...]
    counts: tuple[Count, ...] = ()
    files: tuple[SourceFile, ...] = ()
    problem_count: int = 0
    """Problems that changed or kept out something; notes are not counted."""
    made_with: tuple[str, ...] = ()
    """Ids of all layers that the same input made, this one too."""
    recipe: Mapping[str, Any] | None = None
    """The call that made a derived layer, with its input versions."""
    role: Role | None = None
    """What the layer is for others: `terrain` holds heights of the ground in metres."""
    tileset: TilesetRecord | None = None
    """None where no feature stands in space."""
    joined: str | None = None
    """What seamless layer later imports may join; None for a layer that each import replaces."""
    levels: tuple[LevelCount, ...] = ()
    """Every level of detail that features have; empty where the format knows none, or an older version didn't count."""

    @property
    def read(self) -> int:
        return sum(count.read for count in self.counts)

    @property
    def kept_out(self) -> int:
        return sum(count.kept_out for count in self.counts)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "role": self.role,
            "geometry": self.geometry.value if self.geometry else None,
            "bounds": list(self.bounds.as_tuple()),
            "zooms": {"min": self.min_zoom, "max": self.max_zoom},
            "feature_count": self.feature_count,
            "crs": self.crs,
            "vertical_datum": self.vertical_datum,
            "style": self.style.as_json(),
            "columns": [column.as_json() for column in self.columns],
            "counts": [_count_json(count) for count in self.counts],
            "levels": [asdict(level) for level in self.levels],
            "files": [file.as_json() for file in self.files],
            "problems": self.problem_count,
            "made_with": list(self.made_with),
            "recipe": dict(self.recipe) if self.recipe else None,
            "tileset": self.tileset.as_json() if self.tileset else None,
            "joined": self.joined,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "VersionRecord":
        return cls(
            kind=stored["kind"],
            geometry=GeometryType(stored["geometry"]) if stored["geometry"] else None,
            bounds=Bounds(*stored["bounds"]),
            min_zoom=stored["zooms"]["min"],
            max_zoom=stored["zooms"]["max"],
            feature_count=stored["feature_count"],
            crs=stored["crs"],
            vertical_datum=stored["vertical_datum"],
            style=Style.from_json(stored["style"]),
            columns=tuple(_column(one) for one in stored["columns"]),
            counts=tuple(Count(**one) for one in stored["counts"]),
            files=tuple(SourceFile.from_json(one) for one in stored["files"]),
            problem_count=stored["problems"],
            made_with=tuple(stored["made_with"]),
            recipe=stored["recipe"],
            role=stored.get("role"),
            tileset=_tileset(stored.get("tileset")),
            joined=stored.get("joined"),
            levels=_levels(stored),
        )


@dataclass(frozen=True)
class LayerRecord:
    """A layer as its viewer may see it, with its current version."""

    id: str
    title: Text
    group: Group
    attribution: str | None
    licence: str | None
    visibility: Visibility
    version: str
    imported_at: str
    current: VersionRecord
    previous: tuple[str, ...] = field(default=())
    """Older versions still on disk, newest first."""

    def as_json(self) -> dict[str, Any]:
        """The fields of the layer list; `as_full_json` adds what only one layer's own page needs."""
        about = self.current.as_json()
        return {
            "id": self.id,
            "title": self.title.as_json(),
            "group": self.group.as_json(),
            "version": self.version,
            "attribution": self.attribution,
            "licence": self.licence,
            "visibility": self.visibility.value,
            "imported_at": self.imported_at,
            **{
                key: value
                for key, value in about.items()
                if key not in ("counts", "levels", "files", "made_with", "joined")
            },
            "read": self.current.read,
            "stored": self.current.feature_count,
            "kept_out": self.current.kept_out,
            "legend": self.current.style.legend(),
        }

    def as_full_json(self) -> dict[str, Any]:
        about = self.current.as_json()
        return {**self.as_json(), **{key: about[key] for key in ("counts", "levels", "files")}}


def _count_json(count: Count) -> dict[str, Any]:
    return {
        "feature_type": count.feature_type,
        "lod": count.lod,
        "read": count.read,
        "stored": count.stored,
        "kept_out": count.kept_out,
    }


def _levels(stored: Mapping[str, Any]) -> tuple[LevelCount, ...]:
    return tuple(LevelCount(**one) for one in stored.get("levels", ()))


def _tileset(stored: Mapping[str, Any] | None) -> TilesetRecord | None:
    return TilesetRecord(**{**stored, "lods": tuple(stored["lods"])}) if stored else None


def _column(stored: Mapping[str, Any]) -> Column:
    return Column(stored["name"], Text(**stored["label"]), ColumnType(stored["type"]), stored["unit"])
