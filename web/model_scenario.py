"""The shapes of what a scenario can change, and of what is wrong with one."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from web.model import Bilingual


class KnownLineModel(BaseModel):
    """A route of a timetable."""

    feed: str = Field(description="Layer of the stops, which a scenario calls the feed")
    id: str = Field(description="route_id")
    number: str = Field(description="route_short_name, may be empty")
    name: str = Field(description="route_long_name, may be empty")
    operator: str = Field(description="Name of the agency, may be empty")


class KnownLines(BaseModel):
    """By operator, number and name."""

    lines: list[KnownLineModel] = Field(description="Of all timetables that are used")


class KnownPlaceModel(BaseModel):
    """A stop or a facility."""

    feed: str | None = Field(description="Of a stop: layer of its timetable")
    id: str = Field(description="stop_id, or feature_id of the layer")
    name: str = Field(description="As people know it")
    lonlat: tuple[float, float] = Field(description="Longitude, latitude")
    distance_m: float | None = Field(description="From where was asked for, in a straight line")


class KnownPlaces(BaseModel):
    """At most 20, the nearest first where a place was given."""

    places: list[KnownPlaceModel] = Field(description="Empty where nothing fits")


class ScenarioText(BaseModel):
    """The content of a file."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(description="YAML", max_length=900_000)
    name: str = Field("scenario.yaml", description="What problems call it", max_length=200)


class ScenarioDocument(BaseModel):
    """A scenario as JSON, the same keys as in YAML."""

    model_config = ConfigDict(extra="forbid")

    document: dict[str, Any] = Field(description="The keys of docs/accessibility.md")


class ScenarioProblem(BaseModel):
    """What is wrong, and where."""

    rule: str = Field(description="Such as scenario.unknown_route")
    key: str | None = Field(description="Such as changes[0].add_line.speed_kmh")
    line: int | None = Field(description="Of the text, from 1")
    message: Bilingual = Field(description="File, line and key, then what is wrong")


class ExaminedScenario(BaseModel):
    """A scenario that was read and tried on the timetables."""

    document: dict[str, Any] | None = Field(description="As JSON; null where it could not be read")
    changes: list[Bilingual] = Field(description="What it changes in the timetables")
    problems: list[ScenarioProblem] = Field(description="All that were found")


class WrittenScenario(BaseModel):
    """For `machinami analyse scenario`."""

    text: str | None = Field(description="YAML; null where something is wrong")
    problems: list[ScenarioProblem] = Field(description="All that were found")
