"""Feeds of several operators as one: ids told apart where they collide, every table kept, stops joined by place."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from geo import Text
from gtfs.errors import GtfsError
from gtfs.feed import Feed
from gtfs.merge_area import join_stops
from gtfs.merge_info import merged_info
from gtfs.publication.text_feed import TextFeed
from gtfs.publication.translation_form import fix_translations
from gtfs.publication.value_fix import Tables

_ALIASES: Final = {
    "parent_station": "stop_id", "from_stop_id": "stop_id", "to_stop_id": "stop_id", "origin_id": "zone_id",
    "destination_id": "zone_id", "contains_id": "zone_id", "jp_office_id": "office_id", "jp_pattern_id": "pattern_id",
    "from_area_id": "area_id", "to_area_id": "area_id", "from_leg_group_id": "leg_group_id",
    "to_leg_group_id": "leg_group_id", "from_route_id": "route_id", "to_route_id": "route_id",
    "from_trip_id": "trip_id", "to_trip_id": "trip_id", "from_timeframe_group_id": "timeframe_group_id",
    "to_timeframe_group_id": "timeframe_group_id", "pickup_booking_rule_id": "booking_rule_id",
    "drop_off_booking_rule_id": "booking_rule_id", "prior_notice_service_id": "service_id",
}  # fmt: skip
"""Columns that name what another column identifies; any other `..._id` is of its own kind."""
_NO_IDS: Final = frozenset({"record_id", "record_sub_id", "trans_id", "direction_id"})
_RECORDS: Final = {"agency": "agency_id", "stops": "stop_id", "routes": "route_id", "trips": "trip_id",
                   "stop_times": "trip_id", "levels": "level_id", "pathways": "pathway_id",
                   "attributions": "attribution_id"}  # fmt: skip
"""What record_id of translations.txt means, by its table_name."""
_STANDARD: Final = frozenset(
    {"agency", "agency_jp", "areas", "attributions", "booking_rules", "calendar", "calendar_dates", "fare_attributes",
     "fare_leg_join_rules", "fare_leg_rules", "fare_media", "fare_products", "fare_rules", "fare_transfer_rules",
     "feed_info", "frequencies", "levels", "location_group_stops", "location_groups", "networks", "office_jp",
     "pathways", "pattern_jp", "rider_categories", "route_networks", "routes", "routes_jp", "shapes", "stop_areas",
     "stop_times", "stops", "timeframes", "transfers", "translations", "trips"}
)  # fmt: skip


class MergeError(GtfsError, ValueError):
    """Feeds that one feed can't hold. `text` is what a person reads."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Merged:
    feed: TextFeed
    renamed: Mapping[str, Mapping[str, int]]
    """How many ids were prefixed, by feed and kind (`stop_id`)."""
    joined_stops: int
    """Places where poles of several feeds have one parent_station now."""
    notes: tuple[Text, ...]


def merge_feeds(feeds: Mapping[str, TextFeed], readable: Mapping[str, Feed] | None = None) -> Merged:
    """`feeds` by short name, which is the prefix of ids that collide; the same names and feeds give the same zip.

    `readable`: the same feeds as `gtfs.read_feed` has them; without them stops are not joined.
    MergeError for feeds in different time zones.
    """
    known = {name: _prepared(name, feed) for name, feed in feeds.items()}
    _check_zones(known)
    prefixes = {name: f"{name}:" for name in known}
    renamed = _told_apart(known, prefixes)
    notes: list[Text] = []
    tables = _joined(known, notes)
    info, told = merged_info(known)
    notes += told
    if info is not None:
        tables["feed_info"] = info
    joined = join_stops(tables, readable, renamed) if readable else 0
    counts = {name: {kind: len(ids) for kind, ids in kinds.items()} for name, kinds in renamed.items()}
    return Merged(TextFeed(tables, _files(feeds)), counts, joined, tuple(notes))


def short_names(stems: list[str]) -> list[str]:
    """A prefix for each feed: its file's name in plain letters; a number where two are alike."""
    plain = [re.sub(r"[^0-9A-Za-z_-]+", "", stem) or "feed" for stem in stems]
    seen: Counter[str] = Counter()
    names = []
    for name in plain:
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}{seen[name]}")
    return names


