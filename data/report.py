"""What a report says about problems, gathered in one pass and in bounded memory however many there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from geo import RULES, Problem, Severity
from geo.bounds import Bounds

SHOWN_OF_RULE = 200
"""Rows of a rule in a report for reading; the CSV has all."""
_CELL_DEGREES = 0.0005
"""About 50 m: places are counted in cells, and drawn as circles."""
_MOST_CELLS = 4_000

ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass
class Report:
    """Problems of one or more layers, or of files that were only looked at."""

    title: str
    made_at: datetime
    counts: Counter[str] = field(default_factory=Counter)
    """By rule."""
    files: Counter[str] = field(default_factory=Counter)
    """By file."""
    shown: dict[str, list[Problem]] = field(default_factory=lambda: defaultdict(list))
    """The first ones of each rule."""
    cells: dict[tuple[int, int], Counter[Severity]] = field(default_factory=dict)
    cell: float = _CELL_DEGREES
    placed: int = 0

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def rules(self) -> list[str]:
        """The gravest first, then the most frequent."""
        return sorted(self.counts, key=lambda rule: (ORDER.index(RULES[rule].severity), -self.counts[rule], rule))

    def by_severity(self) -> dict[Severity, int]:
        found = Counter[Severity]()
        for rule, count in self.counts.items():
            found[RULES[rule].severity] += count
        return {severity: found[severity] for severity in ORDER}

    def add(self, problem: Problem) -> None:
        self.counts[problem.rule] += 1
        self.files[problem.file] += 1
        if len(self.shown[problem.rule]) < SHOWN_OF_RULE:
            self.shown[problem.rule].append(problem)
        if problem.lonlat is not None:
            self.placed += 1
            self._place(*problem.lonlat, problem.severity)

    def _place(self, lon: float, lat: float, severity: Severity) -> None:
        key = int(lon // self.cell), int(lat // self.cell)
        self.cells.setdefault(key, Counter())[severity] += 1
        while len(self.cells) > _MOST_CELLS:
            self._coarsen()

    def _coarsen(self) -> None:
        cells: dict[tuple[int, int], Counter[Severity]] = {}
        for (x, y), counts in self.cells.items():
            cells.setdefault((x // 2, y // 2), Counter()).update(counts)
        self.cells, self.cell = cells, 2 * self.cell

    def circles(self) -> Iterator[tuple[float, float, Severity, int]]:
        """Degrees east and north of the middle of each cell, its gravest severity, and how many problems."""
        for (x, y), counts in sorted(self.cells.items()):
            worst = next(severity for severity in ORDER if counts[severity])
            yield (x + 0.5) * self.cell, (y + 0.5) * self.cell, worst, counts.total()

    def bounds(self) -> Bounds | None:
        if not self.cells:
            return None
        xs, ys = zip(*self.cells, strict=True)
        return Bounds(min(xs) * self.cell, min(ys) * self.cell, (max(xs) + 1) * self.cell, (max(ys) + 1) * self.cell)


def gather(problems: Iterable[Problem], title: str, made_at: datetime) -> Report:
    report = Report(title, made_at)
    for problem in problems:
        report.add(problem)
    return report


def first_files(report: Report, most: int = 30) -> Sequence[tuple[str, int]]:
    """The files with the most problems."""
    return report.files.most_common(most)
