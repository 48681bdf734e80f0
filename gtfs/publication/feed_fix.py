"""What GTFS-JP wants told and the feed itself knows: language, period, version, publisher; the order of dates."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from gtfs.clock import parse_days
from gtfs.publication.fix import Fix
from gtfs.publication.value_fix import Tables
from gtfs.service import WEEKDAYS

_JAPAN: Final = "Asia/Tokyo"
_INFO: Final = (
    "feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_start_date", "feed_end_date", "feed_version",
)  # fmt: skip


def fix_feed(tables: Tables) -> Iterator[Fix]:
    """Changes `tables` in place; fills only what is blank."""
    if "agency" not in tables or not len(tables["agency"]):
        return
    if _is_japanese(tables):
        yield from _fill(tables, "agency", "agency_lang", "ja")
    yield from _fill(tables, "stops", "location_type", "0")
    yield from _order_dates(tables)
    yield from _feed_info(tables)


def _is_japanese(tables: Tables) -> bool:
    zones = tables["agency"].get("agency_timezone")
    return zones is not None and bool((zones == _JAPAN).all())


def _fill(tables: Tables, table: str, column: str, value: str | None) -> Iterator[Fix]:
    if table not in tables or not value or not len(tables[table]):
        return
    rows = tables[table]
    current = rows[column] if column in rows else pd.Series(pd.NA, index=rows.index, dtype="string")
    if current.isna().any():
        tables[table] = rows.assign(**{column: current.fillna(value)})
        yield Fix("filled", f"{table}.txt", int(current.isna().sum()), column)


def _order_dates(tables: Tables) -> Iterator[Fix]:
    """By service in the order of the calendar, then by date."""
    rows = tables.get("calendar_dates")
    if rows is None or not {"service_id", "date"} <= set(rows.columns):
        return
    known = tables["calendar"]["service_id"].dropna().tolist() if _has(tables, "calendar", "service_id") else []
    services = dict.fromkeys([*known, *sorted(rows["service_id"].dropna().unique())])
    numbers = {service: number for number, service in enumerate(services)}
    by_service = rows["service_id"].map(numbers).astype("Float64").fillna(-1).to_numpy(dtype=np.int64)
    order = np.lexsort([rows["date"].fillna("").to_numpy(dtype="U16"), by_service])
    if (order != np.arange(len(rows))).any():
        tables["calendar_dates"] = rows.iloc[order]
        yield Fix("sorted", "calendar_dates.txt", what="service_id, date")


def _feed_info(tables: Tables) -> Iterator[Fix]:
    agency = tables["agency"].iloc[0]
    if "feed_info" not in tables or not len(tables["feed_info"]):
        tables["feed_info"] = pd.DataFrame({name: [pd.NA] for name in _INFO}, dtype="string")
        yield Fix("feed_info", "feed_info.txt")
    lang = agency.get("agency_lang")
    first, last = _period(tables)
    values: dict[str, Any] = {
        "feed_publisher_name": agency.get("agency_name"),
        "feed_publisher_url": agency.get("agency_url"),
        "feed_lang": lang if isinstance(lang, str) else "ja" if _is_japanese(tables) else None,
        "feed_start_date": first,
        "feed_end_date": last,
    }
    for column, value in values.items():
        yield from _fill(tables, "feed_info", column, value if isinstance(value, str) else None)
    yield from _fill(tables, "feed_info", "feed_version", f"{first or 'undated'}_{_digest(tables)}")


def _period(tables: Tables) -> tuple[str | None, str | None]:
    """First and last date on which anything may run, as YYYYMMDD."""
    days: list[np.datetime64] = []
    if _has(tables, "calendar", "start_date", "end_date"):
        rows = tables["calendar"]
        running = rows[[day for day in WEEKDAYS if day in rows]].isin(["1"]).any(axis=1)
        days += [*parse_days(rows["start_date"][running]), *parse_days(rows["end_date"][running])]
    if _has(tables, "calendar_dates", "date", "exception_type"):
        rows = tables["calendar_dates"]
        days += [*parse_days(rows["date"][rows["exception_type"] == "1"])]
    told = [day for day in days if not np.isnat(day)]
    return (_plain(min(told)), _plain(max(told))) if told else (None, None)


def _has(tables: Tables, table: str, *columns: str) -> bool:
    return table in tables and set(columns) <= set(tables[table].columns)


def _plain(day: np.datetime64) -> str:
    return str(day).replace("-", "")


def _digest(tables: Tables) -> str:
    """Eight letters that differ when any table differs."""
    whole = hashlib.sha256()
    for name in sorted(tables):
        if name != "feed_info":
            whole.update(name.encode())
            whole.update(pd.util.hash_pandas_object(tables[name].fillna(""), index=False).to_numpy().tobytes())
    return whole.hexdigest()[:8]
