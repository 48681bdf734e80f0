"""A question about accessibility as JSON, and what the packages below take for it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from data.errors import InvalidQueryError
from geo import GeoError, Text, UnreadableError
from gtfs import GtfsError, accessibility
from gtfs.measure.decay import Decay, InvalidDecayError
from gtfs.routing import TravelQuery


class Measure(StrEnum):
    ISOCHRONE = "isochrone"
    ACCESS = "access"
    MATRIX = "matrix"
    DESERTS = "deserts"
    """公共交通空白地域: too far from a stop."""
    OUT_OF_REACH = "out_of_reach"
    """Too far from a facility, door to door."""
    PTAL = "ptal"
    QUALITY_CLASSES = "quality_classes"
    """ÖV-Güteklassen."""
    STOP_COVERAGE = "stop_coverage"
    """MLIT's: people near stations and bus stops, straight."""
    SERVICE_ACCESSIBILITY = "service_accessibility"
    """MLIT's: time, space and total, of areas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessQuestion:
    """What a person asks. Names are layer ids; what is None or empty is chosen by `answer`."""

    measure: Measure
    day: str | None = None
    """YYYY-MM-DD; None: a usual weekday that the timetables know."""
    start: str = "07:00"
    end: str = "09:00"
    """Not part of the window; 25:30 is after midnight."""
    percentiles: tuple[int, ...] = (50,)
    arrive_by: bool = False
    walk_min: float = 30
    walk_kmh: float = 4.68
    longest_min: float = 120
    rides: int = 8
    feeds: tuple[str, ...] = ()
    streets: str | None = None
    """`none`: walks are straight lines."""
    at: tuple[float, float] | None = None
    """Longitude, latitude of an isochrone's middle."""
    cutoffs_min: tuple[float, ...] = (15, 30, 45, 60)
    origins: str | None = None
    destinations: str | None = None
    columns: tuple[str, ...] = ()
    """Of the destinations: what counts there; empty: each place is 1."""
    decay: str = "step"
    cutoff_min: float = 30
    """Of a step; centre of linear and logistic; half-life of exponential."""
    width_min: float = 10
    """Of linear; standard deviation of logistic."""
    definition: str = accessibility.Definition.OF_PERCENTILE.value
    population: str | None = None
    """Layer whose people are split over `origins` that have none of their own, such as buildings."""
    station_m: float = 800
    bus_stop_m: float = 300
    departures: int = 1
    hour: str = "08:15"
    """Where the hour of PTAL begins."""
    scenario: Mapping[str, Any] | None = None
    """As `gtfs.scenario.parse_scenario` takes it: the answer compares before and after."""
    title: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "measure": self.measure.value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "AccessQuestion":
        """InvalidQueryError for names or values that are none."""
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(stored) - known):
            raise wrong(unknown[0])
        try:
            lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
            return cls(**{**stored, **lists, "measure": Measure(stored["measure"])})
        except (KeyError, TypeError, ValueError) as error:
            raise wrong("measure") from error


def travel_query(question: AccessQuestion) -> TravelQuery:
    """InvalidQueryError for a date, a time or a number that makes no sense."""
    try:
        day = date.fromisoformat(question.day or "")
    except ValueError as error:
        raise wrong("date", question.day) from error
    try:
        return accessibility.ask(
            day,
            _clock(question.start),
            _clock(question.end),
            percentiles=question.percentiles,
            arrive_by=question.arrive_by,
            walk=timedelta(minutes=question.walk_min),
            walk_speed_kmh=question.walk_kmh,
            longest=timedelta(minutes=question.longest_min),
            rides=question.rides,
        )
    except (GtfsError, ZeroDivisionError, OverflowError) as error:
        raise InvalidQueryError(text_of(error)) from error


def hour_of(question: AccessQuestion) -> time:
    """InvalidQueryError for what is no clock time before 23:00."""
    start = _clock(question.hour)
    if start >= timedelta(hours=23):
        raise wrong("hour", question.hour)
    return (datetime.min + start).time()


def _clock(text: str) -> timedelta:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2 and int(minutes) < 60 and int(hours) < 36):
        raise wrong("time", text)
    return timedelta(hours=int(hours), minutes=int(minutes))


def decay_of(question: AccessQuestion) -> Decay:
    cutoff, width = timedelta(minutes=question.cutoff_min), timedelta(minutes=question.width_min)
    match question.decay:
        case "step":
            return accessibility.Step(cutoff)
        case "step_within":
            return accessibility.StepWithin(cutoff)
        case "linear":
            return accessibility.Linear(cutoff, width)
        case "logistic":
            return accessibility.Logistic(cutoff, width)
        case "exponential":
            return accessibility.Exponential(cutoff)
        case _:
            raise wrong("decay", question.decay)


def definition_of(name: str) -> accessibility.Definition:
    try:
        return accessibility.Definition(name)
    except ValueError as error:
        raise wrong("definition", name) from error


@contextmanager
def told_to_person() -> Iterator[None]:
    """What the packages below say is wrong with a question, as InvalidQueryError."""
    try:
        yield
    except (GtfsError, GeoError, InvalidDecayError) as error:
        raise InvalidQueryError(text_of(error)) from error


_MOST_TOLD = 5
"""Problems of a scenario in one text."""


def text_of(error: Exception) -> Text:
    text = getattr(error, "text", None)
    if isinstance(error, UnreadableError):
        told = getattr(error, "problems", (error.problem,))[:_MOST_TOLD]
        return Text(*("; ".join(one.message(language) for one in told) for language in ("ja", "en")))
    return text if isinstance(text, Text) else Text.same(str(error))


def wrong(name: str, value: object = None) -> InvalidQueryError:
    told = "" if value is None else f" ({value})"
    return InvalidQueryError(Text(f"{name} の指定が正しくありません{told}", f"{name} makes no sense{told}"))
