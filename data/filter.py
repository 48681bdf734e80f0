"""Conditions on a layer's columns, in a part of CQL2 Text (OGC 21-065r2, Common Query Language).

    height_m >= 31 AND usage IN ('住宅', '共同住宅') AND NOT (name IS NULL OR name LIKE '仮%')

There are comparisons (= <> < <= > >=), [NOT] LIKE (% any text, _ one character, \\ before either takes it as it is),
[NOT] BETWEEN, [NOT] IN, IS [NOT] NULL, AND, OR, NOT, parentheses, TRUE, FALSE and CASEI(). Names are columns, in
double quotes where they have other signs than letters, digits, `_`, `:` and `.`. Texts are in single quotes, '' for
one of them inside. Places are asked for by a bounding box beside the filter, not in it.

This module reads a text into a tree; data.filter_mask evaluates it.
"""

from dataclasses import dataclass
from typing import Literal as OneOf

from data.errors import FilterError
from data.filter_token import Kind, Token, tokens_of
from geo import Text

MAX_LENGTH = 4_000
MAX_DEPTH = 50
MAX_VALUES = 1_000
"""Of one IN. These three bound the time and the memory of any filter."""

Operator = OneOf["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Property:
    """A column. `position` counts characters of the filter's text from 1, here as in all nodes."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Value:
    value: str | int | float | bool
    position: int


@dataclass(frozen=True, slots=True)
class CaseI:
    """An operand whose capitals and small letters are the same."""

    operand: "Property | Value"
    position: int


Operand = Property | Value | CaseI


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Operand
    operator: Operator
    right: Operand
    position: int


@dataclass(frozen=True, slots=True)
class Like:
    operand: Operand
    pattern: Value
    ignores_case: bool


@dataclass(frozen=True, slots=True)
class Between:
    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    operand: Operand
    values: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    operand: Operand


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    item: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    items: tuple["Condition", ...]


Condition = Comparison | Like | Between | In | IsNull | Constant | Not | All | Any


def parse_filter(text: str) -> Condition:
    """FilterError, with the rule and the place in the text, for anything that is no such condition."""
    if len(text) > MAX_LENGTH:
        words = Text(f"絞り込み条件は{MAX_LENGTH:,}文字までです", f"a filter has at most {MAX_LENGTH:,} characters")
        raise FilterError("filter.too_long", words, MAX_LENGTH + 1)
    return _Parser(tokens_of(text)).whole()


class _Parser:
    """Recursive descent: one method for one rule of the grammar."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Condition:
        condition = self._any()
        if self._next.kind is not Kind.END:
            raise self._unexpected(Text("AND、OR、または終わり", "AND, OR or the end"))
        return condition

    def _any(self) -> Condition:
        items = [self._all()]
        while self._takes("OR"):
            items.append(self._all())
        return items[0] if len(items) == 1 else Any(tuple(items))

    def _all(self) -> Condition:
        items = [self._factor()]
        while self._takes("AND"):
            items.append(self._factor())
        return items[0] if len(items) == 1 else All(tuple(items))

    def _factor(self) -> Condition:
        self._deepen()
        condition = Not(self._factor()) if self._takes("NOT") else self._primary()
        self._depth -= 1
        return condition

    def _deepen(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            words = Text(f"入れ子は{MAX_DEPTH}段までです", f"conditions nest at most {MAX_DEPTH} deep")
            raise FilterError("filter.too_deep", words, self._next.position)

    def _primary(self) -> Condition:
        if self._takes("("):
            condition = self._any()
            self._expect(")")
            return condition
        operand = self._operand()
        is_alone = isinstance(operand, Value) and isinstance(operand.value, bool) and not self._is_predicate()
        return Constant(bool(operand.value)) if is_alone and isinstance(operand, Value) else self._predicate(operand)

    def _is_predicate(self) -> bool:
        return self._next.kind is Kind.OPERATOR or self._next.word in ("IS", "NOT", "LIKE", "BETWEEN", "IN")

    def _predicate(self, operand: Operand) -> Condition:
        if self._next.kind is Kind.OPERATOR:
            token = self._take()
            return Comparison(operand, _OPERATORS[token.text], self._operand(), token.position)
        if self._takes("IS"):
            is_not = self._takes("NOT")
            self._expect("NULL")
            return Not(IsNull(operand)) if is_not else IsNull(operand)
        is_not = self._takes("NOT")
        condition = self._matching(operand)
        return Not(condition) if is_not else condition

    def _matching(self, operand: Operand) -> Condition:
        if self._takes("LIKE"):
            return self._like(operand)
        if self._takes("BETWEEN"):
            low = self._operand()
            self._expect("AND")
            return Between(operand, low, self._operand())
        if self._takes("IN"):
            return In(operand, self._values())
        raise self._unexpected(Text("比較(=、<>、<、LIKE、IN など)", "a comparison (=, <>, <, LIKE, IN ...)"))

    def _like(self, operand: Operand) -> Like:
        pattern = self._operand()
        bare = pattern.operand if isinstance(pattern, CaseI) else pattern
        if not isinstance(bare, Value) or not isinstance(bare.value, str):
            words = Text("LIKE の右には '…' で囲んだ文字列が必要です", "LIKE needs a text in single quotes")
            raise FilterError("filter.type", words, bare.position)
        return Like(operand, bare, isinstance(pattern, CaseI) or isinstance(operand, CaseI))

    def _values(self) -> tuple[Operand, ...]:
        self._expect("(")
        values = [self._operand()]
        while self._takes(","):
            values.append(self._operand())
            if len(values) > MAX_VALUES:
                words = Text(f"IN の値は{MAX_VALUES:,}個までです", f"IN takes at most {MAX_VALUES:,} values")
                raise FilterError("filter.too_long", words, values[-1].position)
        self._expect(")")
        return tuple(values)

    def _operand(self) -> Operand:
        token = self._next
        if token.word == "CASEI":
            return self._case_insensitive()
        if token.word in ("TRUE", "FALSE"):
            return Value(self._take().word == "TRUE", token.position)
        if token.kind in (Kind.TEXT, Kind.NUMBER):
            self._take()
            return Value(token.value, token.position)
        if token.kind is Kind.NAME and not token.word:
            return self._property(self._take())
        raise self._unexpected(Text("列の名前か値", "the name of a column or a value"))

    def _case_insensitive(self) -> CaseI:
        position = self._take().position
        self._expect("(")
        inner = self._operand() if self._next.word != "CASEI" else None
        if inner is None or isinstance(inner, CaseI):
            raise self._unexpected(Text("列の名前か文字列", "the name of a column or a text"))
        self._expect(")")
        return CaseI(inner, position)

    def _property(self, token: Token) -> Property:
        if self._next.text == "(":
            words = Text(
                f"{token.text}() は使えません(関数は CASEI だけです)",
                f"there is no function {token.text}() but CASEI()",
            )
            raise FilterError("filter.syntax", words, token.position)
        return Property(str(token.value), token.position)

    # Tokens

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _takes(self, text: str) -> bool:
        """Whether the next token is this keyword or sign; it is taken then."""
        is_it = text in (self._next.word, self._next.text if self._next.kind is Kind.SIGN else None)
        self._at += is_it
        return is_it

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise self._unexpected(Text(text, text))

    def _unexpected(self, expected: Text) -> FilterError:
        token = self._next
        found = Text("条件の終わり", "the end") if token.kind is Kind.END else Text.same(token.text)
        words = Text(
            f"{expected.ja} が必要ですが、{found.ja} があります", f"{expected.en} is expected, but there is {found.en}"
        )
        return FilterError("filter.syntax", words, token.position)


_OPERATORS: dict[str, Operator] = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
