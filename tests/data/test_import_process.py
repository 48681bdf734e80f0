"""The process of an import hands work on: what reads, merges and tiles is loaded by workers alone."""

import subprocess
import sys

_HEAVY = "pandas", "geopandas", "pyarrow", "shapely", "rasterio", "pyogrio", "numba", "pyproj"


def loaded_by(*modules: str) -> set[str]:
    """Which heavy packages a new process has that imports these."""
    program = f"import sys, {', '.join(modules)}; print(*(name for name in {_HEAVY!r} if name in sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    )


def test_an_importer_and_its_store_load_nothing_that_reads_merges_or_tiles() -> None:
    assert loaded_by("data.importer", "data.store", "web.cli.main") == set()


def test_workers_have_it_all_before_the_first_file() -> None:
    assert loaded_by("data.preload") >= {"geopandas", "pyarrow", "shapely"}
