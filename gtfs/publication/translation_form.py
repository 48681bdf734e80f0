"""translations.txt of the old GTFS-JP (trans_id, lang, translation) in today's form."""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from gtfs.publication.fix import Fix
from gtfs.publication.value_fix import Tables

_FIELDS: Final = (
    ("agency", "agency_name"), ("agency", "agency_url"), ("agency", "agency_fare_url"), ("stops", "stop_name"),
    ("stops", "stop_desc"), ("stops", "stop_url"), ("routes", "route_short_name"), ("routes", "route_long_name"),
    ("routes", "route_desc"), ("routes", "route_url"), ("trips", "trip_headsign"), ("trips", "trip_short_name"),
    ("stop_times", "stop_headsign"), ("feed_info", "feed_publisher_name"), ("feed_info", "feed_publisher_url"),
)  # fmt: skip
"""What may be translated, by today's standard."""
_COLUMNS: Final = (
    "table_name", "field_name", "language", "translation", "record_id", "record_sub_id", "field_value",
)  # fmt: skip
_TAGS: Final = {"ja-hrkt": "ja-Hrkt", "ja_hrkt": "ja-Hrkt", "ja-kana": "ja-Hrkt", "ja-hira": "ja-Hrkt"}


def fix_translations(tables: Tables) -> Iterator[Fix]:
    """Changes `tables` in place. An old row becomes one row for each field that has its trans_id as a value."""
    if "translations" not in tables:
        return
    rows = tables["translations"]
    if {"trans_id", "lang", "translation"} <= set(rows.columns) and "table_name" not in rows:
        turned, lost = _turned(tables, rows)
        tables["translations"] = turned
        yield Fix("translations_form", "translations.txt", len(rows) - len(lost))
        if len(lost):
            yield Fix("translations_unused", "translations.txt", len(lost), str(lost.iloc[0]))
    yield from _tags(tables)


def _turned(tables: Tables, rows: pd.DataFrame) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
    """Today's rows, and the trans_ids of rows that no field says."""
    told = rows.dropna(subset=["trans_id", "lang", "translation"]).drop_duplicates(["trans_id", "lang"])
    parts = []
    said = pd.Series(False, index=rows.index)
    for table, field in _FIELDS:
        if table not in tables or field not in tables[table]:
            continue
        used = told["trans_id"].isin(tables[table][field].dropna().unique())
        said |= used.reindex(rows.index, fill_value=False)
        part = told[used]
        parts.append(
            pd.DataFrame(
                {"table_name": table, "field_name": field, "language": part["lang"],
                 "translation": part["translation"], "record_id": pd.NA, "record_sub_id": pd.NA,
                 "field_value": part["trans_id"]},
            )
        )  # fmt: skip
    turned = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(_COLUMNS))
    return turned.astype("string"), rows["trans_id"][~said & rows["trans_id"].notna()]


def _tags(tables: Tables) -> Iterator[Fix]:
    rows = tables["translations"]
    if "language" not in rows:
        return
    spelled = rows["language"].map(lambda tag: _TAGS.get(tag.lower(), tag), na_action="ignore").astype("string")
    changed = int((spelled.fillna("") != rows["language"].fillna("")).sum())
    if changed:
        tables["translations"] = rows.assign(language=spelled)
        yield Fix("language", "translations.txt", changed)
