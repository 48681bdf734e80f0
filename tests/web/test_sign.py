"""The printable timetable of a stop."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html

from data import ImportOptions, Store, Viewer, import_paths
from tests.gtfs.feeds import LOOP, folder_feed
from tests.web.conftest import Town

CALENDAR = LOOP["calendar.txt"] + "土日,0,0,0,0,0,1,1,20260401,20270331\n"
TRIPS = LOOP["trips.txt"] + "2,土日,2b,\n"
TIMES = LOOP["stop_times.txt"] + "2b,09:30:00,09:30:00,B,1\n2b,09:40:00,09:40:00,C,2\n"
WEEKDAYS = CALENDAR.replace("毎日,1,1,1,1,1,1,1", "毎日,1,1,1,1,1,0,0")


@pytest.fixture(scope="module")
def buses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("print")
    changes: dict[str, str | bytes | None] = {"calendar.txt": WEEKDAYS, "trips.txt": TRIPS, "stop_times.txt": TIMES}
    store = Store.open(folder / "store")
    import_paths(store, [folder_feed(folder / "<b>", changes)], viewer=Viewer.SYSTEM, options=ImportOptions())
    yield Town(store, folder)
    store.close()


def test_each_pole_has_a_table_of_hours_by_kinds_of_days(buses: Town) -> None:
    answer = buses.client(internal=True).get("/stops/病院/print?date=2026-05-11")
    assert answer.status_code == 200
    page: Any = html.fromstring(answer.text)
    (table,) = page.xpath("//table")
    head = [re.sub(r"\s+", " ", one.text_content()).strip() for one in table.xpath(".//thead//th")]
    assert head == ["時", "平日 Weekdays", "土日祝 Weekends and holidays"]
    rows = [[cell.text_content().split() for cell in row] for row in table.xpath(".//tbody/tr")]
    assert rows[0] == [["7"], ["05"], []]
    assert rows[1] == [["8"], ["00b"], []] or rows[1] == [["8"], ["00a"], []]
    assert rows[2][0] == ["9"]
    assert rows[2][2][0].startswith("30")
    assert rows[-1] == [["翌1"], ["15"], []]


def test_names_can_do_no_harm(buses: Town) -> None:
    assert "<b>" not in buses.client(internal=True).get("/stops/病院/print?date=2026-05-11").text


def test_a_date_without_timetable_is_refused_and_an_unknown_stop_too(buses: Town) -> None:
    client = buses.client(internal=True)
    assert client.get("/stops/病院/print?date=2030-01-01").status_code == 422
    assert client.get("/stops/海/print").status_code == 404
    assert buses.client().get("/stops/病院/print?date=2026-05-11").status_code == 404
