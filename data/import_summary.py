"""What an import has made, and what it could not make."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.record import LayerRecord
from geo import Problem, Severity


@dataclass(frozen=True, slots=True)
class LayerResult:
    record: LayerRecord
    unchanged: bool
    """The same bytes were already the current version."""
    problems: tuple[Problem, ...] = ()

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What was not read yet, what was missing beside the data."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.NOTE)

    def as_json(self) -> dict[str, Any]:
        notes = [{"rule": note.rule, "message": _message(note)} for note in self.notes]
        return {**self.record.as_full_json(), "unchanged": self.unchanged, "notes": notes}


@dataclass(frozen=True)
class ImportSummary:
    layers: Sequence[LayerResult]
    failures: Sequence[Problem]
    """Why whole files were not stored."""
    ignored: Sequence[str]
    """Files beside the data, such as a licence text."""
    seconds: float

    @property
    def exit_status(self) -> int:
        """0 all stored; 3 stored with problems; 1 nothing stored."""
        if not self.layers:
            return 1
        # What neighbours both have is kept out of one of them, and lost nowhere: only problems count.
        lost = any(layer.record.current.problem_count for layer in self.layers)
        return 3 if lost or self.failures else 0

    @property
    def _beside_layers(self) -> list[Problem]:
        """Failures that no layer's own problems count already."""
        counted = {id(problem) for layer in self.layers for problem in layer.problems}
        return [one for one in self.failures if id(one) not in counted]

    def as_json(self) -> dict[str, Any]:
        current = [layer.record.current for layer in self.layers]
        return {
            "layers": [layer.as_json() for layer in self.layers],
            "read": sum(version.read for version in current),
            "stored": sum(version.feature_count for version in current),
            "kept_out": sum(version.kept_out for version in current),
            "problems": sum(version.problem_count for version in current) + len(self._beside_layers),
            "failures": [{"rule": one.rule, "file": one.file, "message": _message(one)} for one in self.failures],
            "ignored": list(self.ignored),
            "seconds": round(self.seconds, 2),
            "exit_status": self.exit_status,
        }


def _message(problem: Problem) -> dict[str, str]:
    return {"ja": problem.message("ja"), "en": problem.message("en")}
