"""The attributes of a feature: all of them as a tree in JSON, and the leaves that columns are made of.

The tree is written as text at once: most leaves are codes, and the text of a code that was met before is looked up.
"""

import re
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Final

from geo.citygml.codelist import Codelists, codelist_name
from geo.citygml.element import XLINK_HREF, Element, local_name, lod_of, qualified_name
from geo.citygml.geometry import holds_features
from geo.problem import Problem

Leaf = tuple[str, str | None]
"""A value as it stands in the file, and its label from the codelist."""
Leaves = dict[str, Leaf]
"""By name; of a repeated attribute the first."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_NUMBERS = frozenset({"bldg:storeysAboveGround", "bldg:storeysBelowGround", "gen:intAttribute", "gen:doubleAttribute"})
_NOT_ATTRIBUTES = frozenset(
    {"app:appearance", "core:appearance", "core:generalizesTo", "gml:boundedBy", "referred", "boundary"}
)
"""What a feature holds besides attributes and features that it consists of; the last two are our own copies."""
ADDRESS: Final = "bldg:address"
PART: Final = "bldg:consistsOfBuildingPart"
_NO_VALUE = frozenset({"", "Null", "null"})


@dataclass(slots=True)
class Facts:
    """What columns are made of."""

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
        return leaf[0] if leaf and leaf[0] not in _NO_VALUE else None

    def label(self, name: str) -> str | None:
        leaf = self.leaves.get(name)
        return leaf[1] if leaf else None

    def either(self, name: str) -> str | None:
        """The label, else the value."""
        return self.label(name) or self.text(name)


class _Kind:
    """What the elements of one tag are, decided once."""

    __slots__ = ("coded", "head", "is_geometry", "is_leaf", "is_risk", "is_skipped", "is_type", "local", "name", "role")

    def __init__(self, tag: str) -> None:
        self.name = qualified_name(tag)
        self.local = local_name(tag)
        self.head = f'{{"name":{encode_basestring(self.name)},'
        self.is_geometry = lod_of(tag) is not None
        self.is_skipped = self.name in _NOT_ATTRIBUTES
        self.is_type = self.local[:1].isupper()
        self.is_risk = self.local.endswith("RiskAttribute") and self.is_type
        self.role = self.name if self.name in (ADDRESS, PART) else "inner" if holds_features(tag) else ""
        if self.name.startswith("gen:") and self.local.endswith("Attribute"):
            self.role = "generic"
        elif self.name == "gen:genericAttributeSet":
            self.role = "set"
        self.is_leaf = self.role in ("", "inner")
        """Whether an element without children is an attribute."""
        self.coded: dict[tuple[str, str], tuple[str, Leaf, str | None]] = {}


class AttributeReader:
    """Reads the features of one file. `problems` collects codes that no codelist knows."""

    def __init__(self, name: str, codelists: Codelists) -> None:
        self.problems: list[Problem] = []
        self.codelists = codelists
        self._name = name
        self._kinds: dict[str, _Kind] = {}
        self._feature = ""
        self._line: int | None = None
        self._unknown: set[str] = set()

    def read(self, feature: Element, feature_id: str, line: int | None = None) -> tuple[str, Facts]:
        """The attributes as a JSON list of nodes, and the facts. `line`: where problems are told to be."""
        self._feature, self._line = feature_id, line
        self._unknown.clear()
        facts = Facts()
        return f"[{','.join(self._nodes(feature, facts, facts.leaves))}]", facts

    def _kind(self, tag: str) -> _Kind:
        kind = self._kinds.get(tag)
        if kind is None:
            kind = self._kinds[tag] = _Kind(tag)
        return kind

    def _nodes(self, parent: Element, facts: Facts, leaves: Leaves) -> list[str]:
        nodes = []
        for element in parent:
            tag = element.tag
            kind = self._kinds.get(tag) or self._kind(tag)
            if kind.is_skipped:
                continue
            if len(element):
                if not kind.is_geometry:
                    node = self._branch(element, kind, facts, leaves)
                    if node:
                        nodes.append(node)
            elif kind.is_leaf:
                node = self._leaf(element, kind, leaves)
                if node:
                    nodes.append(node)
        return nodes

    def _leaf(self, element: Element, kind: _Kind, leaves: Leaves) -> str | None:
        text = element.text
        value = text.strip() if text else element.get(XLINK_HREF) or ""
        if not value:
            return None
        code_space = element.get("codeSpace")
        if code_space is not None:
            return self._coded(kind, value, code_space, leaves)
        unit = element.get("uom")
        if unit is not None:
            return _measured(kind, value, unit, leaves)
        leaves.setdefault(kind.name, (value, None))
        return f"{kind.head}{_value(value, kind.name in _NUMBERS)}}}"

    def _coded(self, kind: _Kind, value: str, code_space: str, leaves: Leaves) -> str:
        known = kind.coded.get((value, code_space))
        if known is None:
            known = kind.coded[value, code_space] = self._decode(kind, value, code_space)
        node, leaf, unknown_in = known
        if unknown_in is not None:
            self._tell_unknown(kind.name, value, unknown_in)
        leaves.setdefault(kind.name, leaf)
        return node

    def _decode(self, kind: _Kind, value: str, code_space: str) -> tuple[str, Leaf, str | None]:
        """The node, the leaf, and the codelist that should know the code and doesn't."""
        codes = self.codelists.find(code_space)
        label = codes.get(value) if codes is not None else None
        told = f',"label":{encode_basestring(label)}' if label else ""
        lost = codes is not None and label is None and value not in _NO_VALUE
        node = f'{kind.head}"value":{encode_basestring(value)}{told}}}'
        return node, (value, label), codelist_name(code_space) if lost else None

    def _tell_unknown(self, name: str, value: str, codelist: str) -> None:
        if name in self._unknown:
            return
        self._unknown.add(name)
        told = {"name": name, "value": value, "codelist": codelist}
        self.problems.append(Problem("citygml.code_unknown", self._name, self._feature, self._line, parameters=told))

    def _branch(self, element: Element, kind: _Kind, facts: Facts, leaves: Leaves) -> str | None:
        if kind.role == "generic":
            return self._generic(element, kind, leaves if leaves is not facts.leaves else facts.generics)
        if kind.role == "set":
            return self._generic_set(element, facts)
        if kind.role == ADDRESS:
            leaves.setdefault(ADDRESS, (_address(element), None))
        if kind.is_risk:
            leaves = {}
            facts.risks.append((kind.local, leaves))
        if kind.role in (PART, "inner"):
            part = Facts()
            if kind.role == PART:
                facts.parts.append(part)
            facts, leaves = part, part.leaves
        return self._inside(element, kind, facts, leaves)

    def _inside(self, element: Element, kind: _Kind, facts: Facts, leaves: Leaves) -> str | None:
        """The node of a branch. A property and the data type it holds are one node."""
        head = kind.head
        only = element[0] if len(element) == 1 and not kind.is_type else None
        if only is not None and len(only):
            inner = self._kind(only.tag)
            if inner.is_type and not inner.is_skipped and not inner.role:
                head = f'{head}"type":{encode_basestring(inner.name)},'
                element = only
                if inner.is_risk:
                    leaves = {}
                    facts.risks.append((inner.local, leaves))
        nodes = self._nodes(element, facts, leaves)
        return f'{head}"items":[{",".join(nodes)}]}}' if nodes else None

    def _generic(self, element: Element, kind: _Kind, leaves: Leaves) -> str | None:
        name = element.get("name") or kind.name
        inner = element[0]
        value = (inner.text or "").strip()
        if not value:
            return None
        leaves.setdefault(name, (value, None))
        unit = inner.get("uom")
        node = f'{{"name":{encode_basestring(name)},{_value(value, bool(unit) or kind.name in _NUMBERS)}'
        told = f',"unit":{encode_basestring(unit)}' if unit else ""
        return f'{node}{told},"generic":true}}'

    def _generic_set(self, element: Element, facts: Facts) -> str | None:
        name = element.get("name") or ""
        leaves: Leaves = {}
        facts.generic_sets.append((name, leaves))
        nodes = self._nodes(element, facts, leaves)
        if not nodes:
            return None
        return f'{{"name":{encode_basestring(name)},"items":[{",".join(nodes)}],"generic":true}}'


def _measured(kind: _Kind, value: str, unit: str, leaves: Leaves) -> str:
    leaves.setdefault(kind.name, (value, unit))
    return f'{kind.head}{_value(value, True)},"unit":{encode_basestring(unit)}}}'


def _value(value: str, is_number: bool) -> str:
    """A number only where it reads as one in JSON too; else the text as it stands."""
    if is_number and _NUMBER.fullmatch(value):
        return f'"value":{value}'
    return f'"value":{encode_basestring(value)}'


def _address(element: Element) -> str:
    """The address as one writes it in Japanese: from the prefecture down, without spaces."""
    lines = [(one.text or "").strip() for one in element.iter() if local_name(one.tag) != "CountryName"]
    return "".join(lines)
