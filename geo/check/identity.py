"""What PLATEAU demands of names: building IDs are unique, gml:ids are UUIDs, the reference system is one of a few."""

import mmap
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.problem import Problem

_HEAD = 65_536
_IUR = re.compile(rb'xmlns:\w+\s*=\s*["\'][^"\']*/iur/')
_SRS = re.compile(rb'srsName\s*=\s*["\'][^"\']*EPSG[^"\']*?(\d{4,5})["\']')
_ALLOWED = frozenset({6668, 6697, *range(10162, 10175)})
"""JGD2011, JGD2011 with heights above T.P., and the plane rectangular systems with those heights (品質要求 L05)."""

_UUID = re.compile(r".+[_-][0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BUILDING_ID = re.compile(rb":buildingID>\s*([^<\s][^<]*?)\s*</")
_PARTS = re.compile(rb":(?:branchID|partID)>\s*([^<\s][^<]*?)\s*</")
_FORM = re.compile(r"\d{5}-(?:bldg|ubld)-\d+")
_BUILDING = re.compile(rb'<[\w.-]+:\w*Building(?:Part)?\s[^>]*?id\s*=\s*"([^"]*)"')
_BACK = 1 << 20
"""How far before its building ID a building is looked for."""


def check_identity(path: Path, ids: Collection[str], *, name: str) -> list[Problem]:
    """`ids`: gml:ids of the file's features. Only files that use i-UR are judged."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not _IUR.search(content[:_HEAD]):
            return []
        return [*_reference_systems(content, name), *_forms(ids, name), *_building_ids(content, name)]


def _reference_systems(content: mmap.mmap, name: str) -> Iterator[Problem]:
    for code in sorted({int(code) for code in _SRS.findall(content[:_HEAD])} - _ALLOWED):
        yield Problem("citygml.crs", name, parameters={"crs": f"EPSG:{code}"})


def _forms(ids: Collection[str], name: str) -> Iterator[Problem]:
    """Told of the odd ones: where hardly any has the form, the file is older than that."""
    others = sorted(one for one in ids if not _UUID.fullmatch(one))
    if others and 2 * len(others) <= len(ids):
        yield Problem("citygml.id_form", name, parameters={"count": str(len(others)), "id": others[0]})


@dataclass(frozen=True, slots=True)
class _BuildingID:
    text: str
    whole: tuple[bytes, ...]
    """With its branch and its part."""
    place: int


def _found(content: mmap.mmap) -> Iterator[_BuildingID]:
    for match in _BUILDING_ID.finditer(content):
        end = content.find(b"IDAttribute>", match.end())
        parts = _PARTS.findall(content[match.end() - 1 : end]) if end >= 0 else []
        yield _BuildingID(match[1].decode("utf-8", "replace"), (match[1], *parts), match.start())


def _building_ids(content: mmap.mmap, name: str) -> Iterator[Problem]:
    seen: set[tuple[bytes, ...]] = set()
    odd: list[str] = []
    line, counted = 1, 0
    for one in _found(content):
        if not _FORM.fullmatch(one.text):
            odd.append(one.text)
        if one.whole in seen:
            line, counted = line + content[counted : one.place].count(b"\n"), one.place
            yield Problem(
                "citygml.building_id_twice", name, _building(content, one.place), line, None, {"id": one.text}
            )
        seen.add(one.whole)
    if odd:
        yield Problem("citygml.building_id_form", name, parameters={"count": str(len(odd)), "id": odd[0][:100]})


def _building(content: mmap.mmap, place: int) -> str | None:
    """The gml:id of the building around a place."""
    found = _BUILDING.findall(content[max(0, place - _BACK) : place])
    return found[-1].decode("utf-8", "replace") if found else None
