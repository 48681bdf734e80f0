"""One thing that a validation found in a feed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geo import Text


class Level(StrEnum):
    ERROR = "error"
    """Against the standard, or impossible: programs that read the feed go wrong."""
    WARNING = "warning"
    """Allowed, and probably not meant."""
    NOTE = "note"

    @property
    def text(self) -> Text:
        return {
            Level.ERROR: Text("エラー", "error"),
            Level.WARNING: Text("警告", "warning"),
            Level.NOTE: Text("参考", "note"),
        }[self]


class Origin(StrEnum):
    """Whose rule it is."""

    GTFS = "gtfs"
    GTFS_JP = "gtfs_jp"
    MACHINAMI = "machinami"

    @property
    def text(self) -> Text:
        return {
            Origin.GTFS: Text.same("GTFS"),
            Origin.GTFS_JP: Text.same("GTFS-JP"),
            Origin.MACHINAMI: Text.same("Machinami"),
        }[self]


@dataclass(frozen=True)
class Finding:
    code: str
    """Of the rule: `ARC_025` of the validator's, `two_generations` of ours."""
    level: Level
    origin: Origin
    title: Text
    """The rule in a few words."""
    message: Text
    """This case of it."""
    remedy: Text
    """How to mend it."""
    file: str = ""
    """Name of the file in the feed; empty where the feed as a whole is meant."""
    line: int | None = None
    """From 1, which is the header."""
    feature: str | None = None
    """stop_id, trip_id ... that is meant."""
    field: str | None = None
    lonlat: tuple[float, float] | None = None
    """Degrees east, degrees north, where the place is known."""

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "level": self.level.value,
            "origin": self.origin.value,
            "file": self.file,
            "line": self.line,
            "feature": self.feature,
            "field": self.field,
            "title": self.title.as_json(),
            "message": self.message.as_json(),
            "remedy": self.remedy.as_json(),
            "lonlat": self.lonlat,
        }
