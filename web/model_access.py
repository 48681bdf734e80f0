"""The shapes of questions and answers about accessibility."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from web.model import Bilingual

_Clock = Annotated[str, Field(pattern=r"^\d{1,2}:\d{2}$", examples=["07:00"])]
_Minutes = Annotated[float, Field(gt=0, le=240)]
_Percentile = Annotated[int, Field(ge=1, le=100)]
_Layer = Annotated[str, Field(max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccessFeed(_Model):
    """A timetable that is used."""

    id: str = Field(description="Layer of the stops")
    title: Bilingual = Field(description="Title of that layer")


class AccessState(_Model):
    """Whether questions can be asked."""

    feeds: list[AccessFeed] = Field(description="Timetables that are used; none: nothing can be asked")
    day: str | None = Field(description="A usual weekday that the timetables know, YYYY-MM-DD")
    ready: bool = Field(description="Whether a question is answered at once")


class _Travel(_Model):
    """How people travel."""

    day: str | None = Field(None, description="YYYY-MM-DD; null: a usual weekday", max_length=10)
    start: _Clock = Field("07:00", description="First departure; 25:30 is after midnight")
    end: _Clock = Field("09:00", description="End of the departures, not part of them")
    percentiles: list[_Percentile] = Field([50], description="Of the travel time over the window", max_length=9)
    arrive_by: bool = Field(False, description="Arrive within the window")
    walk_min: _Minutes = Field(30, description="Longest walk to the first and from the last stop")
    walk_kmh: float = Field(4.68, description="Walking speed", gt=0.5, le=30)
    longest_min: _Minutes = Field(120, description="Longest trip")
    feeds: list[_Layer] = Field([], description="Layers of stops; empty: all", max_length=50)
    streets: _Layer | None = Field(None, description="Layer of streets; `none`: straight lines")


class IsochroneModel(_Travel):
    """How far does one get from a place?"""

    at: tuple[float, float] = Field(description="Longitude, latitude")
    cutoffs_min: list[_Minutes] = Field(
        [15, 30, 45, 60], description="Minutes of the areas", min_length=1, max_length=8
    )
    reach: list[_Layer] = Field([], description="Layers whose places are counted", max_length=12)


class IsochroneAnswer(_Model):
    """Areas, the largest first."""

    areas: dict[str, Any] = Field(description="GeoJSON: properties percentile, minutes, area_km2")
    reached: list[dict[str, Any]] = Field(description="By layer: places within each cutoff, and the nearest")
    explanation: dict[str, Any] = Field(description="Date, window, lines, waits, walks, rules, and what is not reached")
    question: dict[str, Any] = Field(description="The question with the layers and the day that were chosen")


class AccessModel(_Travel):
    """What is reached from every place of a layer, who is left out, how good service is, or what a scenario changes."""

    measure: Literal[
        "access",
        "deserts",
        "out_of_reach",
        "ptal",
        "quality_classes",
        "stop_coverage",
        "service_accessibility",
    ] = Field(description="What is asked")
    origins: _Layer = Field(description="Layer of the places people start from")
    destinations: _Layer | None = Field(None, description="Layer of the places people want to reach")
    columns: list[str] = Field(
        [], description="Of the destinations: what counts; empty: each place is 1", max_length=20
    )
    decay: Literal["step", "step_within", "linear", "logistic", "exponential"] = Field(
        "step", description="What far counts"
    )
    cutoff_min: _Minutes = Field(30, description="Cutoff, middle, or half-life")
    width_min: _Minutes = Field(10, description="Width of linear, standard deviation of logistic")
    population: _Layer | None = Field(None, description="Layer whose people are split over the origins")
    station_m: float = Field(800, description="Metres to a station that are near enough", ge=0, le=5_000)
    bus_stop_m: float = Field(300, description="Metres to a bus stop that are near enough", ge=0, le=5_000)
    departures: int = Field(1, description="Departures a day below which a stop does not count", ge=0, le=1_000)
    hour: _Clock = Field("08:15", description="Where the hour of PTAL begins")
    scenario: dict[str, Any] | None = Field(None, description="Changes of lines, stops and facilities")


class AccessAnswer(BaseModel):
    """The answer and what stands behind it; with a scenario before, after and difference."""

    model_config = ConfigDict(extra="allow")

    features: dict[str, Any] | None = Field(description="GeoJSON of the places with their figures")
    totals: Any = Field(description="Sums of people; of an index by class, of a scenario by column")
    legend: list[dict[str, Any]] | None = Field(None, description="Of an index: value, colour and label of each class")
    question: dict[str, Any] = Field(description="The question with the layers and the day that were chosen")