def _prepared(name: str, feed: TextFeed) -> Tables:
    """Its operator named where only one was meant, its fares bound to its own routes, its translations of today."""
    tables: Tables = {table: rows.reset_index(drop=True) for table, rows in feed.tables.items()}
    list(fix_translations(tables))
    _name_agency(tables, name)
    _bind_fares(tables)
    return tables


def _name_agency(tables: Tables, name: str) -> None:
    """A feed of one operator need not say which; one of several must."""
    agencies = tables.get("agency")
    if agencies is None or len(agencies) != 1:
        return
    if "agency_id" not in agencies or agencies["agency_id"].isna().all():
        tables["agency"] = agencies.assign(agency_id=pd.Series([name], dtype="string"))
    only = str(tables["agency"]["agency_id"].iloc[0])
    for table in ("routes", "fare_attributes"):
        if table in tables:
            tables[table] = _filled(tables[table], "agency_id", only)


def _filled(rows: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    current = rows[column] if column in rows else pd.Series(pd.NA, index=rows.index, dtype="string")
    return rows.assign(**{column: current.fillna(value)})


def _bind_fares(tables: Tables) -> None:
    """A fare without a rule holds everywhere: it gets a rule for each route of its own feed."""
    if not all(
        table in tables and column in tables[table]
        for table, column in (("fare_attributes", "fare_id"), ("routes", "route_id"))
    ):
        return
    rules = tables.get("fare_rules", pd.DataFrame({"fare_id": [], "route_id": []}, dtype="string"))
    free = [
        fare for fare in tables["fare_attributes"]["fare_id"].dropna() if fare not in set(rules["fare_id"].dropna())
    ]
    if free:
        routes = tables["routes"]["route_id"].dropna().tolist()
        new = pd.DataFrame([(fare, route) for fare in free for route in routes], columns=["fare_id", "route_id"])
        tables["fare_rules"] = pd.concat([rules, new.astype("string")], ignore_index=True)


def _check_zones(feeds: Mapping[str, Tables]) -> None:
    zones = {
        str(zone) for tables in feeds.values() if "agency" in tables
        for zone in tables["agency"].get("agency_timezone", pd.Series(dtype="string")).dropna()
    }  # fmt: skip
    if len(zones) > 1:
        told = ", ".join(sorted(zones))
        raise MergeError(
            Text(f"時間帯の異なるGTFSは統合できません({told})", f"feeds in different time zones can't be one: {told}")
        )


def _told_apart(feeds: Mapping[str, Tables], prefixes: Mapping[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    """Prefixes ids in place. What was renamed: by feed and kind, the old id to the new."""
    ids = {name: _ids(tables) for name, tables in feeds.items()}
    kinds = sorted({kind for one in ids.values() for kind in one})
    renamed: dict[str, dict[str, dict[str, str]]] = {name: {} for name in feeds}
    shared = _same_agencies(feeds)
    for kind in kinds:
        counts = Counter(id for one in ids.values() for id in one.get(kind, ()))
        taken = set(counts)
        for name in feeds:
            hit = sorted(id for id in ids[name].get(kind, ()) if counts[id] > 1 and (kind, id) not in shared)
            if hit:
                renamed[name][kind] = {id: _free(f"{prefixes[name]}{id}", taken) for id in hit}
    for name, tables in feeds.items():
        _rename(tables, renamed[name])
    return renamed


def _free(id: str, taken: set[str]) -> str:
    """An id that nobody has; the prefixed one, but for the rare feed that already has it."""
    while id in taken:
        id = f"{id}_"
    taken.add(id)
    return id


def _ids(tables: Tables) -> dict[str, set[str]]:
    """By kind, every id that a feed names."""
    found: dict[str, set[str]] = {}
    for rows in tables.values():
        for column in rows.columns:
            if kind := _kind(str(column)):
                found.setdefault(kind, set()).update(rows[column].dropna().unique().tolist())
    return found


def _kind(column: str) -> str | None:
    if column in _NO_IDS:
        return None
    return _ALIASES.get(column) or (column if column.endswith("_id") else None)


def _same_agencies(feeds: Mapping[str, Tables]) -> set[tuple[str, str]]:
    """Operators whom several feeds call the same under one id: that id is theirs and is kept."""
    names: dict[str, set[str]] = {}
    for tables in feeds.values():
        rows = tables.get("agency")
        if rows is not None and {"agency_id", "agency_name"} <= set(rows.columns):
            for id, name in zip(rows["agency_id"].fillna(""), rows["agency_name"].fillna(""), strict=True):
                names.setdefault(str(id), set()).add(str(name))
    return {("agency_id", id) for id, called in names.items() if len(called) == 1}


def _rename(tables: Tables, renamed: Mapping[str, Mapping[str, str]]) -> None:
    for table, rows in tables.items():
        changed = {
            str(column): rows[column].replace(dict(new))
            for column in rows.columns
            if (kind := _kind(str(column))) and (new := renamed.get(kind))
        }
        if changed:
            tables[table] = rows.assign(**changed)
    if "translations" in tables and {"table_name", "record_id"} <= set(tables["translations"].columns):
        rows = tables["translations"]
        record = rows["record_id"].copy()
        for table, kind in _RECORDS.items():
            chosen = (rows["table_name"] == table).fillna(False)
            record = record.mask(chosen, record.replace(dict(renamed.get(kind, {}))))
        tables["translations"] = rows.assign(record_id=record)


def _joined(feeds: Mapping[str, Tables], notes: list[Text]) -> Tables:
    tables: Tables = {}
    for table in dict.fromkeys(table for one in feeds.values() for table in one):
        having = {name: one[table] for name, one in feeds.items() if table in one}
        if table == "feed_info":
            continue
        if table in _STANDARD or len({tuple(rows.columns) for rows in having.values()}) == 1:
            tables[table] = pd.concat(list(having.values()), ignore_index=True).astype("string")
        else:
            tables.update({f"{name}_{table}": rows for name, rows in having.items()})
            notes.append(
                Text(
                    f"{table}.txt は列が異なるため、フィードごとに分けて残しました",
                    f"{table}.txt has different columns and is kept apart for each feed",
                )
            )
    tables["agency"] = tables["agency"].drop_duplicates("agency_id", ignore_index=True)
    for table in ("agency_jp", "translations"):
        if table in tables:
            tables[table] = tables[table].drop_duplicates(ignore_index=True)
    notes += _settle_translations(tables, feeds)
    return tables


def _settle_translations(tables: Tables, feeds: Mapping[str, Tables]) -> Iterator[Text]:
    """A name that two feeds translate differently is translated record by record."""
    key = ["table_name", "field_name", "language", "field_value"]
    rows = tables.get("translations")
    if rows is None or not set(key) <= set(rows.columns):
        return
    by_value = rows["field_value"].notna()
    disputed = by_value & rows.duplicated(key, keep=False)
    if not disputed.any():
        return
    tables["translations"] = pd.concat(
        [rows[~disputed], *(_by_record(one, rows[disputed], key) for one in feeds.values())], ignore_index=True
    ).astype("string")
    count = int(rows[disputed].drop_duplicates(key).shape[0])
    yield Text(
        f"フィードにより訳の異なる{count}件は、停留所などのIDごとの訳にしました",
        f"{count} names that feeds translate differently are translated for each record",
    )


def _by_record(tables: Tables, disputed: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """This feed's own translations of disputed names, one row for each record with that name."""
    own = tables.get("translations")
    if own is None or not set(key) <= set(own.columns):
        return pd.DataFrame(columns=disputed.columns)
    mine = own.merge(disputed[key].drop_duplicates(), on=key)
    parts: list[dict[Any, Any]] = []
    for row in mine.drop_duplicates(key).to_dict("records"):
        kind = _RECORDS.get(str(row["table_name"]))
        table = tables.get(str(row["table_name"]))
        if kind and table is not None and kind in table and row["field_name"] in table and kind != "trip_id":
            ids = table[kind][(table[row["field_name"]] == row["field_value"]).fillna(False)].dropna()
            parts += [{**dict(row), "record_id": id, "field_value": None} for id in ids]
    return pd.DataFrame(parts, columns=pd.Index(list(dict.fromkeys([*disputed.columns, "record_id"]))))


def _files(feeds: Mapping[str, TextFeed]) -> dict[str, bytes]:
    """Once where all say the same, else under the feed's name."""
    contents: dict[str, dict[str, bytes]] = {}
    for name, feed in feeds.items():
        for file, content in feed.files.items():
            contents.setdefault(file, {})[name] = content
    files: dict[str, bytes] = {}
    for file, one in contents.items():
        if len(set(one.values())) == 1:
            files[file] = next(iter(one.values()))
        else:
            files.update({f"{name}_{file.replace('/', '_')}": content for name, content in one.items()})
    return files
