"""The same city from the same numbers, on every machine and in every process."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.sample import write_sample_city

_ROOT = Path(__file__).parents[3]


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_two_runs_into_different_folders_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("here", "there/deeper"):
        write_sample_city(tmp_path / name, buildings=120, seed=7)
    assert digests(tmp_path / "here") == digests(tmp_path / "there/deeper")


def test_the_hash_seed_of_the_process_changes_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from data.sample import write_sample_city as write;"
        "write(pathlib.Path(sys.argv[1]), buildings=60)"
    )
    found = []
    for hash_seed in ("1", "4242"):
        folder = tmp_path / hash_seed
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        subprocess.run([sys.executable, "-c", code, str(folder)], check=True, cwd=_ROOT, env=environment)
        found.append(digests(folder))
    assert found[0] == found[1]


def test_another_seed_builds_another_city(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_sample_city(tmp_path / str(seed), buildings=40, seed=seed)
    first, second = digests(tmp_path / "1"), digests(tmp_path / "2")
    buildings = [name for name in first if name.startswith("udx/bldg/") and name.endswith(".gml")]
    assert all(first[name] != second.get(name) for name in buildings)


@pytest.mark.parametrize("buildings", [1, 37, 300])
def test_exactly_as_many_buildings_as_asked_for(tmp_path: Path, buildings: int) -> None:
    city = write_sample_city(tmp_path, buildings=buildings)
    ids = [
        line for path in tmp_path.glob("udx/bldg/*.gml") for line in path.open() if line.startswith("<bldg:Building ")
    ]
    assert len(ids) == len(set(ids)) == city.count("udx/bldg") == buildings


@pytest.mark.parametrize(("buildings", "seed"), [(0, 1), (-5, 1), (10, -1)])
def test_impossible_numbers_are_refused_before_anything_is_written(tmp_path: Path, buildings: int, seed: int) -> None:
    with pytest.raises(ValueError, match=r"building|seed"):
        write_sample_city(tmp_path / "city", buildings=buildings, seed=seed)
    assert not (tmp_path / "city").exists()


def test_progress_hears_of_every_building(tmp_path: Path) -> None:
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

    listener = Listener()
    write_sample_city(tmp_path, buildings=50, progress=listener)
    assert (listener.total, listener.done) == (50, 50)
    assert listener.stages >= 2
