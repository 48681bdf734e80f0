"""The problems of one layer's version in the catalogue: counted, paged, and placed, never all at once in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, Select, func, select

from data import catalogue
from geo import Problem

_TABLE = catalogue.problems
_PAGE = 2_000


@dataclass(frozen=True)
class ProblemList:
    """`Store.problem_list` makes it for a viewer who may see the layer."""

    engine: Engine
    layer_id: str
    version: str

    def count(self, rule: str | None = None) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(self._selected(select(func.count()), rule)).scalar_one())

    def by_rule(self) -> dict[str, int]:
        """The most frequent rule first."""
        query = self._selected(select(_TABLE.c.rule, func.count().label("count")), None).group_by(_TABLE.c.rule)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(func.count().desc(), _TABLE.c.rule))
            return {row.rule: int(row.count) for row in rows}  # type: ignore[call-overload]

    def page(self, limit: int, offset: int = 0, rule: str | None = None) -> list[Problem]:
        """In the order in which they were found."""
        query = self._selected(select(_TABLE), rule).order_by(_TABLE.c.id).limit(limit).offset(offset)
        with self.engine.connect() as connection:
            return [problem_of(row) for row in connection.execute(query)]

    def __iter__(self) -> Iterator[Problem]:
        """All of them, a page at a time."""
        last = 0
        while True:
            query = self._selected(select(_TABLE), None).where(_TABLE.c.id > last).order_by(_TABLE.c.id).limit(_PAGE)
            with self.engine.connect() as connection:
                rows = connection.execute(query).all()
            yield from map(problem_of, rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1].id

    def placed(self, limit: int, rule: str | None = None) -> list[Problem]:
        """Those that have a place; of more than `limit` every n-th, so that all parts of a city stay in sight."""
        where = _TABLE.c.longitude.is_not(None)
        with self.engine.connect() as connection:
            total = int(connection.execute(self._selected(select(func.count()), rule).where(where)).scalar_one())
            step = max(1, -(-total // limit))
            query = self._selected(select(_TABLE), rule).where(where).where(_TABLE.c.id % step == 0)
            return [problem_of(row) for row in connection.execute(query.order_by(_TABLE.c.id).limit(limit))]

    def _selected(self, query: Select[Any], rule: str | None) -> Select[Any]:
        query = query.where(_TABLE.c.layer_id == self.layer_id, _TABLE.c.version == self.version)
        return query if rule is None else query.where(_TABLE.c.rule == rule)


def problem_of(row: Row[Any]) -> Problem:
    place = None if row.longitude is None else (row.longitude, row.latitude)
    return Problem(row.rule, row.file, row.feature, row.line, place, row.parameters)
