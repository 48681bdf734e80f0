"""How far long work is, told to whoever wants to show it."""

from typing import Protocol

from geo import Text


class Progress(Protocol):
    def stage(self, label: Text) -> None:
        """A new kind of work begins."""

    def start(self, total: int, label: Text) -> None:
        """`total` units (bytes or layers) lie ahead."""

    def advance(self, done: int) -> None:
        """So many units more are done."""


class NoProgress:
    def stage(self, label: Text) -> None: ...

    def start(self, total: int, label: Text) -> None: ...

    def advance(self, done: int) -> None: ...
