"""What columns are made of: the leaves among the attributes of a feature."""

from dataclasses import dataclass, field

from geo.citygml.attribute_kind import NO_VALUE, Leaf

Leaves = dict[str, Leaf]
"""By name; of a repeated attribute the first."""


@dataclass(slots=True)
class Facts:
    """Of one feature, or of one that it consists of."""

    leaves: Leaves = field(default_factory=dict)
    """Outside of what follows, whatever data type they stand in."""
    generics: Leaves = field(default_factory=dict)
    generic_sets: list[tuple[str, Leaves]] = field(default_factory=list)
    risks: list[tuple[str, Leaves]] = field(default_factory=list)
    """Disaster risk attributes: the name of the data type, and its leaves."""
    parts: list["Facts"] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """The value as it stands; None where there is none or the file says so."""
        leaf = self.leaves.get(name)
        return leaf[0] if leaf and leaf[0] not in NO_VALUE else None

    def label(self, name: str) -> str | None:
        leaf = self.leaves.get(name)
        return leaf[1] if leaf else None

    def either(self, name: str) -> str | None:
        """The label, else the value."""
        return self.label(name) or self.text(name)


@dataclass(slots=True)
class ReadFeature:
    """What was read of one feature."""

    attributes: str
    """A JSON list of nodes."""
    facts: Facts
    unknown: list[tuple[str, str, str]]
    """Codes that no codelist knows: the attribute's name, the code, the codelist."""
