"""transfers.txt: a bus arrives at the corner at 8:10, others leave it and the pole across the street."""

from pathlib import Path

import pytest

from gtfs.accessibility.transfer_note import transfer_notes
from gtfs.routing import LegKind, TransitNetwork, journeys, travel_times
from tests.gtfs.routing import street_town

EIGHT = 8 * 3600
STOPS = {"home": 0.0, "corner": 4000.0, "across": 4078.0, "end": 9000.0}
"""The pole across the street is a minute on foot from the corner."""
_HEAD = "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id\n"
_TRIPS = {
    "A": [("home", EIGHT), ("corner", EIGHT + 600)],
    **{f"B{m}": [("corner", EIGHT + 60 * m), ("end", EIGHT + 60 * m + 300)] for m in (11, 14, 20)},
    **{f"C{m}": [("across", EIGHT + 60 * m), ("end", EIGHT + 60 * m + 300)] for m in (12, 16)},
}
_STATION = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"


def _town(folder: Path, rules: str = "", *, trips: str = "BC", station: bool = False) -> TransitNetwork:
    chosen = {name: calls for name, calls in _TRIPS.items() if name[0] in "A" + trips}
    files = {"transfers": _HEAD + rules} if rules else {}
    if station:
        rows = [(name, street_town.lonlat(x)[0, 0]) for name, x in STOPS.items()]
        inside = {"corner": "station", "across": "station"}
        files["stops"] = _STATION + "".join(
            f"{name},{name},0,{lon:.12f},0,{inside.get(name, '')}\n" for name, lon in rows
        )
        files["stops"] += f"station,station,0,{street_town.lonlat(4040.0)[0, 0]:.12f},1,\n"
    return street_town.network(street_town.feed(folder, STOPS, chosen, files=files))


def _minutes(network: TransitNetwork) -> float:
    """From home to the end, leaving at 7:59: the wait at home is one minute."""
    query = street_town.query(EIGHT - 60, 1, direct_s=0)
    ends = street_town.lonlat(STOPS["home"]), street_town.lonlat(STOPS["end"])
    return float(travel_times(network, *ends, query).seconds[0, 0, 0]) / 60


@pytest.mark.parametrize(
    ("rules", "leaves"),
    [
        ("", 11),
        ("corner,corner,2,60,\n", 11),
        ("corner,corner,2,61,\n", 12),  # by the pole across the street
        ("corner,corner,2,240,\ncorner,across,2,121,\n", 14),
        ("corner,corner,2,241,\ncorner,across,2,360,\n", 16),
        ("corner,corner,3,,\n", 12),
        ("corner,corner,3,,\ncorner,across,2,361,\n", None),
        ("corner,corner,3,,\ncorner,across,3,,\n", None),
        ("corner,across,3,,\ncorner,corner,2,300,\n", 20),
        ("across,corner,3,,\n", 11),
        ("corner,corner,0,600,\ncorner,corner,2,600,\n", 11),  # the first rule of a pair holds
    ],
)
def test_one_leaves_with_the_first_bus_that_the_rules_allow(tmp_path: Path, rules: str, leaves: int | None) -> None:
    found = _minutes(_town(tmp_path, rules))
    if leaves is None:
        assert found > 300
    else:
        assert found == leaves + 5 + 1


def test_a_rule_of_a_station_holds_for_its_stops_unless_they_have_their_own(tmp_path: Path) -> None:
    closed = "station,station,3,,\n"
    assert _minutes(_town(tmp_path / "a", closed, station=True)) > 300
    assert _minutes(_town(tmp_path / "b", closed + "corner,station,2,300,\n", station=True)) == 16 + 6
    assert _minutes(_town(tmp_path / "c", closed + "corner,across,1,,\n", station=True)) == 12 + 6


def test_what_is_not_waited_on_foot_is_waited_at_the_stop(tmp_path: Path) -> None:
    network = _town(tmp_path, "corner,across,2,300,\n", trips="C")
    query = street_town.query(EIGHT - 60, 1, direct_s=0)
    ends = street_town.lonlat(STOPS["home"]), street_town.lonlat(STOPS["end"])
    (journey,) = journeys(network, ends[0][0], ends[1][0], query)
    middle = [leg for leg in journey.legs if EIGHT + 600 <= leg.start_s < EIGHT + 960]
    assert [(leg.kind, leg.end_s - leg.start_s) for leg in middle] == [(LegKind.WALK, 60), (LegKind.WAIT, 300)]
    assert middle[0].distance_m == pytest.approx(78, abs=1)


def test_rules_that_are_not_followed_are_told(tmp_path: Path) -> None:
    network = _town(tmp_path / "feed", "corner,corner,3,,A\ncorner,corner,4,,\ncorner,across,2,90,\n")
    assert _minutes(network) == 11 + 6
    assert network.timetable.not_followed == {"routes_and_trips": 1, "seated": 1}
    network.save(tmp_path / "kept")
    kept = TransitNetwork.load(tmp_path / "kept", network.streets)
    assert [note.en for note in transfer_notes(kept.timetable)] == [
        note.en for note in transfer_notes(network.timetable)
    ]
    assert len(transfer_notes(kept.timetable)) == 3
    assert _minutes(kept) == 11 + 6


def test_a_vehicle_that_runs_several_trips_is_told(tmp_path: Path) -> None:
    block = "route_id,service_id,trip_id,block_id\nA,every,A,7\n" + "".join(
        f"{name[0]},every,{name},{7 if name == 'B11' else name}\n" for name in _TRIPS if name != "A"
    )
    feed = street_town.feed(tmp_path, STOPS, _TRIPS, files={"trips": block})
    timetable = street_town.network(feed).timetable
    assert timetable.not_followed == {"blocks": 1}
    assert "block_id" in transfer_notes(timetable)[0].ja
    assert not transfer_notes(_town(tmp_path / "none").timetable)
