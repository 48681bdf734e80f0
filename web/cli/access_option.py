"""The options of the questions about accessibility."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from web.cli.layer import Json

Origins = Annotated[str, typer.Option(metavar="LAYER", help="Layer of the places that people start from.")]
Destinations = Annotated[str, typer.Option(metavar="LAYER", help="Layer of the places that people want to reach.")]
Homes = Annotated[str, typer.Option(metavar="LAYER", help="Layer of the homes: grid squares, towns or buildings.")]
Areas = Annotated[str, typer.Option(metavar="LAYER", help="Layer of areas: towns, grid squares or a municipality.")]
Facilities = Annotated[str, typer.Option(metavar="LAYER", help="Layer of the facilities.")]
Population = Annotated[
    str | None,
    typer.Option(metavar="LAYER", help="Layer with the population, split over homes that have none."),
]
Count = Annotated[
    list[str],
    typer.Option(
        metavar="COLUMN", help="Column of the destinations that counts; may be repeated. Without it, each place is 1."
    ),
]
Decay = Annotated[str, typer.Option(help="step, step_within, linear, logistic or exponential.")]
Cutoff = Annotated[
    float, typer.Option(metavar="MIN", help="Cutoff in minutes: of a step, the middle of a slope, a half-life.")
]
Width = Annotated[
    float, typer.Option(metavar="MIN", help="Width of linear, standard deviation of logistic, in minutes.")
]
Definition = Annotated[
    str, typer.Option(help="Of the percentile of travel time, per minute, or the mean over minutes.")
]
Within = Annotated[float, typer.Option(metavar="MIN", help="Minutes within which a facility must be reached.")]
ArriveBy = Annotated[bool, typer.Option("--arrive-by", help="Arrive within the window, instead of departing.")]

_Day = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="Date, such as 2026-05-12; without it, a usual weekday.")
]
_Feed = Annotated[
    list[str],
    typer.Option(metavar="LAYER", help="Layer of the stops of a GTFS feed; may be repeated. Without it, all feeds."),
]
_Streets = Annotated[
    str | None, typer.Option(metavar="LAYER", help="Layer with streets, or `none` for straight lines.")
]
_Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the table to this file: .parquet, .csv, .geojson or .gpkg."),
]


@dataclass(frozen=True)
class Timetables:
    """Of which day."""

    day: _Day = None
    feed: _Feed = field(default_factory=list)

    def asked(self) -> dict[str, Any]:
        return {"day": self.day, "feeds": self.feed}


@dataclass(frozen=True)
class StopRule:
    """Which stops are near enough, and which count."""

    station: Annotated[float, typer.Option(metavar="M", help="Metres to a station that are near enough.")] = 800
    bus_stop: Annotated[float, typer.Option(metavar="M", help="Metres to a bus stop that are near enough.")] = 300
    departures: Annotated[
        int, typer.Option(metavar="N", help="Departures a day below which a stop does not count.")
    ] = 1

    def asked(self) -> dict[str, Any]:
        return {"station_m": self.station, "bus_stop_m": self.bus_stop, "departures": self.departures}


@dataclass(frozen=True)
class Walks(Timetables):
    """Timetables, and the streets that people walk on."""

    streets: _Streets = None

    def asked(self) -> dict[str, Any]:
        return {**super().asked(), "streets": self.streets}


@dataclass(frozen=True)
class Trips:
    """How people travel, door to door."""

    day: _Day = None
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="First departure, such as 07:00.")] = "07:00"
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="End of the departures, not part of them.")] = "09:00"
    walk: Annotated[
        float, typer.Option(metavar="MIN", help="Longest walk to the first and from the last stop, in minutes.")
    ] = 30
    walk_speed: Annotated[float, typer.Option(metavar="KMH", help="Walking speed, km/h.")] = 4.68
    longest: Annotated[float, typer.Option(metavar="MIN", help="Longest trip in minutes.")] = 120
    feed: _Feed = field(default_factory=list)
    streets: _Streets = None

    def asked(self) -> dict[str, Any]:
        return {
            "day": self.day,
            "start": self.start,
            "end": self.end,
            "walk_min": self.walk,
            "walk_kmh": self.walk_speed,
            "longest_min": self.longest,
            "feeds": self.feed,
            "streets": self.streets,
        }


@dataclass(frozen=True)
class Travel(Trips):
    """And which of their travel times counts."""

    percentile: Annotated[
        list[int], typer.Option(help="Percentile of the travel time over the departures; may be repeated.")
    ] = field(default_factory=lambda: [50])

    def asked(self) -> dict[str, Any]:
        return {**super().asked(), "percentiles": sorted(set(self.percentile))}


@dataclass(frozen=True)
class Table:
    """Where an answer without places goes."""

    out: _Out = None
    json: Json = False


@dataclass(frozen=True)
class Kept(Table):
    """Where an answer of places goes."""

    save: Annotated[str | None, typer.Option(metavar="TITLE", help="Keep the answer as a layer of this title.")] = None
