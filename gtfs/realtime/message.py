"""GTFS-Realtime as typed values: a feed message parsed from its bytes, binary or text.

What the specification calls required and a message lacks is None here; nothing is made up. Whether trips and stops
exist is not asked: a message is read without its timetable.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from google.protobuf import text_format
from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as pb

from geo import Text
from gtfs.realtime.errors import GarbageError
from gtfs.realtime.snapshot import Notice, Selector

_KNOWN_VERSIONS: Final = ("1.0", "1", "2.0", "2")
_LATEST: Final = 253_402_300_000
"""The end of the year 9999 in POSIX seconds: what datetime can say."""


@dataclass(frozen=True, slots=True)
class TripDescriptor:
    trip_id: str | None = None
    route_id: str | None = None
    direction_id: int | None = None
    start_s: int | None = None
    """ServiceSeconds."""
    start_date: date | None = None
    relationship: str = "SCHEDULED"
    """SCHEDULED, ADDED, UNSCHEDULED, CANCELED, REPLACEMENT, DUPLICATED, DELETED or NEW."""


@dataclass(frozen=True, slots=True)
class Event:
    """An arrival or a departure: an instant, a delay, or neither."""

    time: datetime | None = None
    delay_s: int | None = None
    uncertainty_s: int | None = None


@dataclass(frozen=True, slots=True)
class StopTimeUpdate:
    stop_sequence: int | None
    stop_id: str | None
    arrival: Event | None
    departure: Event | None
    relationship: str = "SCHEDULED"
    """SCHEDULED, SKIPPED, NO_DATA or UNSCHEDULED."""
    assigned_stop_id: str | None = None


@dataclass(frozen=True, slots=True)
class TripUpdate:
    trip: TripDescriptor
    stops: tuple[StopTimeUpdate, ...] = ()
    vehicle_id: str | None = None
    time: datetime | None = None
    delay_s: int | None = None
    new_trip_id: str | None = None
    """Of a duplicated trip: how the copy is called."""


@dataclass(frozen=True, slots=True)
class VehiclePosition:
    trip: TripDescriptor
    lonlat: tuple[float, float]
    """Degrees east, degrees north."""
    vehicle_id: str | None = None
    label: str | None = None
    bearing: float | None = None
    speed_ms: float | None = None
    stop_sequence: int | None = None
    stop_id: str | None = None
    status: str = "IN_TRANSIT_TO"
    """INCOMING_AT, STOPPED_AT or IN_TRANSIT_TO the stop."""
    time: datetime | None = None
    occupancy: str | None = None

    @property
    def id(self) -> str | None:
        return self.vehicle_id or self.trip.trip_id


@dataclass(frozen=True)
class Message:
    time: datetime | None
    """Of the header, in UTC."""
    trip_updates: tuple[TripUpdate, ...] = ()
    vehicles: tuple[VehiclePosition, ...] = ()
    notices: tuple[Notice, ...] = ()
    entities: int = 0
    left_out: int = 0
    """Entities without what they need: a vehicle without a place on Earth, an update without a trip."""


def parse_message(content: bytes) -> Message:
    """From protobuf; GarbageError for bytes that are none, such as an HTML page of an error."""
    raw = pb.FeedMessage()
    try:
        raw.ParseFromString(content)
    except DecodeError as error:
        raise _garbage(content) from error
    if not content or not raw.IsInitialized():
        raise _garbage(content)
    return _message(raw)


def parse_text(content: bytes) -> Message:
    """From protobuf's text format, in which examples are written."""
    try:
        return _message(text_format.Parse(content.decode(), pb.FeedMessage()))
    except (text_format.ParseError, UnicodeDecodeError) as error:
        line = " ".join(str(error).split())[:200]
        raise GarbageError(
            Text(f"GTFS-Realtimeのテキスト形式ではありません({line})", f"not text format: {line}")
        ) from error


def _garbage(content: bytes) -> GarbageError:
    if not content.strip():
        return GarbageError(Text("中身が空です", "the content is empty"))
    if content.lstrip()[:1] in (b"<", b"{"):
        return GarbageError(
            Text("GTFS-Realtimeではなく、HTMLやJSONのような文書です", "a text such as HTML or JSON, not GTFS-Realtime")
        )
    return GarbageError(Text("GTFS-Realtimeの形式ではありません", "not in the format of GTFS-Realtime"))


def _message(raw: pb.FeedMessage) -> Message:
    if raw.header.gtfs_realtime_version not in _KNOWN_VERSIONS:
        version = raw.header.gtfs_realtime_version[:20]
        raise GarbageError(
            Text(f"GTFS-Realtimeの版「{version}」を知りません", f"GTFS-Realtime version {version!r} is not known")
        )
    entities = [entity for entity in raw.entity if not entity.is_deleted]
    updates = [_trip_update(entity.trip_update) for entity in entities if entity.HasField("trip_update")]
    vehicles = [_vehicle(entity.vehicle) for entity in entities if entity.HasField("vehicle")]
    return Message(
        time=_instant(raw.header.timestamp),
        trip_updates=tuple(one for one in updates if one is not None),
        vehicles=tuple(one for one in vehicles if one is not None),
        notices=tuple(_notice(entity.id, entity.alert) for entity in entities if entity.HasField("alert")),
        entities=len(entities),
        left_out=sum(one is None for one in (*updates, *vehicles)),
    )


