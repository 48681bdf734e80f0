"""Planted faults: an import finds each of them, and nothing else."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest

from data import ImportSummary, Store, Viewer, import_paths
from data.sample import FAULTS, write_sample_faults
from geo import Problem

from .test_determinism import digests

LISTED = {(fault.file, fault.feature, fault.rule) for fault in FAULTS}


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> ImportSummary:
    folder = write_sample_faults(tmp_path_factory.mktemp("faulty"))
    store = Store.open(tmp_path_factory.mktemp("store"))
    try:
        return import_paths(store, [folder], viewer=Viewer.SYSTEM)
    finally:
        store.close()


def _problems(summary: ImportSummary) -> list[Problem]:
    unique = {problem.message("en") + problem.rule: problem for problem in _all(summary)}
    return list(unique.values())


def _all(summary: ImportSummary) -> Iterable[Problem]:
    for layer in summary.layers:
        yield from layer.problems
    yield from summary.failures


def test_the_import_finds_exactly_what_was_planted(summary: ImportSummary) -> None:
    assert {(problem.file, problem.feature or "", problem.rule) for problem in _problems(summary)} == LISTED
    assert len(_problems(summary)) == len(LISTED) == len(FAULTS)
    assert summary.exit_status == 3


def test_problems_name_the_lines_that_the_list_names(summary: ImportSummary) -> None:
    lines = {(one.file, one.feature or "", one.rule): one.line for one in _problems(summary)}
    told = {(one.file, one.feature, one.rule): int(one.line) for one in FAULTS if one.line}
    assert told == {key: lines[key] for key in told}


def test_what_is_right_beside_the_faults_is_stored(summary: ImportSummary) -> None:
    stored = {layer.record.id: layer.record.current.feature_count for layer in summary.layers}
    buildings = next(count for id_, count in stored.items() if "bldg" in id_)
    # Of ten: the second of one id, the open ring, the figure eight and the bare one are kept out; three have bodies.
    assert buildings == 6 + 3


def test_the_list_is_a_file_too_and_all_its_files_exist(tmp_path: Path) -> None:
    folder = write_sample_faults(tmp_path)
    rows = list(csv.DictReader(io.StringIO((folder / "faults.csv").read_bytes().decode("utf-8-sig"))))
    assert {(row["file"], row["feature"], row["rule"]) for row in rows} == LISTED
    assert all((folder / row["file"].removesuffix("/stops.txt")).is_file() for row in rows)
    assert all(row["what_ja"] and row["what_en"] for row in rows)


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("here", "there"):
        write_sample_faults(tmp_path / name)
    assert digests(tmp_path / "here") == digests(tmp_path / "there")
