"""What one source has sent so far, and what that says of it. A `Watch` is a value: each reading makes the next one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from math import cos, hypot, radians
from typing import Final

from geo import Text
from gtfs.realtime.errors import GarbageError
from gtfs.realtime.message import Message, VehiclePosition, parse_message
from gtfs.realtime.state import FeedState, Quality, feed_state

SILENT_S: Final = 90
"""Without an answer for so long a feed is silent; until then its last message counts."""
STALE_S: Final = 180
LATE_S: Final = 120
CLOCK_AHEAD_S: Final = 60
"""GTFS-Realtime's best practices want clocks within a minute."""
CLOCK_BEHIND_S: Final = 3_600
JUMP_MS: Final = 40.0
"""144 km/h: no bus on any road."""
JUMP_M: Final = 300.0
"""What is nearer than this is an error of GNSS."""
_CALM_READINGS: Final = 3
"""Without jumps, until a jumping feed is trusted again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One poll: bytes, or why there are none."""

    at: datetime
    """By our own clock, in UTC."""
    content: bytes | None = None
    failure: Text | None = None
    unchanged: bool = False
    """The server says that nothing is new since the last reading (304)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a vehicle was last."""

    lonlat: tuple[float, float]
    at: datetime


@dataclass(frozen=True)
class Watch:
    state: FeedState
    """As of the last reading or look."""
    message: Message | None = None
    """The latest that could be read."""
    received: datetime | None = None
    changed: datetime | None = None
    """When the content last became another, by our own clock."""
    changes: int = 0
    content_hash: bytes = b""
    failure: Text | None = None
    garbage: Text | None = None
    seen: Mapping[str, Seen] = field(default_factory=dict)
    jumping: frozenset[str] = frozenset()
    """Vehicles that jumped in the latest message."""
    is_jumping: bool = False
    calm: int = 0

    @classmethod
    def begun(cls, at: datetime) -> "Watch":
        return cls(feed_state(Quality.SILENT, at, reason=Text("まだ応答がありません", "no answer yet")))

    def after(self, reading: Reading) -> "Watch":
        if reading.content is None:
            answered = {"received": reading.at, "failure": None} if reading.unchanged else {"failure": reading.failure}
            return replace(self, **answered).looked_at(reading.at)
        return self._told(reading.at, reading.content).looked_at(reading.at)

    def _told(self, at: datetime, content: bytes) -> "Watch":
        found = blake2b(content, digest_size=16).digest()
        if found == self.content_hash and self.garbage is None:
            return replace(self, received=at, failure=None)
        try:
            message = parse_message(content)
        except GarbageError as error:
            return replace(self, garbage=error.text, failure=None, content_hash=found)
        same_time = message.time is not None and self.message is not None and message.time == self.message.time
        told = replace(self, message=message, received=at, failure=None, garbage=None)
        if not same_time:
            told = replace(told, changed=at, changes=self.changes + 1)
        return replace(told, content_hash=found)._followed(message, at)

    def _followed(self, message: Message, at: datetime) -> "Watch":
        """Who jumped since the message before, and whether that is most of them."""
        places = {one.id: Seen(one.lonlat, one.time or message.time or at) for one in message.vehicles if one.id}
        moved = [id for id, now in places.items() if id in self.seen and self.seen[id].at != now.at]
        jumping = frozenset(id for id in moved if _jumps(self.seen[id], places[id]))
        many = len(jumping) * 2 > len(moved) or (len(jumping) >= 3 and len(jumping) * 4 >= len(moved))
        calm = 0 if many else self.calm + bool(moved)
        still = many or (self.is_jumping and calm < _CALM_READINGS)
        seen = {**{id: one for id, one in self.seen.items() if _is_recent(one, at)}, **places}
        return replace(self, seen=seen, jumping=jumping, is_jumping=still, calm=calm)

    def looked_at(self, now: datetime) -> "Watch":
        """The same with its state as of now: a feed that says nothing more becomes silent by itself."""
        quality, told = self._quality(now)
        since = self.state.since if quality is self.state.quality else now
        time = self.message.time if self.message else None
        state = replace(feed_state(quality, since, **told), feed_time=time, received=self.received)
        return replace(self, state=state)

    def _quality(self, now: datetime) -> tuple[Quality, dict[str, object]]:
        if self.garbage is not None:
            return Quality.GARBAGE, {"reason": self.garbage}
        if self.message is None or self.received is None or now - self.received > timedelta(seconds=SILENT_S):
            return Quality.SILENT, {"reason": self.failure or Text("応答がありません", "no answer")}
        still_s = int((now - (self.changed or self.received)).total_seconds())
        age_s = int((now - self.message.time).total_seconds()) if self.message.time else still_s
        if age_s < -CLOCK_AHEAD_S:
            return Quality.WRONG_CLOCK, {"seconds": -age_s}
        if still_s > STALE_S:
            return Quality.STALE, {"seconds": max(still_s, age_s)}
        late_s = age_s - still_s
        if late_s > LATE_S and self.changes < 2:
            # Old at the first look: only what comes next tells a slow feed from a file that nobody writes any more.
            return Quality.STALE, {"seconds": age_s}
        if late_s > LATE_S:
            return (Quality.WRONG_CLOCK if late_s > CLOCK_BEHIND_S else Quality.LATE), {"seconds": late_s}
        if self.is_jumping:
            return Quality.JUMPING, {"vehicles": len(self.jumping) or len(self.seen)}
        return Quality.LIVE, {}

    def trusts(self, vehicle: VehiclePosition) -> bool:
        return vehicle.id not in self.jumping


def _is_recent(one: Seen, now: datetime) -> bool:
    return abs(now - one.at) < timedelta(minutes=30)


def _jumps(before: Seen, now: Seen) -> bool:
    (west, south), (east, north) = before.lonlat, now.lonlat
    metres = 111_195 * hypot((east - west) * cos(radians(north)), north - south)
    seconds = abs((now.at - before.at).total_seconds())
    return metres > JUMP_M and metres > JUMP_MS * seconds
