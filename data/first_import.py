"""An import whose result nobody wants: what it compiles is kept beside the modules, so that no later one waits."""

from pathlib import Path
from tempfile import TemporaryDirectory

from data.executor import SerialExecutor
from data.importer import import_paths
from data.sample import write_sample_city
from data.store import Store
from data.viewer import Viewer

_BUILDINGS = 300
"""So few have every kind of geometry and texture."""
_READ = ("bldg", "dem", "tran")
"""Packages whose readers and tilers are all that is compiled."""


def import_once() -> None:
    """Half a minute after an installation, then some seconds."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_sample_city(folder / "city", buildings=_BUILDINGS, seed=1)
        store = Store.open(folder / "store")
        paths = [folder / "city" / "udx" / package for package in _READ]
        import_paths(store, paths, viewer=Viewer.SYSTEM, executor=SerialExecutor())


if __name__ == "__main__":
    import_once()
