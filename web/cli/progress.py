"""Progress on the error stream: a bar for a person, a line per step for a log."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from geo import Language, Text


@contextmanager
def shown_progress(console: Console, language: Language) -> "Iterator[LineProgress | BarProgress]":
    if not console.is_terminal:
        yield LineProgress(console, language)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        yield BarProgress(bars, language)


class LineProgress:
    def __init__(self, console: Console, language: Language) -> None:
        self._console = console
        self._language = language

    def stage(self, label: Text) -> None:
        self._console.print(f"{label.in_language(self._language)} ...", markup=False)

    def start(self, total: int, label: Text | str) -> None:
        if total and isinstance(label, Text):
            self.stage(label)

    def advance(self, done: int) -> None:
        pass


class BarProgress:
    def __init__(self, bars: Progress, language: Language) -> None:
        self._bars = bars
        self._language = language
        self._task: TaskID | None = None

    def stage(self, label: Text) -> None:
        """Another name for the work under way, or work of unknown length."""
        if self._task is None:
            self._begin(None, label)
        else:
            self._bars.update(self._task, description=label.in_language(self._language))

    def start(self, total: int, label: Text | str) -> None:
        self._begin(total, label)

    def advance(self, done: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, done)

    def _begin(self, total: int | None, label: Text | str) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
        words = label.in_language(self._language) if isinstance(label, Text) else label
        self._task = self._bars.add_task(words, total=total)
