"""Reads attributes from the text of a feature, without a tree: walking through elements takes twice as long.

The text is cut at every `</`. What stands in a piece up to its last `>` are tags, which are the same in most features,
so that what they mean is looked up; behind it stands a value.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from geo.citygml.attribute_kind import ADDRESS, PART, Kinds, Read
from geo.citygml.codelist import Codelists
from geo.citygml.facts import Facts, Leaves
from geo.citygml.step import Branch, Steps, UnusualMarkupError, Value

_KNOWN_VALUES = 1_000
"""Of one tag: codes, years and dates come again and again, a building's own number never does."""
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([a-z]+));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}

_Outer = tuple[Branch, list[str], Facts, Leaves]
"""A branch, and nodes, facts and leaves outside of it."""


class MarkupReader:
    """Of one file. `tell_unknown`: of a code, with the attribute's name, the value and the codelist."""

    def __init__(
        self,
        kinds: Kinds,
        codelists: Codelists,
        namespaces: Mapping[str | None, str],
        tell_unknown: Callable[[str, str, str], None],
    ) -> None:
        self._steps = Steps(kinds, namespaces)
        self._codelists = codelists
        self._tell_unknown = tell_unknown

    def read(self, content: str, facts: Facts) -> str:
        """The attributes as a JSON list of nodes; fills `facts`. `content`: between the tags of the feature.

        UnusualMarkupError for what an XML parser must read; then `facts` are void.
        """
        known, leaves = self._steps.known, facts.leaves
        stack: list[_Outer] = []
        nodes: list[str] = []
        address: list[str] | None = None
        skipped = 0
        *pieces, last = content.split("</")
        rest = iter(pieces)
        for piece in rest:
            tags, _, text = piece.rpartition(">")
            step = known.get(tags) or self._steps.read(tags)
            if skipped:
                skipped += step.opened - 1
                continue
            if step.is_unusual:
                raise UnusualMarkupError(tags)
            for branch in step.branches:
                stack.append((branch, nodes, facts, leaves))
                nodes = []
                if not branch.is_plain:
                    facts, leaves, address = _entered(branch, facts, leaves, address)
            value = step.value
            if value is not None:
                node, leaf, unknown_in = value.known.get(text) or self._read(value, text)
                if node is not None:
                    nodes.append(node)
                    if value.generic is None:
                        leaves.setdefault(value.kind.name, leaf)
                    else:
                        (facts.generics if leaves is facts.leaves else leaves).setdefault(value.generic, leaf)
                    if unknown_in is not None:
                        self._tell_unknown(value.kind.name, leaf[0], unknown_in)
                if value.generic is not None:
                    _end(rest)
                if address is not None and value.kind.local != "CountryName":
                    address.append(leaf[0])
            elif step.skipped is None:
                branch, outer, facts, leaves = _ended(stack)
                if branch.type is not None:
                    _end(rest)
                if branch.kind.role == ADDRESS and address is not None:
                    leaves.setdefault(ADDRESS, ("".join(address), None))
                    address = None
                if nodes:
                    outer.append(f"{branch.head}{','.join(nodes)}{branch.tail}")
                nodes = outer
            elif address is not None:
                raise UnusualMarkupError(tags)
            else:
                skipped = step.skipped
        if stack or skipped or not self._is_end(last):
            raise UnusualMarkupError(last)
        return f"[{','.join(nodes)}]"

    def _read(self, value: Value, text: str) -> Read:
        read = self._read_value(value, unescaped(text).strip())
        if len(value.known) < _KNOWN_VALUES:
            value.known[text] = read
        return read

    def _read_value(self, value: Value, text: str) -> Read:
        kind = value.kind
        if value.generic is not None and text:
            return kind.generic(value.generic, text, value.unit)
        if not (text and kind.is_leaf):
            return None, (text, None), None
        if value.code_space is not None:
            return kind.decode(text, value.code_space, self._codelists)
        return kind.plain(text) if value.unit is None else kind.measured(text, value.unit)

    def _is_end(self, piece: str) -> bool:
        """Whether it stands before the end tag of the feature."""
        step = self._steps.read(piece.rpartition(">")[0])
        return not (step.opened or step.is_unusual)


def _entered(
    branch: Branch, facts: Facts, leaves: Leaves, address: list[str] | None
) -> tuple[Facts, Leaves, list[str] | None]:
    """Facts, leaves and the lines of an address inside of a branch."""
    role = branch.kind.role
    if role == ADDRESS:
        if address is not None:
            raise UnusualMarkupError(role)
        address = []
    elif role == "set":
        leaves = {}
        facts.generic_sets.append((branch.name, leaves))
    elif role in (PART, "inner"):
        part = Facts()
        if role == PART:
            facts.parts.append(part)
        facts, leaves = part, part.leaves
    if branch.risk is not None:
        leaves = {}
        facts.risks.append((branch.risk, leaves))
    return facts, leaves, address


def _ended(stack: list[_Outer]) -> _Outer:
    if not stack:
        raise UnusualMarkupError
    return stack.pop()


def _end(pieces: Iterator[str]) -> None:
    """The next one must be nothing but an end tag."""
    if "<" in next(pieces, "<"):
        raise UnusualMarkupError


def unescaped(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    if entity[3] is not None:
        return _ENTITIES[entity[3]]
    return chr(int(entity[1], 16) if entity[1] is not None else int(entity[2]))
