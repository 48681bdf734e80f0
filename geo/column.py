"""A promised column of a layer: its name, what people call it, and its unit."""

from dataclasses import dataclass
from enum import StrEnum

from geo.text import Text


class ColumnType(StrEnum):
    NUMBER = "number"
    INTEGER = "integer"
    TEXT = "text"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: Text
    type: ColumnType = ColumnType.TEXT
    unit: str = ""
    """As printed behind a value: `m`, `人`; empty for a bare number or a text."""

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "label": self.label.as_json(), "type": self.type.value, "unit": self.unit}
