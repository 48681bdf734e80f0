"""YAML as plain mappings, lists and texts, with the line of every key.

Scalars stay text: YAML 1.1 would make 1 260 of an unquoted 21:00, 8 of the route 010 and False of the stop `no`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from geo import Problem
from geo.encoding import decode_text
from gtfs.scenario.errors import InvalidScenarioError

_MOST = 200_000
"""Nodes, those that an alias repeats counted each time: a small file can stand for billions."""
_DEEPEST = 20


@dataclass
class YamlText:
    value: Any
    lines: dict[str, int] = field(default_factory=dict)
    """Path (`changes[0].add_line.name`) to line, from 1."""


def parse_yaml(content: bytes, *, name: str) -> YamlText:
    """InvalidScenarioError for what is no YAML, has a key twice, or is too large or deep to be a scenario."""
    text = decode_text(content, name=name)
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark is not None else None
        raise InvalidScenarioError(
            [Problem("scenario.yaml", name, line=line, parameters={"reason": str(reason)})]
        ) from error
    if node is None:
        raise InvalidScenarioError([Problem("file.empty", name)])
    reader = _Reader(name)
    value = reader.value(node, "", 0)
    return YamlText(value, reader.lines)


@dataclass
class _Reader:
    name: str
    lines: dict[str, int] = field(default_factory=dict)
    nodes: int = 0

    def value(self, node: Any, path: str, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > _MOST or depth > _DEEPEST:
            raise InvalidScenarioError([Problem("scenario.too_large", self.name, line=node.start_mark.line + 1)])
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path, depth))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, f"{path}[{at}]", depth + 1) for at, one in enumerate(node.value)]
        return node.value

    def _pairs(self, node: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
        seen = set()
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            at = f"{path}.{key}" if path else key
            if key in seen:
                told = {"key": key}
                raise InvalidScenarioError([Problem("scenario.duplicate_key", self.name, at, line, parameters=told)])
            seen.add(key)
            self.lines[at] = line
            yield key, self.value(value_node, at, depth + 1)
