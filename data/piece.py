"""One seamless layer out of many imports: a newer file takes the place of an older one of the same city and mesh."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.record import SourceFile
from geo import Problem

_CITY = re.compile(r"(\d{5})(?=\D|$)")
"""PLATEAU's datasets are called `22203_numazu-shi_city_2023_citygml_1_op`: the municipality's code comes first."""
_MESH = re.compile(r"\d{4,11}(?=_|$)")


def piece_of(file: str) -> str:
    """`22203/52383622` of `22203_numazu-shi_city_2023_citygml_1_op/udx/bldg/52383622_bldg_6697_op.gml`.

    A dataset that isn't called after a municipality stands for itself, as does a file not called after a mesh. The
    package needs no mention: every layer holds one.
    """
    path = PurePosixPath(file)
    city, mesh = _CITY.match(path.parts[0]), _MESH.match(path.name)
    return f"{city[1] if city else path.parts[0]}/{mesh[0] if mesh else path.stem}"


def city_of(file: str) -> str:
    return piece_of(file).partition("/")[0]


@dataclass(frozen=True)
class Earlier:
    """What a layer holds already when an import joins it."""

    version: str | None
    """None where this is the first import."""
    folder: Path | None
    """Where that version lies."""
    files: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]
    superseded: frozenset[str]
    """Pieces that the import brings anew."""

    def keeps(self, file: str) -> bool:
        return piece_of(file) not in self.superseded

    @property
    def kept_files(self) -> tuple[SourceFile, ...]:
        return tuple(file for file in self.files if self.keeps(file.name))

    @property
    def kept_problems(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if self.keeps(problem.file))
