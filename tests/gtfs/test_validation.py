import csv
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import gtfs_guru
import pytest

from gtfs import read_feed
from gtfs.validation import Finding, Level, Origin, Validation, validate_feed
from gtfs.validation.report import report_html, write_csv, write_json
from tests.gtfs.feeds import LOOP, folder_feed, zip_feed
from tests.shared_data import shared_data

_TODAY = date(2026, 5, 1)
_CALENDAR = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"


def _validate(folder: Path, changes: Mapping[str, str | bytes | None], **how: Any) -> Validation:
    return validate_feed(folder_feed(folder / "f", dict(changes)), **{"today": _TODAY, **how})


def _of(code: str, findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.code == code]


def _ours(validation: Validation) -> list[str]:
    return [finding.code for finding in validation.findings if finding.origin is Origin.MACHINAMI]


def test_a_sound_feed_has_nothing_against_our_rules(tmp_path: Path) -> None:
    assert _ours(_validate(tmp_path, {})) == []


def test_every_finding_is_told_in_both_languages_with_a_remedy(tmp_path: Path) -> None:
    for finding in _validate(tmp_path, {"feed_info.txt": None}).findings:
        assert all((one.ja and one.en) for one in (finding.title, finding.message, finding.remedy))


def test_a_call_before_the_one_before_it_names_file_and_line(tmp_path: Path) -> None:
    times = LOOP["stop_times.txt"].replace("1a,07:10:00,07:10:00,C", "1a,07:01:00,07:01:00,C")
    (finding,) = _of("time_runs_back", _validate(tmp_path, {"stop_times.txt": times}).findings)
    assert (finding.level, finding.file, finding.line) == (Level.ERROR, "stop_times.txt", 4)
    assert "07:05:00" in finding.message.en


def test_a_bus_that_would_have_to_fly_is_an_error(tmp_path: Path) -> None:
    # 0.91 km east of S_1 in 5 minutes is no error; 91 km (a slip of a digit in the longitude) is.
    stops = LOOP["stops.txt"].replace("B,病院,35.00,138.91", "B,病院,35.00,139.90")
    found = _of("impossible_speed", _validate(tmp_path, {"stops.txt": stops}).findings)
    assert {finding.line for finding in found} >= {3, 4}
    assert all(finding.level is Level.ERROR for finding in found)
    # 91.3 km in 5 + 1 minutes: pyproj's Geod says 91 288 m.
    assert "時速 913 km" in _of("impossible_speed", found)[0].message.ja or any(
        "913" in one.message.ja for one in found
    )


def test_a_minute_of_rounding_is_no_impossible_speed(tmp_path: Path) -> None:
    # 0.91 km within the same minute: between 07:00:00 and 07:00:59 nothing is impossible at 55 km/h.
    times = LOOP["stop_times.txt"].replace("1a,07:05:00,07:05:00,B", "1a,07:00:00,07:00:00,B")
    assert _of("impossible_speed", _validate(tmp_path, {"stop_times.txt": times}).findings) == []


def test_a_stop_far_from_its_shape_is_told_once_with_its_place(tmp_path: Path) -> None:
    shapes = (
        "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
        "X,35.00,138.90,1\nX,35.00,138.91,2\nX,35.008,138.91,3\nX,35.00,138.90,4\n"
    )
    trips = LOOP["trips.txt"].replace("1a,", "1a,X").replace("1b,", "1b,X")
    (finding,) = _of("stop_far_from_shape", _validate(tmp_path, {"shapes.txt": shapes, "trips.txt": trips}).findings)
    # 0.002 degrees of latitude at 35 degrees north are 221.9 m.
    assert (finding.file, finding.line, finding.feature, finding.lonlat) == ("stops.txt", 5, "C", (138.91, 35.01))
    assert "222 m" in finding.message.en


def test_stops_far_from_shapes_are_those_of_another_validator() -> None:
    path = shared_data("gtfs/donan_2020")
    mine = _of("stop_far_from_shape", validate_feed(path, today=date(2020, 6, 1)).findings)
    theirs = gtfs_guru.validate(str(path), country_code="JP", date="2020-06-01").by_code("stop_too_far_from_shape")
    assert {finding.feature for finding in mine} == {notice.get("stopId") for notice in theirs}


def test_two_timetables_in_one_feed_are_told(tmp_path: Path) -> None:
    changes = {
        "calendar.txt": _CALENDAR + "旧,1,1,1,1,1,1,1,20260401,20260930\n新,1,1,1,1,1,1,1,20261001,20270331\n",
        "trips.txt": "route_id,service_id,trip_id,shape_id\n1,旧,1a,\n1,新,1b,\n2,旧,2a,\n",
    }
    (finding,) = _of("two_generations", _validate(tmp_path, changes).findings)
    assert (finding.file, finding.line) == ("calendar.txt", 3)
    assert "2026-10-01" in finding.message.en


