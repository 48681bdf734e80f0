"""Does a file hold elements that its format doesn't know, or the same gml:id twice? Read from its bytes, in one pass.

`stream` and the readers look only at what they take; this looks at every tag, and costs a small part of parsing.
"""

import mmap
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from geo.check.vocabulary import is_known
from geo.citygml.element import citygml_version, qualified_name
from geo.problem import Problem

_PIECE = 8 << 20
_TAG = re.compile(rb"<([\w:.-]+)")
_ID = re.compile(rb'gml:id="([^"]*)"')
"""Both begin with letters that stand for themselves: such are found several times faster."""
_NAMESPACE = re.compile(rb'xmlns(?::([\w.-]+))?\s*=\s*["\']([^"\']*)["\']')
_HEAD = 65_536


def check_elements(path: Path, *, name: str, told: Collection[str] = ()) -> list[Problem]:
    """One problem for each unknown element, and one for all gml:ids inside of features that stand twice.

    `told`: ids of features that were told already. For CityGML 2.0; of other versions only namespaces are judged.
    Namespaces that are declared below the root aren't judged.
    """
    if not path.stat().st_size:
        return []
    tags: set[bytes] = set()
    ids: Counter[bytes] = Counter()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for piece in _pieces(content):
            tags.update(_TAG.findall(piece))
            ids.update(_ID.findall(piece))
        spaces = _namespaces(content[:_HEAD])
        unknown = sorted(tag for tag in tags if not _is_known(tag, spaces))
        problems = [_unknown(content, tag, name) for tag in unknown]
    twice = [one for one, count in ids.items() if count > 1 and one.decode("utf-8", "replace") not in told]
    if twice:
        shown = {"count": str(len(twice)), "id": twice[0].decode("utf-8", "replace")}
        problems.append(Problem("citygml.inner_id_twice", name, parameters=shown))
    return problems


def _pieces(content: mmap.mmap) -> Iterator[bytes]:
    """Cut where a tag begins, so that none is cut in two."""
    begin, size = 0, len(content)
    while begin < size:
        end = begin + _PIECE
        end = size if end >= size else content.find(b"<", end)
        end = size if end < 0 else end
        yield content[begin:end]
        begin = end


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


def _unknown(content: mmap.mmap, tag: bytes, name: str) -> Problem:
    found = re.compile(rb"<" + re.escape(tag) + rb"(?=[\s/>])")
    count, first = 0, 0
    for match in found.finditer(content):
        first = first if count else match.start()
        count += 1
    line = content[:first].count(b"\n") + 1
    told = {"element": tag.decode("utf-8", "replace"), "count": str(count), "first": str(line)}
    return Problem("citygml.element_unknown", name, line=line, parameters=told)
