"""Population by 250 m mesh in the layout of e-Stat's census downloads, and by town."""

from dataclasses import dataclass, field
from pathlib import Path

from data.sample.stock import Built
from geo.mesh import MeshLevel, mesh_code

TABLE = "T001142"
_COLUMNS = (
    ("001", "人口（総数）"), ("002", "人口（総数）　男"), ("003", "人口（総数）　女"),
    ("004", "０～１４歳人口　総数"), ("010", "１５～６４歳人口　総数"), ("019", "６５歳以上人口　総数"),
    ("022", "７５歳以上人口　総数"), ("034", "世帯総数"),
)  # fmt: skip
_FEW_HOUSEHOLDS = 5
"""Meshes with fewer households are suppressed: their breakdown is added to a neighbour."""
_ALWAYS_SHOWN = (0, 7)
"""Total population and households are published even for suppressed meshes."""


@dataclass
class Census:
    """Counts people while buildings are written; its size follows the area, not the buildings."""

    meshes: dict[str, list[float]] = field(default_factory=dict)
    """Mesh code -> people, households, people times the year their town was built."""
    towns: dict[int, list[int]] = field(default_factory=dict)
    """Town -> people, households, buildings."""

    def count(self, built: Built, town_year: int) -> None:
        people, homes = built.what.people, built.what.dwellings
        town = self.towns.setdefault(built.block.town, [0, 0, 0])
        town[0], town[1], town[2] = town[0] + people, town[1] + homes, town[2] + 1
        if people:
            code = mesh_code(*built.place, MeshLevel.QUARTER)
            mesh = self.meshes.setdefault(code, [0, 0, 0])
            mesh[0], mesh[1], mesh[2] = mesh[0] + people, mesh[1] + homes, mesh[2] + people * town_year

    @property
    def people(self) -> int:
        return int(sum(mesh[0] for mesh in self.meshes.values()))


def write_population(folder: Path, census: Census) -> list[tuple[Path, int]]:
    """One file per first-level mesh, as e-Stat cuts them."""
    rows = {code: _breakdown(*mesh) for code, mesh in sorted(census.meshes.items())}
    targets = _suppress(rows)
    files: dict[str, list[str]] = {}
    for code, row in rows.items():
        files.setdefault(code[: MeshLevel.PRIMARY], []).append(_line(code, row, targets))
    written = []
    for first, lines in files.items():
        path = folder / f"population/tbl{TABLE}Q{first}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = ["KEY_CODE,HTKSYORI,HTKSAKI,GASSAN," + ",".join(TABLE + code for code, _ in _COLUMNS)]
        head.append(",,,," + ",".join(label for _, label in _COLUMNS))
        path.write_bytes("".join(line + "\r\n" for line in [*head, *lines]).encode("cp932"))
        written.append((path, len(lines)))
    return written


def _breakdown(people: float, homes: float, year_sum: float) -> list[int]:
    """Older neighbourhoods have older people."""
    total = int(people)
    age = (2015 - year_sum / people) / 60
    children, old = round(total * (0.165 - 0.09 * age)), round(total * (0.17 + 0.26 * age))
    male = round(total * 0.487)
    return [total, male, total - male, children, total - children - old, old, round(old * 0.53), int(homes)]


def _suppress(rows: dict[str, list[int]]) -> dict[str, str]:
    """Suppressed mesh -> the neighbour that shows its breakdown too."""
    targets = {}
    for code, row in rows.items():
        if row[7] < _FEW_HOUSEHOLDS:
            family = [other for other in rows if other[:8] == code[:8] and rows[other][7] >= _FEW_HOUSEHOLDS]
            if family:
                targets[code] = min(family, key=lambda other: (-rows[other][0], other))
    for code, target in targets.items():
        for k in range(1, 7):
            rows[target][k] += rows[code][k]
    return targets


def _line(code: str, row: list[int], targets: dict[str, str]) -> str:
    if code in targets:
        values = [str(v) if k in _ALWAYS_SHOWN else "*" for k, v in enumerate(row)]
        return ",".join([code, "2", targets[code], "", *values])
    merged = ";".join(source for source, target in targets.items() if target == code)
    return ",".join([code, "1" if merged else "0", "", merged, *map(str, row)])