@pytest.mark.parametrize(("today", "code"), [(date(2027, 3, 10), "ends_soon"), (date(2027, 4, 2), "ended")])
def test_service_that_ends_soon_or_has_ended(tmp_path: Path, today: date, code: str) -> None:
    (finding,) = _of(code, _validate(tmp_path, {}, today=today).findings)
    assert "2027-03-31" in finding.message.ja


def test_holidays_without_service_say_which_and_from_which_file(tmp_path: Path) -> None:
    changes = {
        "calendar.txt": _CALENDAR + "毎日,1,1,1,1,1,0,0,20260401,20270331\n日,0,0,0,0,0,0,1,20260401,20270331\n",
        "calendar_dates.txt": "service_id,date,exception_type\n毎日,20260429,2\n毎日,20260504,2\n日,20260504,1\n",
    }
    (finding,) = _of("holiday_without_service", _validate(tmp_path, changes).findings)
    assert "calendar_dates.txt" in finding.message.en
    assert "2026-04-29" in finding.message.en
    assert "2026-05-04" not in finding.message.en


def test_a_holiday_of_another_operator_with_working_day_service_is_told(tmp_path: Path) -> None:
    calendar = _CALENDAR + "毎日,1,1,1,1,1,0,0,20260401,20270331\n日,0,0,0,0,0,0,1,20260401,20270331\n"
    dates = "service_id,date,exception_type\n毎日,20260429,2\n日,20260429,1\n"
    other = folder_feed(tmp_path / "other", {"calendar.txt": calendar, "calendar_dates.txt": dates})
    validation = _validate(tmp_path, {"calendar.txt": calendar}, others={"港湾交通": read_feed(other)})
    (finding,) = _of("holiday_as_working_day", validation.findings)
    assert "港湾交通" in finding.message.ja
    assert "2026-04-29" in finding.message.ja


def test_spellings_of_one_name_between_operators_are_told(tmp_path: Path) -> None:
    own = LOOP["stops.txt"].replace("病院", "緑ヶ丘病院")
    others = LOOP["stops.txt"].replace("病院", "緑ケ丘病院").replace("学校", "学 校")
    agency = LOOP["agency.txt"].replace("みほん交通", "港湾交通")
    other = folder_feed(tmp_path / "other", {"stops.txt": others, "agency.txt": agency})
    validation = _validate(tmp_path, {"stops.txt": own}, others={"harbour": read_feed(other)})
    first, second = _of("name_variant", validation.findings)
    assert (first.line, first.feature) == (4, "B")
    assert "緑ヶ丘病院」(みほん交通)" in first.message.ja
    assert "緑ケ丘病院」(港湾交通)" in first.message.ja
    assert "学 校" in second.message.ja


def test_poles_of_one_station_far_apart_are_told_in_metres(tmp_path: Path) -> None:
    stops = LOOP["stops.txt"] + "S_2,駅前,35.02,138.90,0,S,02\n"
    (finding,) = _of("poles_far_apart", _validate(tmp_path, {"stops.txt": stops}).findings)
    assert finding.feature == "S_2"
    assert "2,219 m" in finding.message.en


def test_a_feed_in_cp932_within_a_folder_is_judged_by_what_it_says_and_told_once_a_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {name: text.encode("cp932") for name, text in LOOP.items()}
    validation = validate_feed(zip_feed(tmp_path / "f.zip", "timetable/", files), today=_TODAY)
    told = _of("encoding", validation.findings)
    assert {finding.file for finding in told} == {name for name, text in LOOP.items() if not text.isascii()}
    assert len(_of("nested", validation.findings)) == 1
    plain = validate_feed(zip_feed(tmp_path / "g.zip"), today=_TODAY)
    others = [finding.code for finding in validation.findings if finding.code not in ("encoding", "nested")]
    assert others == [finding.code for finding in plain.findings]


def test_a_feed_without_stops_is_still_judged(tmp_path: Path) -> None:
    validation = _validate(tmp_path, {"stops.txt": None})
    (finding,) = _of("unreadable", [one for one in validation.findings if one.origin is Origin.MACHINAMI])
    assert "stops.txt" in finding.message.ja
    assert validation.errors > 1


def test_reports_say_the_same_in_both_languages(tmp_path: Path) -> None:
    stops = LOOP["stops.txt"].replace("病院", "<b>病院</b>") + "S_2,駅前,35.02,138.90,0,S,02\n"
    validation = _validate(tmp_path, {"stops.txt": stops})
    write_json(tmp_path / "v.json", validation)
    told = json.loads((tmp_path / "v.json").read_text("utf-8"))
    assert sum(told["counts"].values()) == len(told["findings"]) == len(validation.findings)
    write_csv(tmp_path / "v.csv", validation, "ja")
    rows = list(csv.reader((tmp_path / "v.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == len(validation.findings) + 1
    for language, title in (("ja", "同じ停留所の標柱が離れている"), ("en", "Poles of one stop far apart")):
        page = report_html(validation, language)  # type: ignore[arg-type]
        assert title in page
        assert "<b>病院" not in page
        assert not re.search(r"(src|href)=.?http|url\(|@import", page)
