"""The snapshot as JSON. It is written beside its place and then moved there: no reader ever sees half of it."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from geo import Text
from gtfs.realtime.prediction import CallStatus, Prediction, PredictionSource
from gtfs.realtime.snapshot import FeedSnapshot, Notice, Selector, Snapshot, SourceSnapshot, Vehicle
from gtfs.realtime.state import FeedState, Quality

FORMAT: Final = 1


def write_snapshot(snapshot: Snapshot, path: Path) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(snapshot_bytes(snapshot))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_snapshot(path: Path) -> Snapshot | None:
    """None where there is none yet, or one of another program version: then the timetable stands."""
    try:
        return parse_snapshot(path.read_bytes())
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def snapshot_bytes(snapshot: Snapshot) -> bytes:
    document = {
        "format": FORMAT,
        "made_at": _seconds(snapshot.made_at),
        "number": snapshot.number,
        "valid_s": snapshot.valid_s,
        "feeds": [_feed_json(feed) for feed in snapshot.feeds],
    }
    return orjson.dumps(document, option=orjson.OPT_PASSTHROUGH_DATETIME, default=_plain)


def parse_snapshot(content: bytes) -> Snapshot:
    """ValueError, KeyError or TypeError for what is no snapshot of this format."""
    document = orjson.loads(content)
    if document["format"] != FORMAT:
        raise ValueError(f"a snapshot of format {document['format']}, not {FORMAT}")
    feeds = tuple(_feed(one) for one in document["feeds"])
    return Snapshot(_instant(document["made_at"]), document["number"], feeds, document["valid_s"])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return _seconds(value)
    raise TypeError(type(value).__name__)


def _feed_json(feed: FeedSnapshot) -> dict[str, Any]:
    return {
        "feed": feed.feed,
        "state": feed.state,
        "sources": feed.sources,
        "predictions": [_row(one) for one in feed.predictions],
        "vehicles": feed.vehicles,
        "notices": feed.notices,
    }


def _row(one: Prediction) -> list[Any]:
    """Columns as in `_prediction`: a city has ten thousand of these, so their names are left out."""
    return [
        one.trip_id,
        one.stop_sequence,
        one.stop_id,
        one.scheduled_s,
        _optional_seconds(one.predicted),
        one.delay_s,
        one.source.value,
        one.status.value,
        one.service_date.isoformat(),
        one.start_s,
        _optional_seconds(one.arrival),
    ]


def _prediction(feed: str, row: Sequence[Any]) -> Prediction:
    trip, sequence, stop, scheduled, predicted, delay, source, status, day, start, arrival = row
    return Prediction(
        trip_id=trip,
        stop_sequence=sequence,
        stop_id=stop,
        scheduled_s=scheduled,
        predicted=_optional_instant(predicted),
        delay_s=delay,
        source=PredictionSource(source),
        status=CallStatus(status),
        feed=feed,
        service_date=date.fromisoformat(day),
        start_s=start,
        arrival=_optional_instant(arrival),
    )


def _feed(stored: Mapping[str, Any]) -> FeedSnapshot:
    sources = (SourceSnapshot(one["name"], _state(one["state"])) for one in stored["sources"])
    return FeedSnapshot(
        feed=stored["feed"],
        state=_state(stored["state"]),
        sources=tuple(sources),
        predictions=tuple(_prediction(stored["feed"], row) for row in stored["predictions"]),
        vehicles=tuple(_vehicle(one) for one in stored["vehicles"]),
        notices=tuple(_notice(one) for one in stored["notices"]),
    )


def _state(stored: Mapping[str, Any]) -> FeedState:
    return FeedState(
        quality=Quality(stored["quality"]),
        reason=Text(**stored["reason"]),
        since=_instant(stored["since"]),
        feed_time=_optional_instant(stored["feed_time"]),
        received=_optional_instant(stored["received"]),
        unknown_trips=tuple(stored["unknown_trips"]),
        unknown_count=stored["unknown_count"],
    )


def _vehicle(stored: Mapping[str, Any]) -> Vehicle:
    lon, lat = stored["lonlat"]
    return Vehicle(**{**stored, "lonlat": (lon, lat), "seen": _instant(stored["seen"])})


def _notice(stored: Mapping[str, Any]) -> Notice:
    told = {name: Text(**stored[name]) if stored[name] else None for name in ("description", "url")}
    periods = tuple((_optional_instant(start), _optional_instant(end)) for start, end in stored["periods"])
    selectors = tuple(Selector(**one) for one in stored["selectors"])
    rest = {"header": Text(**stored["header"]), "periods": periods, "selectors": selectors}
    return Notice(**{**stored, **told, **rest})


def _seconds(at: datetime) -> float:
    return at.timestamp()


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _optional_seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _optional_instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
