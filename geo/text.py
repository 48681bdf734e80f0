"""A short text in the two languages every user-facing text exists in."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    ja: str
    en: str

    def __post_init__(self) -> None:
        if not self.ja or not self.en:
            raise ValueError(f"a text needs both languages, got ja={self.ja!r} en={self.en!r}")

    @classmethod
    def same(cls, name: str) -> "Text":
        """A proper name that reads the same in both languages."""
        return cls(name, name)

    def in_language(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en

    def as_json(self) -> dict[str, str]:
        return {"ja": self.ja, "en": self.en}