def _trip_update(raw: pb.TripUpdate) -> TripUpdate | None:
    trip = _trip(raw.trip)
    if trip.trip_id is None and trip.route_id is None:
        return None
    return TripUpdate(
        trip=trip,
        stops=tuple(_stop_time_update(one) for one in raw.stop_time_update),
        vehicle_id=raw.vehicle.id or None,
        time=_instant(raw.timestamp),
        delay_s=raw.delay if raw.HasField("delay") else None,
        new_trip_id=raw.trip_properties.trip_id or None,
    )


def _trip(raw: pb.TripDescriptor) -> TripDescriptor:
    return TripDescriptor(
        trip_id=raw.trip_id or None,
        route_id=raw.route_id or None,
        direction_id=raw.direction_id if raw.HasField("direction_id") else None,
        start_s=_clock(raw.start_time),
        start_date=_date(raw.start_date),
        relationship=pb.TripDescriptor.ScheduleRelationship.Name(raw.schedule_relationship),
    )


def _stop_time_update(raw: pb.TripUpdate.StopTimeUpdate) -> StopTimeUpdate:
    return StopTimeUpdate(
        stop_sequence=raw.stop_sequence if raw.HasField("stop_sequence") else None,
        stop_id=raw.stop_id or None,
        arrival=_event(raw.arrival) if raw.HasField("arrival") else None,
        departure=_event(raw.departure) if raw.HasField("departure") else None,
        relationship=pb.TripUpdate.StopTimeUpdate.ScheduleRelationship.Name(raw.schedule_relationship),
        assigned_stop_id=raw.stop_time_properties.assigned_stop_id or None,
    )


def _event(raw: pb.TripUpdate.StopTimeEvent) -> Event:
    return Event(
        time=_instant(raw.time),
        delay_s=raw.delay if raw.HasField("delay") else None,
        uncertainty_s=raw.uncertainty if raw.HasField("uncertainty") else None,
    )


def _vehicle(raw: pb.VehiclePosition) -> VehiclePosition | None:
    lon, lat = raw.position.longitude, raw.position.latitude
    on_earth = raw.HasField("position") and -180 <= lon <= 180 and -90 <= lat <= 90
    if not on_earth or (lon, lat) == (0, 0):  # what a device sends that does not know where it is
        return None
    position = raw.position
    return VehiclePosition(
        trip=_trip(raw.trip),
        lonlat=(round(lon, 6), round(lat, 6)),
        vehicle_id=raw.vehicle.id or None,
        label=raw.vehicle.label or None,
        bearing=position.bearing if position.HasField("bearing") and 0 <= position.bearing <= 360 else None,
        speed_ms=position.speed if position.HasField("speed") and 0 <= position.speed < 100 else None,
        stop_sequence=raw.current_stop_sequence if raw.HasField("current_stop_sequence") else None,
        stop_id=raw.stop_id or None,
        status=pb.VehiclePosition.VehicleStopStatus.Name(raw.current_status),
        time=_instant(raw.timestamp),
        occupancy=_occupancy(raw),
    )


def _occupancy(raw: pb.VehiclePosition) -> str | None:
    if not raw.HasField("occupancy_status"):
        return None
    return pb.VehiclePosition.OccupancyStatus.Name(raw.occupancy_status)


_UNTITLED: Final = Text("お知らせ", "Notice")


def _notice(id: str, raw: pb.Alert) -> Notice:
    return Notice(
        id=id,
        header=_text(raw.header_text) or _text(raw.description_text) or _UNTITLED,
        description=_text(raw.description_text),
        url=_web_address(raw.url),
        periods=tuple((_instant(one.start), _instant(one.end)) for one in raw.active_period),
        selectors=tuple(_selector(one) for one in raw.informed_entity),
        cause=pb.Alert.Cause.Name(raw.cause),
        effect=pb.Alert.Effect.Name(raw.effect),
        severity=pb.Alert.SeverityLevel.Name(raw.severity_level),
    )


def _selector(raw: pb.EntitySelector) -> Selector:
    return Selector(
        agency_id=raw.agency_id or None,
        route_id=raw.route_id or raw.trip.route_id or None,
        stop_id=raw.stop_id or None,
        trip_id=raw.trip.trip_id or None,
        direction_id=raw.direction_id if raw.HasField("direction_id") else None,
        route_type=raw.route_type if raw.HasField("route_type") else None,
    )


_LONGEST_TEXT: Final = 4_000


def _text(raw: pb.TranslatedString) -> Text | None:
    """Both languages; a text without a language, or in another, stands in where one is missing."""
    texts = {one.language.lower().partition("-")[0]: one.text.strip()[:_LONGEST_TEXT] for one in raw.translation}
    texts = {language: text for language, text in texts.items() if text}
    if not texts:
        return None
    any_text = texts.get("") or next(iter(texts.values()))
    ja = texts.get("ja") or any_text
    return Text(ja, texts.get("en") or texts.get("") or ja)


def _web_address(raw: pb.TranslatedString) -> Text | None:
    """Only what a page may link to: `javascript:` is an address too."""
    text = _text(raw)
    is_web = text is not None and all(one.startswith(("https://", "http://")) for one in (text.ja, text.en))
    return text if is_web else None


def _instant(seconds: int) -> datetime | None:
    """0 stands for "not told" in protobuf."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST else None


def _clock(text: str) -> int | None:
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    hours, minutes, seconds = map(int, parts)
    return hours * 3600 + minutes * 60 + seconds


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None
