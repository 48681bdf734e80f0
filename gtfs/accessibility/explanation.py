"""What stands behind a figure: when, by what, on foot how, by which rules, and why places are not reached."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo import Text
from gtfs.accessibility.reason import Reason
from gtfs.accessibility.transfer_note import transfer_notes
from gtfs.clock import clock_text
from gtfs.measure.percentile import RULE
from gtfs.routing import Journey, LegKind, TransitNetwork, TravelQuery, journeys

PAIRS: Final = 24
"""Pairs of places whose trips an explanation looks at; all would take longer than the answer."""
FEW_PAIRS: Final = 4
"""Where a person waits for the answer."""


@dataclass(frozen=True)
class LineUse:
    """One line on the trips looked at."""

    feed: str
    route_id: str
    name: str
    share: float
    """Of the minutes of the trips looked at: in how many of them the best trip has this line, 0 to 1."""

    def as_json(self) -> dict[str, Any]:
        return {"feed": self.feed, "route_id": self.route_id, "name": self.name, "share": round(self.share, 3)}


@dataclass(frozen=True)
class Travel:
    """Trips looked at, each weighing as many departure minutes as it is the best for."""

    pairs: int
    """From how many places to how many."""
    lines: tuple[LineUse, ...] = ()
    """Most used first."""
    walk_min: float | None = None
    """Means; None where no trip was found."""
    wait_min: float | None = None
    ride_min: float | None = None
    rides: float | None = None

    def as_json(self) -> dict[str, Any]:
        means = {name: getattr(self, name) for name in ("walk_min", "wait_min", "ride_min", "rides")}
        rounded = {name: None if mean is None else round(mean, 2) for name, mean in means.items()}
        return {"pairs": self.pairs, "lines": [line.as_json() for line in self.lines], **rounded}


@dataclass(frozen=True)
class Snap:
    """How far places lie from the streets."""

    places: int
    off_streets: int
    median_m: float | None
    largest_m: float | None

    @classmethod
    def of(cls, distance_m: NDArray[np.float64]) -> "Snap":
        known = distance_m[np.isfinite(distance_m)]
        if not len(known):
            return cls(len(distance_m), len(distance_m), None, None)
        off = len(distance_m) - len(known)
        return cls(len(distance_m), off, round(float(np.median(known)), 1), round(float(known.max()), 1))

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Explanation:
    """Made with `explain`."""

    measure: str
    day: date
    window: tuple[str, str]
    """Clock times, the second not part of it; 25:10:00 is after midnight."""
    arrive_by: bool
    feeds: tuple[str, ...]
    feeds_left_out: Mapping[str, tuple[date, date]]
    """Feeds that say nothing about the day, with the dates that they do know."""
    travel: Travel
    walking: Text
    walk_speed_kmh: float
    limits_min: Mapping[str, float]
    """access, egress, direct, trip; and wait, the least at each boarding."""
    percentiles: tuple[int, ...]
    origins: Snap
    destinations: Snap
    rules: Mapping[str, Any] = field(default_factory=dict)
    """Decay, definition and whatever else the measure has."""
    unreached: Mapping[Reason, int] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()

    def as_json(self) -> dict[str, Any]:
        left_out = {name: [first.isoformat(), last.isoformat()] for name, (first, last) in self.feeds_left_out.items()}
        return {
            "measure": self.measure,
            "day": self.day.isoformat(),
            "weekday": self.day.strftime("%A").lower(),
            "window": list(self.window),
            "arrive_by": self.arrive_by,
            "feeds": list(self.feeds),
            "feeds_left_out": left_out,
            "travel": self.travel.as_json(),
            "walking": {**self.walking.as_json(), "speed_kmh": round(self.walk_speed_kmh, 2)},
            "limits_min": dict(self.limits_min),
            "percentiles": list(self.percentiles),
            "percentile_rule": RULE,
            "snap": {"origins": self.origins.as_json(), "destinations": self.destinations.as_json()},
            "rules": dict(self.rules),
            "unreached": [
                {"reason": reason.value, "count": count, **reason.text.as_json()}
                for reason, count in self.unreached.items()
            ],
            "notes": [note.as_json() for note in self.notes],
        }


def explain(
    measure: str,
    network: TransitNetwork,
    query: TravelQuery,
    *,
    travel: Travel,
    origin_snap_m: NDArray[np.float64],
    destination_snap_m: NDArray[np.float64],
    rules: Mapping[str, Any] | None = None,
    unreached: Iterable[Any] = (),
    notes: tuple[Text, ...] = (),
) -> Explanation:
    """`unreached`: a Reason for each place that is not."""
    timetable = network.timetable
    limits = {"access": query.access_s, "egress": query.egress_s, "direct": query.direct_s, "trip": query.max_trip_s}
    return Explanation(
        measure=measure,
        day=query.day,
        window=(clock_text(query.window_from), clock_text(query.window_to)),
        arrive_by=query.arrive_by,
        feeds=tuple(name for name in timetable.feeds if name not in timetable.left_out),
        feeds_left_out=dict(timetable.left_out),
        travel=travel,
        walking=network.walking,
        walk_speed_kmh=query.walk_speed_ms * 3.6,
        limits_min={name: value / 60 for name, value in {**limits, "wait": query.min_wait_s}.items()},
        percentiles=query.percentiles,
        origins=Snap.of(origin_snap_m),
        destinations=Snap.of(destination_snap_m),
        rules=rules or {},
        unreached=reason_counts(unreached),
        notes=(*notes, *transfer_notes(timetable)),
    )


def reason_counts(reasons: Iterable[Any]) -> dict[Reason, int]:
    """How often each reason stands among those of all places, reached ones left out."""
    counted = Counter(Reason(one) for one in reasons)
    return {reason: counted[reason] for reason in Reason if counted[reason] and reason is not Reason.REACHED}


def travel_of(
    network: TransitNetwork, pairs: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]], query: TravelQuery
) -> Travel:
    """The lines, waits and walks between pairs of places."""
    found = [one for origin, destination in pairs for one in journeys(network, origin, destination, query)]
    if not found:
        return Travel(len(pairs))
    weight = np.array([max(len(journey.minutes), 1) for journey in found], dtype=np.float64)
    names = {(leg.feed, leg.route_id): leg.route_name for journey in found for leg in journey.legs if _is_ride(leg)}
    counted: Counter[tuple[str, str]] = Counter()
    for journey, count in zip(found, weight, strict=True):
        counted.update(dict.fromkeys({_line(leg) for leg in journey.legs if _is_ride(leg)}, count))
    uses = [LineUse(*line, names[line], float(count / weight.sum())) for line, count in counted.items()]
    means = {kind: float(np.average([_minutes(one, kind) for one in found], weights=weight)) for kind in LegKind}
    return Travel(
        pairs=len(pairs),
        lines=tuple(sorted(uses, key=lambda use: (-use.share, use.feed, use.route_id))),
        walk_min=means[LegKind.WALK],
        wait_min=means[LegKind.WAIT],
        ride_min=means[LegKind.RIDE],
        rides=float(np.average([journey.rides for journey in found], weights=weight)),
    )


def spread(rows: NDArray[Any], count: int) -> NDArray[Any]:
    """At most `count` of the rows, evenly from the first to the last: the same ones each time."""
    if len(rows) <= count:
        return rows
    return np.asarray(rows[np.linspace(0, len(rows) - 1, count).round().astype(np.intp)])


def _is_ride(leg: Any) -> bool:
    return leg.kind is LegKind.RIDE


def _line(leg: Any) -> tuple[str, str]:
    return leg.feed, leg.route_id


def _minutes(journey: Journey, kind: LegKind) -> float:
    return sum(leg.end_s - leg.start_s for leg in journey.legs if leg.kind is kind) / 60
