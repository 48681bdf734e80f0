"""Whether a realtime feed can be trusted just now, and if not, why: told in words, never a number made up instead."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from geo import Language, Text


class Quality(StrEnum):
    LIVE = "live"
    STALE = "stale"
    """It answers, and its content has not changed for too long."""
    LATE = "late"
    """Its content changes, and was too old already when it came."""
    WRONG_CLOCK = "wrong_clock"
    """Its time stamps lie in the future, or hours back although its content changes."""
    JUMPING = "jumping"
    """Its vehicles move faster than buses can."""
    GARBAGE = "garbage"
    """What it sends is not GTFS-Realtime."""
    SILENT = "silent"
    """It does not answer, or has not yet."""

    @property
    def predicts(self) -> bool:
        """Whether anything is predicted from it; else the timetable stands."""
        return self is Quality.LIVE


_TIMETABLE_STANDS: Final = Text("時刻表で案内しています", "the timetable stands")

_REASONS: Final = {
    Quality.LIVE: Text("正常に受信しています", "received as it should be"),
    Quality.STALE: Text("運行情報の更新が{seconds}秒止まっています", "realtime data has not changed for {seconds} s"),
    Quality.LATE: Text("運行情報が{seconds}秒遅れて届いています", "realtime data arrives {seconds} s late"),
    Quality.WRONG_CLOCK: Text(
        "運行情報の時計が{seconds}秒ずれています", "the clock of the realtime data is off by {seconds} s"
    ),
    Quality.JUMPING: Text("車両位置が飛んでいます({vehicles}台)", "positions of vehicles jump ({vehicles} vehicles)"),
    Quality.GARBAGE: Text("運行情報を読めません: {reason}", "realtime data can't be read: {reason}"),
    Quality.SILENT: Text("運行情報を受信できません: {reason}", "no realtime data is received: {reason}"),
}


@dataclass(frozen=True, slots=True)
class FeedState:
    quality: Quality
    reason: Text
    """For people; where nothing is predicted it ends with what stands instead."""
    since: datetime
    """When this quality began, in UTC."""
    feed_time: datetime | None = None
    """The header's time stamp of the latest message, in UTC."""
    received: datetime | None = None
    """When the latest message came that could be read, in UTC by our own clock."""
    unknown_trips: tuple[str, ...] = ()
    """trip_ids that the timetable lacks or that do not run that day; the first few of them."""
    unknown_count: int = 0


def feed_state(quality: Quality, since: datetime, **told: object) -> FeedState:
    """With the words for it; `told` fills them (seconds, vehicles, reason: a Text or a str)."""
    words = _REASONS[quality]
    ja, en = (words.ja.format_map(_in_language(told, "ja")), words.en.format_map(_in_language(told, "en")))
    if not quality.predicts:
        ja, en = f"{ja}。{_TIMETABLE_STANDS.ja}", f"{en}; {_TIMETABLE_STANDS.en}"
    return FeedState(quality, Text(ja, en), since)


def _in_language(told: dict[str, object], language: Language) -> dict[str, object]:
    return {name: value.in_language(language) if isinstance(value, Text) else value for name, value in told.items()}
