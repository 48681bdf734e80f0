"""The attributes of a feature: all of them as a tree in JSON, and the leaves that columns are made of.

The tree is written as text at once: most leaves are codes, and the text of a code that was met before is looked up.
"""

from json.encoder import encode_basestring

from geo.citygml.attribute_kind import ADDRESS, PART, Kind, Kinds
from geo.citygml.codelist import Codelists
from geo.citygml.element import XLINK_HREF, Element, local_name
from geo.citygml.facts import Facts, Leaves, ReadFeature
from geo.citygml.markup import MarkupReader
from geo.citygml.member_text import FeatureText, written_name
from geo.problem import Problem


class AttributeReader:
    """Reads the features of one file. `problems` collects codes that no codelist knows."""

    def __init__(self, name: str, codelists: Codelists) -> None:
        self.problems: list[Problem] = []
        self.codelists = codelists
        self._name = name
        self._kinds = Kinds()
        self._feature = ""
        self._line: int | None = None
        self._unknown: set[str] = set()
        self._markup: MarkupReader | None = None

    def read(
        self, feature: Element, feature_id: str, line: int | None = None, text: FeatureText | None = None
    ) -> tuple[str, Facts]:
        """The attributes as a JSON list of nodes, and the facts. `line`: where problems are told to be.

        `text`: of the feature, unless it may have more elements.
        """
        self._feature, self._line = feature_id, line
        self._unknown.clear()
        if text is not None and text.id == feature_id and (read := self._read_text(feature, text)) is not None:
            for told in read.unknown:
                self._tell_unknown(*told)
            return read.attributes, read.facts
        facts = Facts()
        return f"[{','.join(self._nodes(feature, facts, facts.leaves))}]", facts

    def _read_text(self, feature: Element, text: FeatureText) -> ReadFeature | None:
        if text.name != written_name(feature):
            return None
        if self._markup is None:
            self._markup = MarkupReader(self._kinds, self.codelists, feature.nsmap)
        if not text.is_read:
            self._markup.read_on(text)
        return text.read

    def _nodes(self, parent: Element, facts: Facts, leaves: Leaves) -> list[str]:
        nodes = []
        for element in parent:
            kind = self._kinds[element.tag]
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

    def _leaf(self, element: Element, kind: Kind, leaves: Leaves) -> str | None:
        text = element.text
        value = text.strip() if text else element.get(XLINK_HREF) or ""
        if not value:
            return None
        code_space = element.get("codeSpace")
        unit = element.get("uom") if code_space is None else None
        if code_space is not None:
            node, _, leaf, unknown_in = kind.decode(value, code_space, self.codelists)
        elif unit is not None:
            node, _, leaf, unknown_in = kind.measured(value, unit)
        else:
            node, _, leaf, unknown_in = kind.plain(value)
        if unknown_in is not None:
            self._tell_unknown(kind.name, value, unknown_in)
        leaves.setdefault(kind.name, leaf)
        return node

    def _tell_unknown(self, name: str, value: str, codelist: str) -> None:
        if name in self._unknown:
            return
        self._unknown.add(name)
        told = {"name": name, "value": value, "codelist": codelist}
        self.problems.append(Problem("citygml.code_unknown", self._name, self._feature, self._line, parameters=told))

    def _branch(self, element: Element, kind: Kind, facts: Facts, leaves: Leaves) -> str | None:
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

    def _inside(self, element: Element, kind: Kind, facts: Facts, leaves: Leaves) -> str | None:
        """The node of a branch. A property and the data type it holds are one node."""
        head = kind.head
        only = element[0] if len(element) == 1 and not kind.is_type else None
        if only is not None and len(only):
            inner = self._kinds[only.tag]
            if inner.type_head:
                head = f"{head}{inner.type_head}"
                element = only
                if inner.is_risk:
                    leaves = {}
                    facts.risks.append((inner.local, leaves))
        nodes = self._nodes(element, facts, leaves)
        return f'{head}"items":[{",".join(nodes)}]}}' if nodes else None

    def _generic(self, element: Element, kind: Kind, leaves: Leaves) -> str | None:
        name = element.get("name") or kind.name
        inner = element[0]
        value = (inner.text or "").strip()
        if not value:
            return None
        node, _, leaf, _ = kind.generic(name, value, inner.get("uom"))
        leaves.setdefault(name, leaf)
        return node

    def _generic_set(self, element: Element, facts: Facts) -> str | None:
        name = element.get("name") or ""
        leaves: Leaves = {}
        facts.generic_sets.append((name, leaves))
        nodes = self._nodes(element, facts, leaves)
        if not nodes:
            return None
        return f'{{"name":{encode_basestring(name)},"items":[{",".join(nodes)}],"generic":true}}'


def _address(element: Element) -> str:
    """The address as one writes it in Japanese: from the prefecture down, without spaces."""
    lines = [(one.text or "").strip() for one in element.iter() if local_name(one.tag) != "CountryName"]
    return "".join(lines)
