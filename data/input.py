"""What is imported, known by its bytes: sources that become layers together, with the hash of all that decides them."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from glob import escape as glob_escape
from pathlib import Path
from typing import TYPE_CHECKING

from data.detect import Source, SourceKind
from data.naming import layer_names
from data.record import SourceFile
from geo import citygml

if TYPE_CHECKING:
    from data.places import Places

READER = "4"
"""Raised when the readers give something else for the same bytes, so that the same files are read again."""


@dataclass(frozen=True)
class Input:
    """The files of one CityGML dataset, or one other file."""

    name: str
    sources: Sequence[Source]
    files: Sequence[SourceFile]
    content_hash: str
    keys: Mapping[Source, str]
    """What reading a source gives depends on nothing else."""
    joined: str | None = None
    """Name of the seamless layers that it joins."""
    places: "Places | None" = None
    """Of a table of towns: where its areas come from."""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def is_of_towns(one: Input) -> bool:
    """Whether it has no places of its own."""
    return one.sources[0].kind is SourceKind.TOWN_TABLE


def with_places(one: Input, places: "Places") -> Input:
    """The same with its places: other areas make other layers, and are another thing to read."""
    keys = {source: _digest(f"{key} {places.mark}", ()) for source, key in one.keys.items()}
    return replace(one, content_hash=_digest(f"{one.content_hash} {places.mark}", ()), keys=keys, places=places)


def build_inputs(sources: Sequence[Source], asked: str, advance: Callable[[int], None]) -> list[Input]:
    """Sources grouped by the layers they make. `asked`: what else decides them; `advance` is told the bytes read.

    Files are read on all cores: hashing lets other threads go on.
    """
    grouped: dict[str, list[Source]] = {}
    for source, name in zip(sources, layer_names(sources), strict=True):
        grouped.setdefault(name, []).append(source)
    codelists = cache(_codelists)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        files: dict[Source, list[SourceFile]] = {}
        for source, own in zip(sources, pool.map(_files, sources), strict=True):
            files[source] = own
            advance(sum(file.bytes for file in own))
    return [_input(name, group, asked, files, codelists) for name, group in grouped.items()]


def _input(
    name: str,
    sources: Sequence[Source],
    asked: str,
    files_of: Mapping[Source, Sequence[SourceFile]],
    codelists: Callable[[Path], str],
) -> Input:
    files = [file for source in sources for file in files_of[source]]
    keys = {}
    for source in sources:
        beside = _beside(source, codelists)
        keys[source] = _digest(f"{asked} {source.kind.value} {source.name} {beside}", files_of[source])
    return Input(name, sources, files, _digest(f"{asked} {name}", files, keys.values()), keys)


def _digest(told: str, files: Sequence[SourceFile], more: Iterable[str] = ()) -> str:
    total = hashlib.sha256(f"{READER} {told}".encode())
    for file in files:
        total.update(f"{file.name} {file.sha256}\n".encode())
    for one in more:
        total.update(one.encode())
    return total.hexdigest()


def _files(source: Source) -> list[SourceFile]:
    return [_hashed(path, source) for path in source.files]


def _hashed(path: Path, source: Source) -> SourceFile:
    name = source.name if path == source.path else f"{Path(source.name).parent / path.name}"
    if source.path.is_dir():
        name = f"{source.name}/{path.relative_to(source.path).as_posix()}"
    with path.open("rb") as file:
        return SourceFile(name, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _beside(source: Source, codelists: Callable[[Path], str]) -> str:
    """What files beside a CityGML file say: its codelists by their bytes, its textures by their names and sizes."""
    if source.kind is not SourceKind.CITYGML:
        return ""
    folder = citygml.find_codelists(source.path)
    told = codelists(folder) if folder else ""
    for path in sorted(source.path.parent.glob(f"{glob_escape(source.path.stem)}_appearance/*")):
        told += f"{path.name} {path.stat().st_size} "
    return told


def _codelists(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.xml")):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()
