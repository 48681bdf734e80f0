"""Bytes become typed values, or one clear error."""

from datetime import UTC, datetime

import numpy as np
import pytest

from geo import Text
from gtfs.realtime.errors import GarbageError
from gtfs.realtime.message import parse_message, parse_text
from tests.gtfs.realtime.street import at, message, update, vehicle
from tests.shared_data import shared_data


def test_the_specifications_example_of_alerts_is_read() -> None:
    read = parse_text(shared_data("gtfs_rt/google_examples/alerts.asciipb").read_bytes())
    (notice,) = read.notices
    assert notice.periods == (
        (datetime(2010, 9, 14, 9, 44, 28, tzinfo=UTC), datetime(2010, 9, 14, 12, 41, 12, tzinfo=UTC)),
    )
    assert (notice.cause, notice.effect) == ("CONSTRUCTION", "DETOUR")
    assert notice.concerns(stop_id="16230")
    assert notice.concerns(stop_id="16299", route_id="100")
    assert not notice.concerns(stop_id="16299", route_id="7")


def test_the_specifications_example_of_trip_updates_is_read() -> None:
    read = parse_text(shared_data("gtfs_rt/google_examples/trip-updates-full.asciipb").read_bytes())
    simple, frequent = read.trip_updates
    told = [(one.stop_sequence, one.arrival.delay_s if one.arrival else None) for one in simple.stops]
    assert (simple.trip.trip_id, told) == ("trip-1", [(3, 5), (8, 1), (10, None)])
    assert (frequent.trip.start_s, frequent.stops[0].arrival.delay_s) == (40_535, -2)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "content", [b"", b"  ", b"<html>502</html>", b'{"error": 1}', b"\xff" * 50, b"\x0a\x0d\x0a\x03", "バス".encode()]
)
def test_garbage_is_one_clear_error_in_both_languages(content: bytes) -> None:
    with pytest.raises(GarbageError) as told:
        parse_message(content)
    assert told.value.text.ja
    assert told.value.text.en


def test_every_damaged_message_is_read_or_refused() -> None:
    whole = message(
        at(7), update("東0700", {"stopSequence": 3, "arrival": {"delay": 60}}), vehicle("東0700", 700, at(7))
    )
    random = np.random.default_rng(5)
    for _ in range(2_000):
        damaged = bytearray(whole[: random.integers(1, len(whole) + 1)])
        for place in random.integers(0, len(damaged), 3):
            damaged[place] = random.integers(0, 256)
        try:
            parse_message(bytes(damaged))
        except GarbageError:
            continue


def test_a_vehicle_that_does_not_know_where_it_is_is_left_out_and_counted() -> None:
    nowhere = {"vehicle": {"vehicle": {"id": "x"}, "position": {"longitude": 0, "latitude": 0}}}
    read = parse_message(message(at(7), nowhere, vehicle("東0700", 0, at(7))))
    assert (len(read.vehicles), read.left_out, read.entities) == (1, 1, 2)


def test_a_text_in_one_language_stands_in_for_the_other() -> None:
    header = {"translation": [{"text": "工事", "language": "ja"}]}
    both = {"translation": [{"text": "工事", "language": "ja-JP"}, {"text": "Road works", "language": "en"}]}
    link = {"translation": [{"text": "javascript:alert(1)"}]}
    read = parse_message(message(at(7), {"alert": {"headerText": header, "descriptionText": both, "url": link}}))
    (notice,) = read.notices
    assert (notice.header, notice.description, notice.url) == (Text("工事", "工事"), Text("工事", "Road works"), None)
