"""What translations.txt says about a name, in GTFS-JP's old form (trans_id, lang) and in today's (table_name ...)."""

from typing import Any

import pandas as pd

from gtfs.feed import Feed

ENGLISH = ("en",)
KANA = ("ja-hrkt", "ja-hira", "ja-kana")


def translate(feed: Feed, table: str, field: str, languages: tuple[str, ...]) -> "pd.Series[Any]":
    """`field` of every row of `table` in the first of `languages` that has it; missing where none has."""
    rows = feed.table(table)
    values = rows[field].astype("string")
    found = pd.Series(pd.NA, index=rows.index, dtype="string")
    for language in languages:
        known = _in_language(feed.table("translations"), language)
        new = known[(known["table_name"] == table) & (known["field_name"] == field)]
        old = known[known["table_name"].isna() & known["trans_id"].notna()]
        by_id = new[new["record_id"].notna() & new["record_sub_id"].isna()]
        identifier = rows.get(f"{table.removesuffix('s')}_id", values)
        for texts, key, sought in (
            (by_id, "record_id", identifier),
            (new[new["field_value"].notna()], "field_value", values),
            (old, "trans_id", values),
        ):
            found = found.fillna(sought.map(texts.drop_duplicates(key).set_index(key)["translation"]).astype("string"))
    return found


def _in_language(translations: pd.DataFrame, language: str) -> pd.DataFrame:
    told = translations["language"].fillna(translations["lang"]).str.lower().str.replace("_", "-")
    matches = (told == language) | told.str.startswith(f"{language}-")
    return translations[matches.fillna(False).to_numpy(dtype=bool) & translations["translation"].notna().to_numpy()]
