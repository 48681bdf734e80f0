"""The command `machinami`."""

import gc
import sys
from collections.abc import Sequence
from os.path import isdir


def main() -> None:
    """Starts what an import needs before this process loads what it needs itself."""
    if _imports_a_folder(sys.argv[1:]):
        from data.fork_server import begin_workers

        begin_workers()
        gc.set_threshold(200_000, 20, 100)  # what loading and joining make lives on: looking for garbage finds none
    from web.cli.main import main as run

    run()


def _imports_a_folder(arguments: Sequence[str]) -> bool:
    """A guess: the arguments are read later."""
    if "import" not in arguments or any(argument.startswith("--cluster") for argument in arguments):
        return False
    return any(map(isdir, arguments[arguments.index("import") :]))


__all__ = ["main"]
