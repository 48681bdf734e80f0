"""feed_info.txt of several feeds: one row that claims no more than all of them do."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from geo import Text
from gtfs.publication.value_fix import Tables

_MANY: Final = "mul"
"""ISO 639-2 for several languages, which the standard names for feed_lang."""


def merged_info(feeds: Mapping[str, Tables]) -> tuple[pd.DataFrame | None, list[Text]]:
    """None where no feed has one.

    The period is the one in which every feed is valid: outside it an operator would seem to rest.
    """
    rows = {name: tables["feed_info"].iloc[0] for name, tables in feeds.items() if len(tables.get("feed_info", ()))}
    if not rows:
        return None, []
    columns = list(dict.fromkeys(str(column) for row in rows.values() for column in row.index))
    values: dict[str, Any] = {column: _agreed(rows, column) for column in columns}
    values["feed_publisher_name"] = " / ".join(dict.fromkeys(_told(rows, "feed_publisher_name")))
    values["feed_publisher_url"] = next(iter(_told(rows, "feed_publisher_url")), None)
    languages = set(_told(rows, "feed_lang"))
    values["feed_lang"] = next(iter(languages)) if len(languages) == 1 else _MANY
    values["feed_version"] = "+".join(f"{name}:{row.get('feed_version')}" for name, row in rows.items()
                                      if isinstance(row.get("feed_version"), str)) or None  # fmt: skip
    notes = _set_period(values, rows, len(feeds))
    return pd.DataFrame({column: [value] for column, value in values.items()}, dtype="string"), notes


def _set_period(values: dict[str, Any], rows: Mapping[str, Any], feeds: int) -> list[Text]:
    starts, ends = _told(rows, "feed_start_date"), _told(rows, "feed_end_date")
    values["feed_start_date"] = max(starts) if len(starts) == feeds else None
    values["feed_end_date"] = min(ends) if len(ends) == feeds else None
    first, last = values["feed_start_date"], values["feed_end_date"]
    if first and last and first > last:
        values["feed_start_date"], values["feed_end_date"] = min(starts), max(ends)
        return [
            Text(
                "すべてのデータが有効な期間がないため、全体の期間を書きました。期間により欠ける事業者があります",
                "there is no date on which every feed is valid; the period is that of all together, and on each date "
                "of it some operator is missing",
            )
        ]
    if first and last and (len(set(starts)) > 1 or len(set(ends)) > 1):
        return [Text(f"有効期間は共通の {first} ~ {last} です", f"the period is the common one, {first} to {last}")]
    return []


def _agreed(rows: Mapping[str, Any], column: str) -> str | None:
    """What all that tell it say; nothing where they differ."""
    told = set(_told(rows, column))
    return next(iter(told)) if len(told) == 1 else None


def _told(rows: Mapping[str, Any], column: str) -> list[str]:
    return [str(row[column]) for row in rows.values() if isinstance(row.get(column), str)]
