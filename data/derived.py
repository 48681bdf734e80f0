"""Warm answers: what an analysis needs ready, built once from layers and kept until an input or the code changes.

    derived/<kind>-<key>/          what `build` wrote, and key.json
    derived/<kind>-<key>.lock      held while it is being built

The files are meant to be memory-mapped by everybody who asks, so they are never changed.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.lock import is_locked, locked

KEY = "key.json"
UNUSED_DAYS = 30.0


@dataclass(frozen=True)
class DerivedKey:
    """The same key is the same content, for every process on this store."""

    kind: str
    """Such as `street_network`; part of the folder's name."""
    inputs: Mapping[str, str]
    """Layer id to version."""
    code: str
    """Raised by whoever builds it when the same inputs give something else."""

    def as_json(self) -> dict[str, object]:
        return {"kind": self.kind, "inputs": dict(sorted(self.inputs.items())), "code": self.code}

    @property
    def name(self) -> str:
        digest = hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()
        return f"{self.kind}-{digest[:16]}"


class Derived:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def get(self, key: DerivedKey, build: Callable[[Path], None]) -> Path:
        """The folder with the artefact; `build` writes it into the folder it is given, if nobody has yet.

        Several processes that ask at once build once: the others wait. What `build` raises leaves nothing behind.
        """
        target = self.folder / key.name
        with locked(self.folder / f"{key.name}.lock"):
            if not target.exists():
                _build_beside(target, key, build)
            # Under the lock, so that a clean-up sees either the use or nobody.
            os.utime(target / KEY)
        return target

    def unused(self, versions: Iterable[tuple[str, str]]) -> Iterator[Path]:
        """What may go: made from versions that are gone, left half built, or not asked for in a month."""
        known = set(versions)
        for path in self.folder.iterdir():
            lock = path.with_suffix(".lock")
            if path.is_dir() and not is_locked(lock) and _is_stale(path, known):
                yield path


def _build_beside(target: Path, key: DerivedKey, build: Callable[[Path], None]) -> None:
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        build(partial)
        (partial / KEY).write_text(json.dumps(key.as_json(), ensure_ascii=False), encoding="utf-8")
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    partial.rename(target)


def _is_stale(folder: Path, known: set[tuple[str, str]]) -> bool:
    key = folder / KEY
    if not key.exists():
        return True
    inputs = json.loads(key.read_text(encoding="utf-8"))["inputs"]
    old = key.stat().st_mtime < time.time() - UNUSED_DAYS * 86_400
    return old or not set(inputs.items()) <= known
