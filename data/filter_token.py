"""The words of a filter (CQL2 Text, clause 6 and annex B of OGC 21-065r2): names, numbers, texts, operators."""

import re
from dataclasses import dataclass
from enum import Enum

from data.errors import FilterError
from geo import Text

KEYWORDS = frozenset({"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "TRUE", "FALSE", "CASEI"})


class Kind(Enum):
    NAME = "name"
    NUMBER = "number"
    TEXT = "text"
    OPERATOR = "operator"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    """As it stands in the filter."""
    position: int
    """Of its first character, from 1."""
    value: str | int | float = ""
    word: str = ""
    """A keyword in capitals; empty for anything else."""


_PATTERN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w]))
    | (?P<text>'(?:[^'\\]|''|\\'|\\)*+')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<name>[^\W0-9][\w:.]*|:[\w:.]+)
    | (?P<operator><>|<=|>=|=|<|>)
    | (?P<sign>[(),])
    """,
    re.VERBOSE,
)


def tokens_of(text: str) -> list[Token]:
    """All tokens, then one of kind END; FilterError at the first sign that begins none."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _PATTERN.match(text, at)
        if found is None:
            raise _strange(text[at], at + 1)
        if found.lastgroup != "space":
            tokens.append(_token(found.lastgroup or "", found[0], at + 1))
        at = found.end()
    return [*tokens, Token(Kind.END, "", len(text) + 1)]


def _token(group: str, text: str, position: int) -> Token:
    match group:
        case "number":
            return Token(Kind.NUMBER, text, position, _number(text, position))
        case "text":
            return Token(Kind.TEXT, text, position, text[1:-1].replace("\\'", "'").replace("''", "'"))
        case "quoted":
            return Token(Kind.NAME, text, position, text[1:-1].replace('""', '"'))
        case "name":
            word = text.upper() if text.upper() in KEYWORDS else ""
            return Token(Kind.NAME, text, position, text, word)
        case "operator":
            return Token(Kind.OPERATOR, text, position)
        case _:
            return Token(Kind.SIGN, text, position)


def _number(text: str, position: int) -> int | float:
    """A whole number of 64 bits stays whole."""
    if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    number = float(text)
    if abs(number) == float("inf"):
        raise FilterError("filter.syntax", Text(f"{text} は大きすぎます", f"{text} is too large"), position)
    return number


_HINTS = {
    "'": Text("文字列が閉じていません(' が足りません)", "a text has no end: ' is missing"),
    '"': Text('列の名前が閉じていません(" が足りません)', 'a name has no end: " is missing'),
    "!": Text("「等しくない」は <> と書きます", "'not equal' is written <>"),
}


def _strange(sign: str, position: int) -> FilterError:
    words = _HINTS.get(sign) or Text(f"{sign} は使えません", f"{sign} means nothing here")
    return FilterError("filter.syntax", words, position)
