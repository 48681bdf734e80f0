"""GET /api/realtime ...: who sees which buses, what is said of a feed that fails, and the stream that all share."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from data import ImportOptions, Store, Viewer, import_paths
from data.realtime import Realtime
from geo import Text
from gtfs.realtime.snapshot import FeedSnapshot, Notice, Selector, Snapshot, SourceSnapshot, Vehicle
from gtfs.realtime.state import Quality, feed_state
from tests.gtfs.feeds import zip_feed
from web.app import create_app
from web.realtime_hub import Hub, SiteRealtime
from web.settings import Settings


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """With two operators, one of them published."""
    folder = tmp_path_factory.mktemp("buses")
    store = Store.open(folder / "store")
    for name in ("open", "closed"):
        import_paths(store, [zip_feed(folder / f"{name}.zip")], viewer=Viewer.SYSTEM, options=ImportOptions())
    store.publish("open-stops", Viewer.SYSTEM)
    yield store
    store.close()


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def bus(id: str, lon: float = 138.9, **more: Any) -> Vehicle:
    return Vehicle(id, (lon, 35.0), now(), trip_id="1a", route_id="1", delay_s=120, **more)


def snapshot(number: int = 1, *vehicles: Vehicle, made_at: datetime | None = None) -> Snapshot:
    live = feed_state(Quality.LIVE, now())
    garbage = feed_state(Quality.GARBAGE, now(), reason=Text("壊れています", "damaged"))
    notice = Notice(
        "a1", Text("工事", "Works"), periods=((now() - timedelta(hours=1), None),), selectors=(Selector(stop_id="B"),),
        effect="NO_SERVICE",
    )  # fmt: skip
    feeds = (
        FeedSnapshot("open-stops", live, (SourceSnapshot("http://10.0.0.5/rt.pb", live),), (), vehicles, (notice,)),
        FeedSnapshot("closed-stops", garbage, (), (), (bus("secret"),)),
    )
    return Snapshot(made_at or now(), number, feeds)


def client(store: Store, **settings: Any) -> TestClient:
    app = create_app(Settings(store=store.path, **settings), store)
    return TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)


def test_without_a_poller_there_is_nothing_and_no_error(tmp_path: Path) -> None:
    empty = client(Store.open(tmp_path / "store"))
    assert empty.get("/api/realtime").json() == {"made_at": None, "number": None, "feeds": []}
    assert empty.get("/api/realtime/vehicles").json()["features"] == []
    assert empty.get("/api/realtime/alerts").json() == {"alerts": []}


def test_the_public_sees_public_layers_only_and_no_addresses(filled: Store) -> None:
    Realtime(filled).write(snapshot(1, bus("b1")))
    public, internal = client(filled), client(filled, internal=True)
    (seen,) = public.get("/api/realtime").json()["feeds"]
    assert (seen["layer"], seen["sources"], seen["vehicles"]) == ("open-stops", [], 1)
    both = internal.get("/api/realtime").json()["feeds"]
    assert [feed["layer"] for feed in both] == ["open-stops", "closed-stops"]
    assert both[0]["sources"][0]["name"] == "http://10.0.0.5/rt.pb"
    assert "secret" not in public.get("/api/realtime/vehicles").text
    assert "secret" in internal.get("/api/realtime/vehicles").text


def test_a_feed_that_fails_says_why_in_both_languages(filled: Store) -> None:
    Realtime(filled).write(snapshot(2))
    state = client(filled, internal=True).get("/api/realtime").json()["feeds"][1]["state"]
    assert state["quality"] == "garbage"
    assert state["reason"]["ja"].endswith("時刻表で案内しています")
    assert state["reason"]["en"].endswith("the timetable stands")


def test_vehicles_are_geojson_and_alerts_have_their_periods(filled: Store) -> None:
    Realtime(filled).write(snapshot(3, bus("b1", bearing=90.0)))
    web = client(filled)
    (feature,) = web.get("/api/realtime/vehicles").json()["features"]
    assert feature["id"] == "open-stops/b1"
    assert feature["geometry"] == {"type": "Point", "coordinates": [138.9, 35.0]}
    assert (feature["properties"]["delay_s"], feature["properties"]["bearing"]) == (120, 90.0)
    (alert,) = web.get("/api/realtime/alerts").json()["alerts"]
    assert (alert["header"], alert["active"], alert["about"]) == (
        {"ja": "工事", "en": "Works"},
        True,
        [{"stop_id": "B"}],
    )
    assert alert["periods"][0]["end"] is None


def test_an_answer_that_has_not_changed_is_not_sent_again(filled: Store) -> None:
    Realtime(filled).write(snapshot(4, bus("b1")))
    web = client(filled)
    first = web.get("/api/realtime/vehicles")
    assert web.get("/api/realtime/vehicles", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_when_the_poller_has_died_everything_is_silent(filled: Store) -> None:
    Realtime(filled).write(snapshot(5, bus("b1"), made_at=now() - timedelta(minutes=5)))
    web = client(filled)
    assert web.get("/api/realtime").json()["feeds"][0]["state"]["quality"] == "silent"
    assert web.get("/api/realtime/vehicles").json()["features"] == []
    Realtime(filled).write(snapshot(6, bus("b1")))


def test_a_snapshot_that_another_process_replaces_is_seen_and_read_once(filled: Store) -> None:
    site = SiteRealtime(filled, Viewer.PUBLIC)
    Realtime(filled).write(snapshot(7))
    first = site.latest()
    assert first is site.latest()
    site._looked = float("-inf")
    assert first is site.latest()
    Realtime(filled).write(snapshot(8))
    site._looked = float("-inf")
    second = site.latest()
    assert second is not None
    assert second.number == 8


# The stream


def parse(content: bytes) -> list[tuple[str, str, Any]]:
    """Events as name, id, data."""
    found = []
    for block in content.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            found.append((fields["event"], fields["id"], orjson.loads(fields["data"])))
    return found


async def events(stream: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, str, Any]]:
    async for chunk in stream:
        for event in parse(chunk):
            yield event


def hub(store: Store, **options: Any) -> Hub:
    site = SiteRealtime(store, Viewer.PUBLIC)
    site._looked = float("-inf")
    return Hub(site, look_s=0.05, **options)


def test_the_stream_begins_with_everything_and_goes_on_with_changes(filled: Store) -> None:
    realtime = Realtime(filled)

    async def follow() -> None:
        realtime.write(snapshot(20, bus("b1"), bus("b2"), bus("b3")))
        async with aclosing(events(hub(filled).stream(None))) as told:
            name, first, data = await anext(told)
            assert (name, len(data["features"])) == ("vehicles", 3)
            assert data["feeds"]["open-stops"]["quality"] == "live"
            moved = replace(data_bus := bus("b2", 138.95), seen=data_bus.seen)
            realtime.write(snapshot(21, bus("b1"), moved))
            name, second, data = await anext(told)
            assert (name, data["removed"]) == ("changes", ["open-stops/b3"])
            assert "open-stops/b2" in [feature["id"] for feature in data["changed"]]
            assert first != second

    asyncio.run(asyncio.wait_for(follow(), 120))


def test_who_comes_back_is_told_what_it_missed_and_a_stranger_everything(filled: Store) -> None:
    realtime = Realtime(filled)

    async def follow() -> None:
        realtime.write(snapshot(30, bus("b1")))
        shared = hub(filled)
        async with aclosing(events(shared.stream(None))) as told:
            _, first, _ = await anext(told)
            for number in (31, 32):
                realtime.write(snapshot(number, bus("b1", 138.9 + number / 100)))
                await anext(told)
            async with aclosing(events(shared.stream(first))) as back:
                names = [(await anext(back))[0], (await anext(back))[0]]
            async with aclosing(events(shared.stream("an id of another server"))) as stranger:
                names.append((await anext(stranger))[0])
            assert names == ["changes", "changes", "vehicles"]

    asyncio.run(asyncio.wait_for(follow(), 120))


def test_a_thousand_clients_cost_one_watch_and_all_get_the_same_bytes(filled: Store) -> None:
    realtime = Realtime(filled)

    async def follow() -> None:
        realtime.write(snapshot(40, bus("b1")))
        shared = hub(filled, heartbeat_s=600)
        ready = 0

        async def third(stream: AsyncIterator[bytes]) -> bytes:
            nonlocal ready
            told = []
            async for chunk in _first(stream, 3):
                told.append(chunk)
                ready += len(told) == 2
            return told[-1]

        waiting = [asyncio.create_task(third(shared.stream(None))) for _ in range(1_000)]
        while ready < 1_000:
            await asyncio.sleep(0.01)
        realtime.write(snapshot(41, bus("b1", 138.99)))
        got = await asyncio.gather(*waiting)
        assert len({id(chunk) for chunk in got}) == 1
        assert shared.reads < 1_000
        while shared.clients:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(follow(), 120))


async def _first(stream: AsyncIterator[bytes], count: int) -> AsyncIterator[bytes]:
    try:
        for _ in range(count):
            yield await anext(stream)
    finally:
        await stream.aclose()  # type: ignore[attr-defined]


def test_the_packed_stream_says_the_same(filled: Store) -> None:
    realtime = Realtime(filled)

    async def follow(packed: bool) -> bytes:
        realtime.write(snapshot(45, *(bus(f"b{n}") for n in range(200))))
        stream = hub(filled, heartbeat_s=0.05).stream(None, packed=packed)
        return b"".join([chunk async for chunk in _first(stream, 4)])

    plain, packed = (asyncio.run(asyncio.wait_for(follow(one), 120)) for one in (False, True))
    # 31: a gzip head is expected. A browser decodes as it comes, without an end.
    unpacked = zlib.decompressobj(31).decompress(packed)
    assert len(packed) < len(plain) / 5
    ((name, _, data),) = parse(unpacked)
    assert (name, len(data["features"])) == ("vehicles", 200)
    assert unpacked.endswith(b": still here\n\n")


def test_a_silent_stream_has_a_heartbeat(filled: Store) -> None:
    Realtime(filled).write(snapshot(50))

    async def follow() -> list[bytes]:
        return [chunk async for chunk in _first(hub(filled, heartbeat_s=0.05).stream(None), 4)]

    chunks = asyncio.run(asyncio.wait_for(follow(), 120))
    assert chunks[0].startswith(b"retry:")
    assert chunks[-1] == b": still here\n\n"


def test_more_streams_than_allowed_are_told_to_come_back(filled: Store) -> None:
    app = create_app(Settings(store=filled.path, streams_at_once=1), filled)
    web = TestClient(app, base_url="http://localhost:8000")
    site = web.app._app._api.state.site  # type: ignore[attr-defined]
    site.hub.clients = 1
    refused = web.get("/api/realtime/stream")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")


def test_a_clicked_bus_says_its_route_its_delay_and_whether_that_holds(filled: Store) -> None:
    Realtime(filled).write(snapshot(40, bus("b1", next_stop_id="B")))
    told = client(filled).get("/api/realtime/vehicles/open-stops/b1").json()
    assert (told["delay_s"], told["trusted"], told["state"]["quality"]) == (120, True, "live")
    assert all(text["ja"] for text in (told["route"]["name"], told["headsign"], told["next_stop"]))
    secret = "/api/realtime/vehicles/closed-stops/secret"
    assert client(filled).get(secret).status_code == 404
    staff = client(filled, internal=True).get(secret).json()
    assert staff["state"]["quality"] == "garbage"
    assert "壊れています" in staff["state"]["reason"]["ja"]
    assert client(filled).get("/api/realtime/vehicles/open-stops/none").status_code == 404
