"""The command `machinami`."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path

_LARGE = 8_000_000
"""Bytes of a file that several processes read and tile in less time than one, start included (see data.executor)."""
_LARGE_ZIP = 800_000
"""The same packed: CityGML becomes a tenth and less."""


def main() -> None:
    """Starts what an import needs before this process loads what it needs itself."""
    if _imports_much(sys.argv[1:]):
        from data.fork_server import begin_workers

        begin_workers()
        gc.set_threshold(200_000, 20, 100)  # what loading and joining make lives on: looking for garbage finds none
    from web.cli.main import main as run

    run()


def _imports_much(arguments: Sequence[str]) -> bool:
    """A guess: the arguments are read later."""
    if "import" not in arguments or any(argument.startswith("--cluster") for argument in arguments):
        return False
    return any(_is_much(Path(argument)) for argument in arguments[arguments.index("import") :])


def _is_much(path: Path) -> bool:
    if path.is_file():
        return path.stat().st_size >= (_LARGE_ZIP if path.suffix.lower() == ".zip" else _LARGE)
    return path.is_dir()


__all__ = ["main"]
