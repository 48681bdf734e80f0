"""The same city from the same numbers, on every machine and in every process."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.sample import SampleCity, write_sample_city
from tests.conftest import SAMPLE_BUILDINGS

_ROOT = Path(__file__).parents[3]
_BUILDINGS = 120


class Listener:
    total = 0
    done = 0
    stages = 0

    def start(self, total: int, label: str, /) -> None:
        self.total = total

    def advance(self, amount: int, /) -> None:
        self.done += amount

    def stage(self, label: object, /) -> None:
        self.stages += 1


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def ids_of_buildings(folder: Path) -> list[str]:
    paths = folder.glob("udx/bldg/*.gml")
    return [line for path in paths for line in path.open() if line.startswith("<bldg:Building ")]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> tuple[SampleCity, Listener]:
    """A city of seed 7, and who listened while it was made."""
    listener = Listener()
    folder = tmp_path_factory.mktemp("here")
    return write_sample_city(folder, buildings=_BUILDINGS, seed=7, progress=listener), listener


def test_another_process_with_another_hash_seed_writes_the_same_bytes_into_another_folder(
    here: tuple[SampleCity, Listener], tmp_path: Path
) -> None:
    code = (
        "import sys, pathlib; from data.sample import write_sample_city as write;"
        f"write(pathlib.Path(sys.argv[1]), buildings={_BUILDINGS}, seed=7)"
    )
    there = tmp_path / "there" / "deeper"
    seeds = [os.environ.get("PYTHONHASHSEED"), "4242", "1"]  # this process has one by chance, or the first
    environment = {**os.environ, "PYTHONHASHSEED": next(one for one in seeds[1:] if one != seeds[0])}
    subprocess.run([sys.executable, "-c", code, str(there)], check=True, cwd=_ROOT, env=environment)
    assert digests(here[0].folder) == digests(there)


def test_another_seed_builds_another_city(here: tuple[SampleCity, Listener], tmp_path: Path) -> None:
    write_sample_city(tmp_path, buildings=_BUILDINGS, seed=8)
    first, second = digests(here[0].folder), digests(tmp_path)
    buildings = [name for name in first if name.startswith("udx/bldg/") and name.endswith(".gml")]
    assert buildings
    assert all(first[name] != second.get(name) for name in buildings)


def test_exactly_as_many_buildings_as_asked_for(
    here: tuple[SampleCity, Listener], sample_city: SampleCity, tmp_path: Path
) -> None:
    small = write_sample_city(tmp_path, buildings=1)
    for city, asked in ((small, 1), (here[0], _BUILDINGS), (sample_city, SAMPLE_BUILDINGS)):
        ids = ids_of_buildings(city.folder)
        assert len(ids) == len(set(ids)) == city.count("udx/bldg") == asked


@pytest.mark.parametrize(("buildings", "seed"), [(0, 1), (-5, 1), (10, -1)])
def test_impossible_numbers_are_refused_before_anything_is_written(tmp_path: Path, buildings: int, seed: int) -> None:
    with pytest.raises(ValueError, match=r"building|seed"):
        write_sample_city(tmp_path / "city", buildings=buildings, seed=seed)
    assert not (tmp_path / "city").exists()


def test_progress_hears_of_every_building(here: tuple[SampleCity, Listener]) -> None:
    listener = here[1]
    assert (listener.total, listener.done) == (_BUILDINGS, _BUILDINGS)
    assert listener.stages >= 2
