"""What somebody asks of an import besides the files."""

from dataclasses import dataclass, field

from data.archive import ArchiveLimits


@dataclass(frozen=True, slots=True)
class ImportOptions:
    title: str | None = None
    group: str | None = None
    licence: str | None = None
    attribution: str | None = None
    crs: str | None = None
    """For files that declare none, such as `EPSG:6676`."""
    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    only: tuple[str, ...] = ()
    """Of folders and archives, read only what has one of these beginnings of its name; empty: everything."""
    into: str | None = None
    """Name of seamless layers that CityGML joins: a file takes the place of one of the same city, package and mesh."""
    places: str | None = None
    """Id of the layer whose areas tables of towns without coordinates get; without it the one that has them is looked
    for in the same import, then in the store."""
