"""Tables of a feed with rows added or changed; the feed itself stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from gtfs.feed import Feed


def with_table(feed: Feed, name: str, rows: pd.DataFrame) -> Feed:
    """A new feed in which the table is another one."""
    return replace(feed, tables={**feed.tables, name: rows})


def with_rows(feed: Feed, name: str, rows: Sequence[Mapping[str, Any]] | pd.DataFrame) -> Feed:
    """Rows after the last one; columns that they lack are blank, types those of the table."""
    table = feed.table(name)
    added = pd.DataFrame(rows) if not isinstance(rows, pd.DataFrame) else rows
    if added.empty:
        return feed
    first = int(table.index.max()) + 1 if len(table) else 2
    columns = list(table.columns.union(added.columns, sort=False))
    added = added.reindex(columns=columns).set_axis(pd.RangeIndex(first, first + len(added), name="line"))
    typed = {column: table[column].dtype if column in table else "string" for column in columns}
    for column in columns:
        added[column] = _typed(added[column], str(typed[column]))
    return with_table(feed, name, pd.concat([table.astype(typed), added]) if len(table) else added)


def _typed(values: "pd.Series[Any]", type: str) -> Any:
    """Blank stays blank; numbers of any kind become those of the table."""
    if type not in ("Int64", "float64"):
        return pd.Series(values.tolist(), index=values.index, dtype="string") if type == "string" else values
    if type == "float64":
        return [float("nan") if pd.isna(one) else float(one) for one in values]
    return pd.array([None if pd.isna(one) else int(one) for one in values], dtype="Int64")


def with_values(feed: Feed, name: str, chosen: "pd.Series[bool]", values: Mapping[str, Any]) -> Feed:
    """The same values in every chosen row."""
    rows = feed.table(name).copy()
    for column, value in values.items():
        rows.loc[chosen.to_numpy(dtype=bool), column] = value
    return with_table(feed, name, rows)


def without_rows(feed: Feed, name: str, chosen: "pd.Series[bool]") -> Feed:
    """A table that the feed does not have stays away."""
    if name not in feed.tables:
        return feed
    return with_table(feed, name, feed.tables[name][~chosen.to_numpy(dtype=bool)])
