"""Does a file hold elements that its format doesn't know, or the same gml:id twice? Read from its bytes, in one pass.

`stream` and the readers look only at what they take; this looks at every tag, and costs a small part of parsing.
"""

import mmap
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.check.vocabulary import is_known
from geo.citygml.element import citygml_version, qualified_name
from geo.citygml.plain import NOTHING_NOTED, Noted
from geo.problem import Problem

_PIECE = 8 << 20
_NAMESPACE = re.compile(rb'xmlns(?::([\w.-]+))?\s*=\s*["\']([^"\']*)["\']')
_HEAD = 65_536
_ID = np.frombuffer(b'gml:id="', dtype=np.uint8)
_LEAST_OF_ID = len('<a gml:id="">')
_MOST_TAGS = 1 << 14
"""Different ones; of a file with more, which nobody has seen, the others are not judged."""
_NAME = np.array([chr(byte).isalnum() or chr(byte) in "_:.-" for byte in range(128)] + [False] * 128)


def check_elements(path: Path, *, name: str, told: Collection[str] = (), noted: Noted = NOTHING_NOTED) -> list[Problem]:
    """One problem for each unknown element, and one for all gml:ids inside of features that stand twice.

    `told`: ids of features that were told already; `noted`: what the reader met on its way. For CityGML 2.0; of other
    versions only namespaces are judged.
    Namespaces that are declared below the root aren't judged.
    """
    if not path.stat().st_size:
        return []
    content = np.memmap(path, dtype=np.uint8, mode="r")
    tags, ids = _found(content, noted)
    spaces = _namespaces(content[:_HEAD].tobytes())
    unknown = sorted(tag for tag in tags if not _is_known(tag, spaces))
    problems = [_unknown(path, tag, name) for tag in unknown]
    twice = [one for one in _repeated(content, ids) if one not in told]
    if twice:
        shown = {"count": str(len(twice)), "id": twice[0]}
        problems.append(Problem("citygml.inner_id_twice", name, parameters=shown))
    return problems


def _found(content: NDArray[np.uint8], noted: Noted) -> tuple[set[bytes], NDArray[np.int64]]:
    """The names of all tags, and hash and place of each gml:id in the order of the file, shape (ids, 2)."""
    tags = np.zeros((_MOST_TAGS, 3), dtype=np.int64)
    ids = [np.empty((0, 2), dtype=np.int64), *noted.ids]
    for begin, end in _pieces(content, noted.ranges):
        of_piece = np.empty(((end - begin) // _LEAST_OF_ID + 1, 2), dtype=np.int64)
        ids.append(of_piece[: _scan(content, begin, end, _NAME, _ID, tags, of_piece)].copy())
    names = {content[first : first + size].tobytes() for _, first, size in tags[tags[:, 2] > 0]}
    found = np.concatenate(ids)
    return names | noted.names, found[np.argsort(found[:, 1], kind="stable")]


def _pieces(content: NDArray[np.uint8], seen: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What isn't in the ranges that were `seen`, cut where a tag begins, so that none is cut in two."""
    begin = 0
    for first, behind in [*seen, (len(content), len(content))]:
        while begin < first:
            end = min(begin + _PIECE, first)
            while end < first and content[end] != ord("<"):
                end += 1
            yield begin, end
            begin = end
        begin = behind


@njit(cache=True)
def _scan(content, begin, end, is_name, id_text, tags, ids):  # type: ignore[no-untyped-def]
    """Adds new names of tags to the hash table `tags` (hash, place, length); how many `ids` were found."""
    found = 0
    at = begin
    while at < end:
        if content[at] != 0x3C:
            at += 1
            continue
        at += 1
        first = at
        key = np.uint64(0xCBF29CE484222325)
        while at < end and is_name[content[at]]:
            key = (key ^ np.uint64(content[at])) * np.uint64(0x100000001B3)
            at += 1
        if at == first:
            continue
        _note(tags, np.int64(key), first, at - first)
        while at < end and content[at] != 0x3E and content[at] != 0x3C:
            if content[at] == id_text[0] and _begins(content, at, end, id_text):
                at += len(id_text)
                first = at
                key = np.uint64(0xCBF29CE484222325)
                while at < end and content[at] != 0x22:
                    key = (key ^ np.uint64(content[at])) * np.uint64(0x100000001B3)
                    at += 1
                ids[found, 0], ids[found, 1] = np.int64(key), first
                found += 1
            at += 1
    return found


@njit(cache=True)
def _note(tags, key, first, size):  # type: ignore[no-untyped-def]
    slot = key & (len(tags) - 1)
    for _ in range(len(tags)):
        if tags[slot, 2] == 0:
            tags[slot, 0], tags[slot, 1], tags[slot, 2] = key, first, size
            return
        if tags[slot, 0] == key:
            return
        slot = (slot + 1) & (len(tags) - 1)


@njit(cache=True)
def _begins(content, at, end, text):  # type: ignore[no-untyped-def]
    if at + len(text) > end:
        return False
    for index in range(len(text)):  # noqa: SIM110 - compiled code knows no generators
        if content[at + index] != text[index]:
            return False
    return True


def _repeated(content: NDArray[np.uint8], ids: NDArray[np.int64]) -> Iterator[str]:
    """Each id that stands more than once, in the order of the file."""
    _, first, count = np.unique(ids[:, 0], return_index=True, return_counts=True)
    for place in sorted(ids[first[count > 1], 1]):
        rest = content[place : place + 1000].tobytes()
        yield rest[: rest.index(b'"')].decode("utf-8", "replace") if b'"' in rest else ""


def _namespaces(head: bytes) -> dict[bytes, str]:
    return {prefix: uri.decode("utf-8", "replace") for prefix, uri in _NAMESPACE.findall(head)}


def _is_known(tag: bytes, spaces: dict[bytes, str]) -> bool:
    prefix, _, local = tag.rpartition(b":")
    uri = spaces.get(prefix)
    if not uri:
        return True
    full = f"{{{uri}}}{local.decode('utf-8', 'replace')}"
    known_prefix, _, known_local = qualified_name(full).rpartition(":")
    if not known_prefix:
        return "w3.org" in uri
    return citygml_version(full) != "2.0" or is_known(known_prefix, known_local)


def _unknown(path: Path, tag: bytes, name: str) -> Problem:
    found = re.compile(rb"<" + re.escape(tag) + rb"(?=[\s/>])")
    count, first = 0, 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for match in found.finditer(content):
            first = first if count else match.start()
            count += 1
        line = content[:first].count(b"\n") + 1
    told = {"element": tag.decode("utf-8", "replace"), "count": str(count), "first": str(line)}
    return Problem("citygml.element_unknown", name, line=line, parameters=told)
