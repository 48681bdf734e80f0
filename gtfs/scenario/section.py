"""One mapping of a scenario, read key by key; what is wrong is collected with the path of the key."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from geo import Problem

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")
_TRUE, _FALSE = {"true", "yes"}, {"false", "no"}


@dataclass
class Findings:
    """What is wrong with a scenario called `file`; `lines` tells the line of a path where it comes from a file."""

    file: str
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, rule: str, path: str, **parameters: str) -> None:
        line = self.lines.get(path)
        self.problems.append(Problem(f"scenario.{rule}", self.file, path or None, line, parameters=parameters))


@dataclass
class Section:
    """Each reader gives a harmless value when it has found something wrong."""

    findings: Findings
    path: str
    values: Mapping[str, Any]
    read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, findings: Findings, path: str, value: Any) -> "Section":
        if isinstance(value, Mapping):
            return cls(findings, path, value)
        findings.add("type", path, expected="{ key: value }", value=_shown(value))
        return cls(findings, path, {})

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def value(self, key: str) -> Any:
        """None where it is not given."""
        self.read.add(key)
        found = self.values.get(key)
        return None if isinstance(found, str) and not found.strip() else found

    def missing(self, key: str) -> None:
        self.findings.add("missing", self.at(key), key=key)

    def wrong(self, key: str, expected: str, value: Any) -> None:
        self.findings.add("type", self.at(key), expected=expected, value=_shown(value))

    def text(self, key: str) -> str:
        """An id or a name; `route: 1` is the id 1."""
        found = self.optional_text(key)
        if found is None and self.value(key) is None:
            self.missing(key)
        return found or ""

    def optional_text(self, key: str) -> str | None:
        found = self.value(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, str | int):
            self.wrong(key, "text", found)
            return None
        return str(found).strip()

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        found = self.optional_number(key, low, high)
        if found is None and self.value(key) is None and default is None:
            self.missing(key)
        return found if found is not None else default if default is not None else low

    def optional_number(self, key: str, low: float, high: float) -> float | None:
        found = self.value(key)
        if found is None:
            return None
        number = _number(found)
        if number is None or not low <= number <= high:
            self.findings.add("range", self.at(key), low=f"{low:g}", high=f"{high:g}", value=_shown(found))
            return None
        return number

    def flag(self, key: str, default: bool) -> bool:
        found = self.value(key)
        if found is None or isinstance(found, bool):
            return default if found is None else found
        word = str(found).strip().lower()
        if word not in _TRUE | _FALSE:
            self.wrong(key, "true / false", found)
        return word in _TRUE

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        found = self.value(key)
        if found is None and default is not None:
            return default
        if found is None:
            self.missing(key)
        elif found not in options:
            self.wrong(key, " / ".join(options), found)
        return str(found) if found in options else options[0]

    def clock(self, key: str) -> int:
        """Seconds of the service day of `7:05`, `25:10` or `07:05:30`."""
        found = self.value(key)
        if found is None:
            self.missing(key)
            return 0
        return self.parse_clock(self.at(key), found)

    def parse_clock(self, path: str, value: Any) -> int:
        match = _CLOCK.fullmatch(str(value).strip())
        if match is None:
            self.findings.add("type", path, expected="HH:MM", value=_shown(value))
            return 0
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds

    def lonlat(self, key: str) -> tuple[float, float]:
        found = self.value(key)
        if found is None:
            self.missing(key)
            return 0.0, 0.0
        return self.parse_lonlat(self.at(key), found)

    def parse_lonlat(self, path: str, value: Any) -> tuple[float, float]:
        pair = [_number(one) for one in value] if isinstance(value, list | tuple) else []
        if len(pair) != 2 or pair[0] is None or pair[1] is None or abs(pair[0]) > 180 or abs(pair[1]) > 90:
            self.findings.add("type", path, expected="[longitude, latitude]", value=_shown(value))
            return 0.0, 0.0
        return pair[0], pair[1]

    def items(self, key: str, least: int = 0) -> Iterator[tuple[str, Any]]:
        """Path and value of each entry of a list."""
        found = self.value(key)
        if found is None and not least:
            return
        if found is None:
            self.missing(key)
        elif not isinstance(found, list | tuple):
            self.wrong(key, "[ ... ]", found)
        elif len(found) < least:
            self.findings.add("too_few", self.at(key), least=str(least), found=str(len(found)))
        else:
            yield from ((f"{self.at(key)}[{at}]", value) for at, value in enumerate(found))

    def close(self) -> None:
        """Every key that nobody has asked for is a slip of the pen."""
        for key in self.values:
            if key not in self.read:
                self.findings.add("unknown_key", self.at(str(key)), key=str(key), known=", ".join(sorted(self.read)))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _shown(value: Any) -> str:
    return str(value)[:80]
