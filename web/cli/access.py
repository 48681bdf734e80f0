"""Commands about accessibility by public transport: analyse isochrone, access, matrix, deserts and others."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from web.cli.access_answer import ask_and_show
from web.cli.access_option import (
    ArriveBy,
    Count,
    Cutoff,
    Decay,
    Definition,
    Destinations,
    Facilities,
    Homes,
    Kept,
    Origins,
    Population,
    StopRule,
    Table,
    Travel,
    Trips,
    Walks,
    Width,
    Within,
)
from web.cli.option_group import spread


@spread
def analyse_isochrone(
    context: typer.Context,
    *,
    at: Annotated[str, typer.Option(metavar="LON,LAT", help="Longitude and latitude, such as 138.86,35.10.")],
    cutoff: Annotated[list[float], typer.Option(metavar="MIN", help="Minutes of one area; may be repeated.")] = [  # noqa: B006
        15,
        30,
        45,
        60,
    ],
    arrive_by: ArriveBy = False,
    travel: Travel,
    kept: Kept,
) -> None:
    """How far one gets by public transport from a place, door to door."""
    asked = {
        "at": _lonlat(at),
        "cutoffs_min": cutoff,
        "arrive_by": arrive_by,
        **travel.asked(),
    }
    ask_and_show(context, {"measure": "isochrone", **asked}, kept)


@spread
def analyse_access(
    context: typer.Context,
    *,
    origins: Origins,
    destinations: Destinations,
    count: Count = [],  # noqa: B006
    decay: Decay = "step",
    cutoff: Cutoff = 30,
    width: Width = 10,
    definition: Definition = "access_of_travel_time_percentile",
    travel: Travel,
    kept: Kept,
) -> None:
    """What each place of a layer reaches by public transport."""
    asked = {"origins": origins, "destinations": destinations, "columns": count, "decay": decay}
    rule = {
        "cutoff_min": cutoff,
        "width_min": width,
        "definition": definition,
        **travel.asked(),
    }
    ask_and_show(context, {"measure": "access", **asked, **rule}, kept)


@spread
def analyse_matrix(
    context: typer.Context,
    *,
    origins: Origins,
    destinations: Destinations,
    arrive_by: ArriveBy = False,
    travel: Travel,
    table: Table,
) -> None:
    """Travel times from every place of a layer to every place of another."""
    asked = {
        "origins": origins,
        "destinations": destinations,
        "arrive_by": arrive_by,
        **travel.asked(),
    }
    ask_and_show(context, {"measure": "matrix", **asked}, table)


@spread
def analyse_deserts(
    context: typer.Context,
    *,
    homes: Homes,
    population: Population = None,
    rule: StopRule,
    walks: Walks,
    kept: Kept,
) -> None:
    """People too far from a station or bus stop, along streets."""
    asked = {"origins": homes, "population": population, **rule.asked(), **walks.asked()}
    ask_and_show(context, {"measure": "deserts", **asked}, kept)


@spread
def analyse_out_of_reach(
    context: typer.Context,
    *,
    homes: Homes,
    facilities: Facilities,
    within: Within = 30,
    population: Population = None,
    trips: Trips,
    kept: Kept,
) -> None:
    """People who reach no facility in time, door to door."""
    asked = {"origins": homes, "destinations": facilities, "population": population, "cutoff_min": within}
    told = {"measure": "out_of_reach", **asked, **trips.asked()}
    ask_and_show(context, told, kept)


@spread
def analyse_scenario(
    context: typer.Context,
    *,
    scenario: Annotated[Path, typer.Argument(metavar="YAML", help="YAML file with the changes.")],
    origins: Origins,
    destinations: Annotated[
        str | None, typer.Option(metavar="LAYER", help="Layer of the places that people want to reach.")
    ] = None,
    measure: Annotated[
        str,
        typer.Option(help="What to compare: access, deserts, out_of_reach, ptal or service_accessibility."),
    ] = "access",
    count: Count = [],  # noqa: B006
    decay: Decay = "step",
    cutoff: Cutoff = 30,
    population: Population = None,
    travel: Travel,
    kept: Kept,
) -> None:
    """Before and after a change of lines, stops or facilities."""
    from gtfs.scenario import read_scenario
    from gtfs.scenario.yaml_text import parse_yaml

    read_scenario(scenario)  # tells of what is wrong with the line of the file
    document = parse_yaml(scenario.read_bytes(), name=scenario.name).value
    asked = {"measure": measure, "origins": origins, "destinations": destinations, "population": population}
    rule = {
        "columns": count,
        "decay": decay,
        "cutoff_min": cutoff,
        "scenario": document,
        **travel.asked(),
    }
    ask_and_show(context, {**asked, **rule}, kept)


def _lonlat(text: str) -> list[float]:
    from data.errors import InvalidQueryError
    from geo import Text

    try:
        lon, lat = (float(one) for one in text.split(","))
    except ValueError as error:
        told = Text(f"地点は「経度,緯度」で指定してください({text})", f"a place is LON,LAT ({text})")
        raise InvalidQueryError(told) from error
    return [lon, lat]


QUESTIONS: Mapping[str, Callable[..., None]] = {
    "isochrone": analyse_isochrone,
    "access": analyse_access,
    "matrix": analyse_matrix,
    "deserts": analyse_deserts,
    "out-of-reach": analyse_out_of_reach,
    "scenario": analyse_scenario,
}
