"""Codelists: the gml:Dictionary files beside a dataset that say what its codes mean."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from lxml import etree

from geo.citygml.element import GML

FOLDER = "codelists"
_LEVELS_UP = 8
"""A file of river floods lies four folders below its dataset; a city's datasets may lie together in another."""

_RENAMED = re.compile(r"^(?:WaterBody|Building)(?=\w+RiskAttribute_)")
"""i-UR 3.0 dropped these from the names, and some files of i-UR 2.0 come with the newer codelists."""


def find_codelists(path: Path) -> Path | None:
    """The folder `codelists` of the dataset that a file or folder belongs to: beside it or further up."""
    start = path.resolve()
    for folder in [start, *start.parents][: _LEVELS_UP + 1]:
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
    return None


class Codelists:
    """Codelists as one file refers to them. `missing` collects the names of those that aren't there."""

    def __init__(self, file: Path, folder: Path | None = None) -> None:
        self._beside = file.resolve().parent
        self._folders = [one for one in (folder, find_codelists(file)) if one is not None]
        self._known: dict[str, Mapping[str, str] | None] = {}
        self.missing: dict[str, None] = {}

    def find(self, code_space: str) -> Mapping[str, str] | None:
        """Codes and labels of the codelist at `code_space`; None when it is missing, which is noted."""
        if code_space not in self._known:
            self._known[code_space] = self._read(code_space)
            if self._known[code_space] is None:
                self.missing[codelist_name(code_space)] = None
        return self._known[code_space]

    def _read(self, code_space: str) -> Mapping[str, str] | None:
        name = codelist_name(code_space)
        if not name.endswith(".xml"):
            return None
        # Some files count the folders up to their dataset wrongly; the name is enough to find it.
        names = dict.fromkeys((name, _RENAMED.sub("", name)))
        places = [*self._relative(code_space), *(folder / one for one in names for folder in self._folders)]
        for place in places:
            if place.is_file():
                return _dictionary(str(place), place.stat().st_mtime_ns)
        return None

    def _relative(self, code_space: str) -> list[Path]:
        """Only what lies in a folder of codelists: a file must not make us look elsewhere."""
        if "://" in code_space or PurePosixPath(code_space).is_absolute():
            return []
        place = (self._beside / code_space).resolve()
        return [place] if place.parent.name == FOLDER else []


def codelist_name(code_space: str) -> str:
    return PurePosixPath(code_space.replace("\\", "/")).name


@lru_cache(maxsize=512)
def _dictionary(path: str, changed_ns: int) -> Mapping[str, str] | None:
    """Code to label. None for a file that is no gml:Dictionary."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.parse(path, parser).getroot()
    except (etree.XMLSyntaxError, OSError):
        return None
    if root.tag != f"{GML}Dictionary":
        return None
    codes: dict[str, str] = {}
    for definition in root.iter(f"{GML}Definition"):
        code = (definition.findtext(f"{GML}name") or "").strip()
        label = (definition.findtext(f"{GML}description") or "").strip()
        if code and label:
            codes.setdefault(code, label)
    return codes
