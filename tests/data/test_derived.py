import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from data.derived import KEY, UNUSED_DAYS
from data.errors import UnknownLayerError
from data.store import Store
from data.viewer import Viewer

Put = Callable[..., str]
ROOT = Path(__file__).parents[2]


def ask(store: Store, built: list[Path], code: str = "1") -> Path:
    def build(folder: Path) -> None:
        (folder / "answer.txt").write_text("42")
        built.append(folder)

    return store.derived("answer", ["streets"], Viewer.SYSTEM, code=code, build=build)


def test_an_artefact_is_built_once_and_then_found(store: Store, put: Put) -> None:
    put("streets", ["a"])
    built: list[Path] = []
    assert ask(store, built) == ask(store, built)
    assert (ask(store, built) / "answer.txt").read_text() == "42"
    assert len(built) == 1


def test_a_new_version_of_an_input_or_of_the_code_builds_anew(store: Store, put: Put) -> None:
    put("streets", ["a"])
    built: list[Path] = []
    folders = {ask(store, built), ask(store, built, code="2")}
    put("streets", ["a", "b"])
    folders.add(ask(store, built))
    assert len(folders) == len(built) == 3


def test_who_may_not_see_an_input_gets_nothing(store: Store, put: Put) -> None:
    put("streets", ["a"])
    with pytest.raises(UnknownLayerError):
        store.derived("answer", ["streets"], Viewer.PUBLIC, code="1", build=lambda _: None)


def test_a_build_that_fails_leaves_nothing_and_the_next_one_works(store: Store, put: Put) -> None:
    put("streets", ["a"])

    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise RuntimeError("no more disk")

    with pytest.raises(RuntimeError):
        store.derived("answer", ["streets"], Viewer.SYSTEM, code="1", build=fail)
    assert not [path for path in (store.path / "derived").iterdir() if path.is_dir()]
    assert not (ask(store, []) / "half").exists()


SCRIPT = textwrap.dedent(
    """
    import os, signal, sys, time
    from pathlib import Path
    from data.store import Store
    from data.viewer import Viewer

    def build(folder):
        with open(sys.argv[2], "a") as log:
            log.write("built\\n")
        (folder / "answer.txt").write_text("42")
        time.sleep(0.5)
        if sys.argv[3] == "die":
            os.kill(os.getpid(), signal.SIGKILL)

    store = Store.open(sys.argv[1])
    print((store.derived("answer", ["streets"], Viewer.SYSTEM, code="1", build=build) / "answer.txt").read_text())
    """
)


def start(store: Store, log: Path, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SCRIPT, str(store.path), str(log), how]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_several_processes_that_ask_at_once_build_once(store: Store, put: Put, tmp_path: Path) -> None:
    put("streets", ["a"])
    log = tmp_path / "log"
    processes = [start(store, log, "live") for _ in range(3)]
    assert [process.communicate()[0].strip() for process in processes] == ["42"] * 3
    assert log.read_text().splitlines() == ["built"]


def test_a_build_that_is_killed_is_built_again_by_the_next(store: Store, put: Put, tmp_path: Path) -> None:
    put("streets", ["a"])
    log = tmp_path / "log"
    killed = start(store, log, "die")
    assert killed.wait() == -signal.SIGKILL
    assert start(store, log, "live").communicate()[0].strip() == "42"
    assert log.read_text().splitlines() == ["built"] * 2


def test_gc_drops_what_is_not_used_and_keeps_what_is(store: Store, put: Put) -> None:
    put("streets", ["a"])
    used, forgotten = ask(store, []), ask(store, [], code="old")
    long_ago = time.time() - (UNUSED_DAYS + 1) * 86_400
    os.utime(forgotten / KEY, (long_ago, long_ago))
    store.gc(Viewer.SYSTEM)
    assert used.exists()
    assert not forgotten.exists()
    store.remove("streets", Viewer.SYSTEM)
    store.gc(Viewer.SYSTEM)
    assert not used.exists()
