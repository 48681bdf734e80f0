"""Rows that nothing refers to: stops where no trip calls, shapes and services of no trip."""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from gtfs.publication.fix import Fix
from gtfs.publication.value_fix import Tables

_ZONES: Final = ("origin_id", "destination_id", "contains_id")


def fix_references(tables: Tables) -> Iterator[Fix]:
    """Changes `tables` in place. What any other table names is kept, whatever the table is."""
    yield from _shapes(tables)
    yield from _services(tables)
    yield from _stops(tables)


def _shapes(tables: Tables) -> Iterator[Fix]:
    if "shapes" not in tables or "shape_id" not in tables["shapes"]:
        return
    rows = tables["shapes"]
    unused = ~rows["shape_id"].isin(_named(tables, "shape_id", "shapes"))
    if unused.any():
        if unused.all():
            del tables["shapes"]
        else:
            tables["shapes"] = rows[~unused]
        yield Fix("unused", "shapes.txt", int(rows["shape_id"][unused].nunique()), "shape_id")


def _services(tables: Tables) -> Iterator[Fix]:
    """Not where a feed has no trips at all: it would be left without a calendar."""
    used = {
        service
        for name in tables
        if name not in ("calendar", "calendar_dates")
        for service in _named(tables, "service_id", "calendar", only=name)
    }
    for name in ("calendar", "calendar_dates"):
        if name not in tables or not used or "service_id" not in tables[name]:
            continue
        rows = tables[name]
        unused = ~rows["service_id"].isin(used)
        if unused.any() and not unused.all():
            tables[name] = rows[~unused]
            yield Fix("unused", f"{name}.txt", int(rows["service_id"][unused].nunique()), "service_id")


def _stops(tables: Tables) -> Iterator[Fix]:
    rows = tables.get("stops")
    if rows is None or "stop_id" not in rows or "stop_times" not in tables:
        return
    used = _named(tables, "stop_id", "stops")
    keep = rows["stop_id"].isin(used) | _kept_for_fares(tables, rows)
    if "parent_station" in rows:
        # A station stays with its platforms, and everything inside a station (entrances, nodes) stays with it.
        stations = set(rows["parent_station"][keep].dropna())
        keep |= rows["stop_id"].isin(stations) | rows["parent_station"].isin(stations | set(rows["stop_id"][keep]))
        keep |= rows["stop_id"].isin(set(rows["parent_station"][keep].dropna()))
    if not keep.all() and keep.any():
        tables["stops"] = rows[keep]
        yield from _forget(tables, set(rows["stop_id"][~keep].dropna()))
        yield Fix("unused", "stops.txt", int((~keep).sum()), "stop_id")


def _kept_for_fares(tables: Tables, rows: pd.DataFrame) -> "pd.Series[Any]":
    """All stops of a zone that fares name: without a stop the zone would be gone."""
    if "fare_rules" not in tables or "zone_id" not in rows:
        return pd.Series(False, index=rows.index)
    fares = tables["fare_rules"]
    zones = {zone for column in _ZONES if column in fares for zone in fares[column].dropna().unique()}
    return rows["zone_id"].isin(zones)


def _forget(tables: Tables, stops: set[str]) -> Iterator[Fix]:
    """Translations by record_id of stops that are no more."""
    rows = tables.get("translations")
    if rows is None or not {"table_name", "record_id"} <= set(rows.columns):
        return
    gone = (rows["table_name"] == "stops").fillna(False) & rows["record_id"].isin(stops)
    if gone.any():
        tables["translations"] = rows[~gone]
        yield Fix("unused", "translations.txt", int(gone.sum()), "record_id")


def _named(tables: Tables, id: str, own: str, only: str | None = None) -> set[str]:
    """Values of every column that is or ends in `id` (`from_stop_id`) in tables other than `own`."""
    return {
        value
        for name, rows in tables.items()
        if name != own and (only is None or name == only)
        for column in rows.columns
        if str(column) == id or str(column).endswith(f"_{id}")
        for value in rows[column].dropna().unique().tolist()
    }
