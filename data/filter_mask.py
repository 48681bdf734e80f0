"""Which rows of a table fulfil a condition. A comparison with a missing value is neither true nor false, as in SQL, and
a row is taken only where the whole is true."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.errors import FilterError
from data.filter import (
    All,
    Between,
    CaseI,
    Comparison,
    Condition,
    Constant,
    In,
    IsNull,
    Like,
    Not,
    Operand,
    Property,
    Value,
)
from data.filter import Any as AnyOf
from geo import Text

_COMPARE: Mapping[str, Callable[..., Any]] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
_NULL = pa.scalar(None, pa.bool_())
_KINDS = {
    "number": Text("数値", "a number"),
    "text": Text("文字列", "a text"),
    "boolean": Text("真偽値(TRUE か FALSE)", "TRUE or FALSE"),
}


@dataclass(frozen=True)
class Mask:
    """A condition whose columns exist and whose types agree, ready for any number of tables."""

    condition: Condition
    columns: tuple[str, ...]

    @classmethod
    def of(cls, condition: Condition, schema: pa.Schema) -> "Mask":
        """`schema`: the columns that may be asked for. FilterError for another column or mixed types."""
        _Check(schema).condition(condition)
        return cls(condition, tuple(dict.fromkeys(one.name for one in _properties(condition))))

    def of_table(self, table: pa.Table) -> NDArray[np.bool_]:
        """One boolean for each row."""
        found = _evaluate(self.condition, table)
        if isinstance(found, pa.Scalar):
            return np.full(len(table), found.as_py() is True)
        mask: NDArray[np.bool_] = found.fill_null(False).to_numpy(zero_copy_only=False).astype(bool)
        return mask


def _evaluate(condition: Condition, table: pa.Table) -> Any:
    """A boolean array, or one boolean for all rows."""
    match condition:
        case All(items):
            return _folded(pc.and_kleene, items, table)
        case AnyOf(items):
            return _folded(pc.or_kleene, items, table)
        case Not(item):
            return pc.invert(_evaluate(item, table))
        case Constant(value):
            return pa.scalar(value)
        case Comparison(left, operator, right):
            return _COMPARE[operator](_operand(left, table), _operand(right, table))
        case Between(operand, low, high):
            asked = _operand(operand, table)
            above = pc.greater_equal(asked, _operand(low, table))
            return pc.and_kleene(above, pc.less_equal(asked, _operand(high, table)))
        case IsNull(operand):
            return pc.is_null(_operand(operand, table))
        case Like(operand, pattern, ignores_case):
            return pc.match_like(_operand(operand, table), str(pattern.value), ignore_case=ignores_case)
        case In(operand, values):
            return _is_in(operand, values, table)


def _folded(join: Callable[..., Any], items: tuple[Condition, ...], table: pa.Table) -> Any:
    found = _evaluate(items[0], table)
    for item in items[1:]:
        found = join(found, _evaluate(item, table))
    return found


def _is_in(operand: Operand, values: tuple[Operand, ...], table: pa.Table) -> Any:
    asked = _operand(operand, table)
    known = [value.value for value in values if isinstance(value, Value)]
    if len(known) < len(values):  # columns, or texts whose capitals don't matter
        return _folded(pc.or_kleene, tuple(Comparison(operand, "=", one, one.position) for one in values), table)
    if any(isinstance(value, float) for value in known):
        asked, known = pc.cast(asked, pa.float64(), safe=False), [float(value) for value in known]
    # pyarrow holds a missing value for one that is not in the list.
    return pc.if_else(pc.is_null(asked), _NULL, pc.is_in(asked, pa.array(known)))


def _operand(operand: Operand, table: pa.Table) -> Any:
    match operand:
        case Property(name, _):
            return table[name]
        case Value(value, _):
            return pa.scalar(value)
        case CaseI(inner, _):
            return pc.utf8_lower(_operand(inner, table))


def _operands(condition: Condition) -> Iterator[Operand]:
    match condition:
        case All(items) | AnyOf(items):
            for item in items:
                yield from _operands(item)
        case Not(item):
            yield from _operands(item)
        case Comparison(left, _, right):
            yield from (left, right)
        case Between(operand, low, high):
            yield from (operand, low, high)
        case In(operand, values):
            yield from (operand, *values)
        case Like(operand, pattern, _):
            yield from (operand, pattern)
        case IsNull(operand):
            yield operand


def _properties(condition: Condition) -> Iterator[Property]:
    for operand in _operands(condition):
        bare = operand.operand if isinstance(operand, CaseI) else operand
        if isinstance(bare, Property):
            yield bare


class _Check:
    """Says what is wrong with a condition before any row is read."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema

    def condition(self, condition: Condition) -> None:
        match condition:
            case All(items) | AnyOf(items):
                for item in items:
                    self.condition(item)
            case Not(item):
                self.condition(item)
            case Comparison(left, operator, right):
                kind = self._same(left, right)
                if kind == "boolean" and operator not in ("=", "<>"):
                    raise _wrong_kind(right, Text("真偽値の大小", "the order of TRUE and FALSE"))
            case Between(operand, low, high):
                if self._same(operand, low, high) == "boolean":
                    raise _wrong_kind(low, Text("真偽値の大小", "the order of TRUE and FALSE"))
            case In(operand, values):
                self._same(operand, *values)
            case Like(operand, pattern, _):
                self._same(pattern, operand)
            case IsNull(operand):
                self._kind(operand)

    def _same(self, first: Operand, *others: Operand) -> str:
        kind = self._kind(first)
        for other in others:
            if self._kind(other) != kind:
                raise self._mixed(first, other)
        return kind

    def _mixed(self, first: Operand, other: Operand) -> FilterError:
        column, value = (other, first) if isinstance(first, Value) else (first, other)
        wanted, given = _KINDS[self._kind(column)], _KINDS[self._kind(value)]
        name = column.name if isinstance(column, Property) else ""
        ja, en = (
            f"{name} は{wanted.ja}です。{given.ja}とは比べられません",
            f"{name or 'it'} is {wanted.en}, not {given.en}",
        )
        if self._kind(column) == "text" and isinstance(value, Value):
            ja, en = f"{ja}('{value.value}' と書きます)", f"{en}: write '{value.value}'"
        return FilterError("filter.type", Text(ja, en), value.position)

    def _kind(self, operand: Operand) -> str:
        match operand:
            case Property(name, position):
                return self._kind_of_column(name, position)
            case Value(value, _):
                return "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
            case CaseI(inner, position):
                if self._kind(inner) != "text":
                    words = Text("CASEI は文字列だけに使えます", "CASEI() takes a text")
                    raise FilterError("filter.type", words, position)
                return "text"

    def _kind_of_column(self, name: str, position: int) -> str:
        if name not in self._schema.names:
            words = Text(f"列「{name}」はありません", f"there is no column {name!r}")
            raise FilterError("filter.unknown_column", words, position)
        kind = self._schema.field(name).type
        if pa.types.is_boolean(kind):
            return "boolean"
        return "number" if pa.types.is_integer(kind) or pa.types.is_floating(kind) else "text"


def _wrong_kind(operand: Operand, what: Text) -> FilterError:
    words = Text(f"{what.ja}は比べられません", f"{what.en} can't be compared")
    return FilterError("filter.type", words, operand.position)
