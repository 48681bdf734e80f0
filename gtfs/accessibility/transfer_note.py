"""What an explanation says of transfers.txt."""

from geo import Text
from gtfs.routing import RoutingTimetable


def transfer_notes(timetable: RoutingTimetable) -> tuple[Text, ...]:
    """The rules that were followed and those that were not; nothing for a timetable without any."""
    counted = {"followed": len(timetable.transfer_least_s), **timetable.not_followed}
    return tuple(_filled(_NOTES[key], count) for key, count in counted.items() if count)


def _filled(text: Text, count: int) -> Text:
    return Text(text.ja.format(count=f"{count:,}"), text.en.format(count=f"{count:,}"))


_NOTES = {
    "followed": Text(
        "乗換規則(transfers.txt)の最小乗換時間・乗換不可を停留所の組{count}件に適用",
        "least times and closed changes of transfers.txt are followed between {count} pairs of stops",
    ),
    "routes_and_trips": Text(
        "路線・便ごとの乗換規則(transfers.txt){count}件は考慮していない",
        "{count} rules of transfers.txt for some routes or trips only are not followed",
    ),
    "seated": Text(
        "乗ったままの乗継(transfer_type 4・5){count}件は考慮していない",
        "{count} rules of transfers.txt on staying seated (types 4 and 5) are not followed",
    ),
    "blocks": Text(
        "同じ車両が続けて走る便(block_id){count}組も、一度降りて乗り換えるものとして計算",
        "{count} vehicles run several trips (block_id): passengers are taken to change, not to stay seated",
    ),
}
