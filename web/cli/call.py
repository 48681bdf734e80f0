"""One call of the command line: in which language, about which store, and where its words go."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import typer
from rich.console import Console

from geo import Language, Text
from web.errors import StoreMissingError

if TYPE_CHECKING:
    from data import Store


@dataclass
class Call:
    language: Language
    store_path: Path = Path("machinami-store")
    debug: bool = False
    out: Console = field(default_factory=lambda: _console(stderr=False))
    err: Console = field(default_factory=lambda: _console(stderr=True))

    @classmethod
    def of(cls, context: typer.Context) -> "Call":
        call = context.obj
        assert isinstance(call, cls)
        return call

    def text(self, text: Text, /, **values: object) -> str:
        return text.in_language(self.language).format_map(values)

    def say(self, text: Text, /, **values: object) -> None:
        self.out.print(self.text(text, **values), markup=False)

    def warn(self, text: Text, /, **values: object) -> None:
        """Beside the result: to the error stream."""
        self.err.print(self.text(text, **values), markup=False)

    def say_json(self, answer: Any) -> None:
        sys.stdout.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() + "\n")

    def store(self) -> "Store":
        """The store, made when missing."""
        from data import Store

        return Store.open(self.store_path)

    def existing_store(self) -> "Store":
        """The store to read from; a mistyped folder is told, not made."""
        if not (self.store_path / "catalogue.sqlite").exists():
            raise StoreMissingError(self.store_path.resolve())
        return self.store()


_WIDE = 1_000


def _console(*, stderr: bool) -> Console:
    """A file or a pipe has no edge at which anything must be folded."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _WIDE
    return console
