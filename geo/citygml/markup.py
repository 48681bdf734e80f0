"""Reads attributes from the text of a feature, without a tree: walking through elements takes twice as long.

The text is cut at every `</`. What stands in a piece up to its last `>` are tags, which are the same in most features,
so that what they mean is looked up; behind it stands a value.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from geo.citygml.attribute_kind import ADDRESS, PART, Kinds, Read
from geo.citygml.codelist import Codelists
from geo.citygml.facts import Facts, Leaves, ReadFeature
from geo.citygml.member_text import FeatureText
from geo.citygml.step import Branch, Step, Steps, UnusualMarkupError, Value

_KNOWN_VALUES, _KNOWN_PIECES = 300, 20_000
"""Values of one tag: codes, years and dates come again and again, a building's own number never does."""
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|apos|quot));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "apos": "'", "quot": '"'}

_Outer = tuple[Branch, list[str], Facts, Leaves]
"""A branch, and nodes, facts and leaves outside of it."""


class MarkupReader:
    """Of one file."""

    def __init__(self, kinds: Kinds, codelists: Codelists, namespaces: Mapping[str | None, str]) -> None:
        self._steps = Steps(kinds, namespaces)
        self._simple: dict[bytes, Read] = {}
        """Whole pieces that came again and are a value and nothing else."""
        self._codelists = codelists

    def read_on(self, text: FeatureText) -> None:
        """Reads this feature and those behind it at once: code that runs again and again runs twice as fast.

        No further than to the first of another type, which may not be wanted, and to the first that must be read from
        its elements: codelists are missed in their order.
        """
        for one in chain((text,), text.behind):
            if one.name == text.name:
                one.is_read, one.read = True, self._read_feature(one.content)
            if one.read is None:
                return

    def _read_feature(self, content: bytes | None) -> ReadFeature | None:
        facts = Facts()
        unknown: list[tuple[str, str, str]] = []
        try:
            return None if content is None else ReadFeature(self.read(content, facts, unknown), facts, unknown)
        except (UnusualMarkupError, UnicodeDecodeError):
            return None

    def read(self, content: bytes, facts: Facts, unknown: list[tuple[str, str, str]]) -> str:
        """The attributes as a JSON list of nodes; fills `facts`. `content`: between the tags of the feature.
        `unknown` gets codes that no codelist knows: the attribute's name, the code, the codelist.

        UnusualMarkupError for what an XML parser must read; then `facts` are void.
        """
        steps, simple, leaves = self._steps.known, self._simple, facts.leaves
        stack: list[_Outer] = []
        nodes: list[str] = []
        address: list[str] | None = None
        skipped = 0
        *pieces, last = content.split(b"</")
        rest = iter(pieces)
        for piece in rest:
            if skipped:
                skipped += (self._step(piece).opened if b"<" in piece else 0) - 1
                continue
            if address is None and (known := simple.get(piece)) is not None:
                nodes.append(known[0])
                leaves.setdefault(known[1], known[2])
                continue
            tags, _, text = piece.rpartition(b">")
            step = steps.get(tags) or self._steps.read(tags)
            for branch in step.branches:
                stack.append((branch, nodes, facts, leaves))
                nodes = []
                if not branch.is_plain:
                    facts, leaves, address = _entered(branch, facts, leaves, address)
            value = step.value
            if value is not None:
                read = value.known.get(text)
                if read is None:
                    read = self._read(value, text)
                elif value.is_simple and read[0] and read[3] is None and len(simple) < _KNOWN_PIECES:
                    simple[piece] = read
                node, name, leaf, unknown_in = read
                if value.generic is not None:
                    _end(rest)
                    if node:
                        nodes.append(node)
                        (facts.generics if leaves is facts.leaves else leaves).setdefault(name, leaf)
                elif node:
                    nodes.append(node)
                    leaves.setdefault(name, leaf)
                    if unknown_in is not None:
                        unknown.append((name, leaf[0], unknown_in))
                if address is not None and value.kind.local != "CountryName":
                    address.append(leaf[0])
            elif step.skipped is None:
                branch, outer, facts, leaves = _ended(stack)
                if branch.type is not None:
                    _end(rest)
                if address is not None and branch.kind.role == ADDRESS:
                    leaves.setdefault(ADDRESS, ("".join(address), None))
                    address = None
                if nodes:
                    outer.append(f"{branch.head}{','.join(nodes)}{branch.tail}")
                nodes = outer
            elif step.is_unusual or address is not None:
                raise UnusualMarkupError
            else:
                skipped = step.skipped
        if stack or skipped or not self._is_end(last):
            raise UnusualMarkupError
        return f"[{','.join(nodes)}]"

    def _step(self, piece: bytes) -> Step:
        tags = piece.rpartition(b">")[0]
        return self._steps.known.get(tags) or self._steps.read(tags)

    def _read(self, value: Value, text: bytes) -> Read:
        read = value.read(unescaped(text.decode()).strip(), self._codelists)
        if len(value.known) < _KNOWN_VALUES:
            value.known[text] = read
        return read

    def _is_end(self, piece: bytes) -> bool:
        """Whether it stands before the end tag of the feature."""
        step = self._step(piece)
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


def _end(pieces: Iterator[bytes]) -> None:
    """The next one must be nothing but an end tag."""
    if b"<" in next(pieces, b"<"):
        raise UnusualMarkupError


def unescaped(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    if entity[3] is not None:
        return _ENTITIES[entity[3]]
    return chr(int(entity[1], 16) if entity[1] is not None else int(entity[2]))
