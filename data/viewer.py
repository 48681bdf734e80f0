"""Who asks. Every read of the store takes one; there is no way around it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from data.errors import NotAllowedError
from geo import Text


class Visibility(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Viewer:
    name: str
    sees: frozenset[Visibility]
    may_analyse: bool = False
    """Queue analyses whose results become layers."""
    may_change: bool = False
    """Import, publish and remove layers."""

    PUBLIC: ClassVar["Viewer"]
    STAFF: ClassVar["Viewer"]
    SYSTEM: ClassVar["Viewer"]

    def require_analyse(self) -> None:
        if not self.may_analyse:
            raise NotAllowedError(Text("分析結果を保存する", "save analyses"))

    def require_change(self) -> None:
        if not self.may_change:
            raise NotAllowedError(Text("レイヤーを変更する", "change layers"))


_ALL = frozenset(Visibility)

Viewer.PUBLIC = Viewer("public", frozenset({Visibility.PUBLIC}))
Viewer.STAFF = Viewer("staff", _ALL, may_analyse=True)
Viewer.SYSTEM = Viewer("system", _ALL, may_analyse=True, may_change=True)
