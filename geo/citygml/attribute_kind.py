"""What the elements of one tag are among the attributes of a feature, and how a value of one is written in JSON."""

import re
from json.encoder import encode_basestring
from typing import Final

from geo.citygml.codelist import Codelists, codelist_name
from geo.citygml.element import local_name, lod_of, qualified_name
from geo.citygml.geometry import holds_features

Leaf = tuple[str, str | None]
"""A value as it stands in the file, and its label from the codelist."""
Read = tuple[str, str, Leaf, str | None]
"""Of an element without children: its node, empty for no value; its name; its leaf; the codelist that should know its
code and doesn't."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_NUMBERS = frozenset({"bldg:storeysAboveGround", "bldg:storeysBelowGround", "gen:intAttribute", "gen:doubleAttribute"})
_NOT_ATTRIBUTES = frozenset(
    {"app:appearance", "core:appearance", "core:generalizesTo", "gml:boundedBy", "referred", "boundary"}
)
"""What a feature holds besides attributes and features that it consists of; the last two are our own copies."""
ADDRESS: Final = "bldg:address"
PART: Final = "bldg:consistsOfBuildingPart"
NO_VALUE = frozenset({"", "Null", "null"})


class Kind:
    """Decided once for each tag."""

    __slots__ = (
        *("coded", "head", "is_geometry", "is_leaf", "is_number", "is_risk", "is_skipped", "is_type"),
        *("local", "name", "role", "type_head"),
    )

    def __init__(self, tag: str) -> None:
        self.name = qualified_name(tag)
        self.local = local_name(tag)
        self.head = f'{{"name":{encode_basestring(self.name)},'
        self.is_geometry = lod_of(tag) is not None
        self.is_number = self.name in _NUMBERS
        self.is_skipped = self.name in _NOT_ATTRIBUTES
        self.is_type = self.local[:1].isupper()
        self.is_risk = self.local.endswith("RiskAttribute") and self.is_type
        self.role = self.name if self.name in (ADDRESS, PART) else "inner" if holds_features(tag) else ""
        if self.name.startswith("gen:") and self.local.endswith("Attribute"):
            self.role = "generic"
        elif self.name == "gen:genericAttributeSet":
            self.role = "set"
        self.is_leaf = self.role in ("", "inner") and not self.is_skipped
        """Whether an element without children is an attribute."""
        is_data_type = self.is_type and not self.is_skipped and not self.role
        self.type_head = f'"type":{encode_basestring(self.name)},' if is_data_type else ""
        """Of a data type, which is one node with the property that holds it."""
        self.coded: dict[tuple[str, str], Read] = {}

    def decode(self, value: str, code_space: str, codelists: Codelists) -> Read:
        known = self.coded.get((value, code_space))
        if known is None:
            known = self.coded[value, code_space] = self._decode(value, code_space, codelists)
        return known

    def _decode(self, value: str, code_space: str, codelists: Codelists) -> Read:
        codes = codelists.find(code_space)
        label = codes.get(value) if codes is not None else None
        told = f',"label":{encode_basestring(label)}' if label else ""
        lost = codes is not None and label is None and value not in NO_VALUE
        node = f'{self.head}"value":{encode_basestring(value)}{told}}}'
        return node, self.name, (value, label), codelist_name(code_space) if lost else None

    def measured(self, value: str, unit: str) -> Read:
        node = f'{self.head}{value_json(value, is_number=True)},"unit":{encode_basestring(unit)}}}'
        return node, self.name, (value, unit), None

    def plain(self, value: str) -> Read:
        return f"{self.head}{value_json(value, is_number=self.is_number)}}}", self.name, (value, None), None

    def generic(self, name: str, value: str, unit: str | None) -> Read:
        node = f'{{"name":{encode_basestring(name)},{value_json(value, is_number=bool(unit) or self.is_number)}'
        told = f',"unit":{encode_basestring(unit)}' if unit else ""
        return f'{node}{told},"generic":true}}', name, (value, None), None


class Kinds(dict[str, Kind]):
    """By tag."""

    def __missing__(self, tag: str) -> Kind:
        kind = self[tag] = Kind(tag)
        return kind


def value_json(value: str, *, is_number: bool) -> str:
    """A number only where it reads as one in JSON too; else the text as it stands."""
    if is_number and _NUMBER.fullmatch(value):
        return f'"value":{value}'
    return f'"value":{encode_basestring(value)}'
