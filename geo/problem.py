"""One thing wrong with one input feature, row or file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from geo.rule import RULES, Severity
from geo.text import Language


@dataclass(frozen=True)
class Problem:
    """Where (file, feature or line, place), which rule, and the rule's parameters.

    The texts stand in `geo.rule.RULES`; `parameters` fill their placeholders.
    """

    rule: str
    """Key of `RULES`, such as `csv.coordinates_missing`."""
    file: str
    """Path inside what was imported, with forward slashes."""
    feature: str | None = None
    """gml:id, feature id or row number as a person would look it up; None: the whole file."""
    line: int | None = None
    """Line in a text file, from 1."""
    lonlat: tuple[float, float] | None = None
    """Degrees east, degrees north, where the place is known."""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"no rule {self.rule!r} in geo.rule.RULES")
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        self.message("en")  # a text whose placeholder has no parameter fails here, not at the user

    def __reduce__(self) -> tuple[object, ...]:
        # A MappingProxyType can't be pickled, and problems travel between processes.
        return Problem, (self.rule, self.file, self.feature, self.line, self.lonlat, dict(self.parameters))

    @property
    def severity(self) -> Severity:
        return RULES[self.rule].severity

    @property
    def keeps_out(self) -> bool:
        """The feature (or the file) is not stored because of this."""
        return self.severity is Severity.ERROR

    def message(self, language: Language) -> str:
        """One sentence that names the place and the rule."""
        return f"{self.where(language)}: {self.text(language)}"

    def text(self, language: Language) -> str:
        """The same without the place."""
        return RULES[self.rule].text.in_language(language).format_map(self.parameters)

    def where(self, language: Language) -> str:
        parts = [self.file]
        if self.line is not None:
            parts.append(f"{self.line}行目" if language == "ja" else f"line {self.line}")
        if self.feature is not None:
            parts.append(self.feature)
        return ", ".join(parts)
