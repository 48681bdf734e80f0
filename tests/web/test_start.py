"""What is guessed of a command before it is read: whether workers are needed at once."""

from pathlib import Path

import pytest

from web.cli import _imports_much


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, size in {"small.gml": 1_000, "large.gml": 9_000_000, "small.zip": 9_000, "large.zip": 900_000}.items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "wanted"),
    [(".", True), ("large.gml", True), ("large.zip", True), ("small.gml", False), ("small.zip", False), ("no", False)],
)
def test_workers_begin_at_once_for_a_folder_a_large_file_and_a_large_zip(folder: Path, path: str, wanted: bool) -> None:
    assert _imports_much(["--store", "s", "import", str(folder / path), "--json"]) is wanted


def test_no_worker_begins_for_other_commands_and_for_a_cluster(folder: Path) -> None:
    assert not _imports_much(["serve", str(folder)])
    assert not _imports_much(["import", str(folder), "--cluster", "tcp://10.0.0.5:8786"])
