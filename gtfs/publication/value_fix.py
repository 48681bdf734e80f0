"""Fixes within tables, one value or row at a time: blanks, times, dates, colours, rows that stand twice."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from gtfs.publication.fix import Fix

Tables = dict[str, pd.DataFrame]

_TIME: Final = r"^(\d{1,3}):(\d{1,2}):(\d{1,2})$"
_DATE: Final = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$"
_TIMES: Final = frozenset(
    {"arrival_time", "departure_time", "start_time", "end_time", "start_pickup_drop_off_window",
     "end_pickup_drop_off_window"}
)  # fmt: skip
_DATES: Final = frozenset(
    {"date", "start_date", "end_date", "feed_start_date", "feed_end_date", "route_update_date"}
)  # fmt: skip
_COLOURS: Final = frozenset({"route_color", "route_text_color"})
_POSTCODES: Final = frozenset({"agency_zip_number"})


def fix_values(tables: Tables) -> Iterator[Fix]:
    """Changes `tables` in place and tells what."""
    kept = _ids_that_blanks_tell_apart(tables)
    for name, rows in tables.items():
        file = f"{name}.txt"
        yield from _replaced(tables, name, "blank", lambda column: column not in kept, _stripped)
        yield from _replaced(tables, name, "time", _TIMES.__contains__, _time)
        yield from _replaced(tables, name, "date", _DATES.__contains__, _date)
        yield from _replaced(tables, name, "colour", _COLOURS.__contains__, lambda text: text.str.removeprefix("#"))
        yield from _replaced(tables, name, "postcode", _POSTCODES.__contains__, _postcode)
        filled = tables[name]
        blank = filled.isna().all(axis=1)
        if blank.any():
            yield Fix("blank_line", file, int(blank.sum()))
        twice = filled.duplicated() & ~blank
        if twice.any():
            yield Fix("duplicate_row", file, int(twice.sum()))
        if len(rows) and (blank | twice).any():
            tables[name] = filled[~(blank | twice)]


def _replaced(
    tables: Tables,
    name: str,
    code: str,
    chosen: Callable[[str], bool],
    change: Callable[["pd.Series[Any]"], "pd.Series[Any]"],
) -> Iterator[Fix]:
    rows = tables[name]
    changed: Mapping[str, pd.Series[Any]] = {
        str(column): change(rows[column]) for column in rows.columns if chosen(str(column))
    }
    counts = {column: int((text.fillna("") != rows[column].fillna("")).sum()) for column, text in changed.items()}
    if total := sum(counts.values()):
        tables[name] = rows.assign(**{column: changed[column] for column, count in counts.items() if count})
        yield Fix(code, f"{name}.txt", total)


def _stripped(text: "pd.Series[Any]") -> "pd.Series[Any]":
    """Blanks of any width; a value of blanks only is missing."""
    stripped = text.str.strip()
    return stripped.mask((stripped == "").fillna(False))


def _ids_that_blanks_tell_apart(tables: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Columns of ids in which two differ by blanks only: without them they would be one."""
    return frozenset(
        str(column)
        for rows in tables.values()
        for column in rows.columns
        if str(column).endswith("_id") and rows[column].nunique() != rows[column].str.strip().nunique()
    )


def _time(text: "pd.Series[Any]") -> "pd.Series[Any]":
    return _rewritten(text, _TIME, ":", 2)


def _date(text: "pd.Series[Any]") -> "pd.Series[Any]":
    return _rewritten(text, _DATE, "", 2)


def _rewritten(text: "pd.Series[Any]", pattern: str, joint: str, width: int) -> "pd.Series[Any]":
    """Three numbers of `width` digits at least, joined; what is something else stays."""
    codes, values = pd.factorize(text)
    known = pd.Series(values, dtype="string")
    parts = known.str.extract(pattern).astype("string")
    new = parts[0].str.zfill(width) + joint + parts[1].str.zfill(2) + joint + parts[2].str.zfill(2)
    return pd.Series(new.fillna(known).reindex(codes).to_numpy(), index=text.index, dtype="string")


def _postcode(text: "pd.Series[Any]") -> "pd.Series[Any]":
    digits = text.str.normalize("NFKC").str.replace("〒", "").str.replace("-", "").str.strip()
    return digits.where(digits.str.fullmatch(r"\d{7}").fillna(False), text)
