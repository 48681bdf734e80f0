"""Commands about the service around places: analyse ptal, quality-classes, stop-coverage and service-accessibility."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from web.cli.access_answer import ask_and_show
from web.cli.access_option import Areas, Homes, Kept, Population, StopRule, Timetables, Walks
from web.cli.option_group import spread


@spread
def analyse_ptal(
    context: typer.Context,
    *,
    homes: Homes,
    population: Population = None,
    hour: Annotated[str, typer.Option(metavar="TIME", help="Where the hour that counts begins.")] = "08:15",
    walks: Walks,
    kept: Kept,
) -> None:
    """PTAL of Transport for London: how good service is around each place, 0 to 6b."""
    asked = {"origins": homes, "population": population, "hour": hour, **walks.asked()}
    ask_and_show(context, {"measure": "ptal", **asked}, kept)


@spread
def analyse_quality_classes(
    context: typer.Context, *, homes: Homes, population: Population = None, timetables: Timetables, kept: Kept
) -> None:
    """Service-quality classes A to D (ÖV-Güteklassen), straight lines."""
    asked = {"origins": homes, "population": population, **timetables.asked()}
    ask_and_show(context, {"measure": "quality_classes", **asked}, kept)


@spread
def analyse_stop_coverage(
    context: typer.Context,
    *,
    homes: Homes,
    population: Population = None,
    rule: StopRule,
    timetables: Timetables,
    kept: Kept,
) -> None:
    """People near stations and bus stops (MLIT's handbook), straight lines."""
    asked = {"origins": homes, "population": population, **rule.asked(), **timetables.asked()}
    ask_and_show(context, {"measure": "stop_coverage", **asked}, kept)


@spread
def analyse_service_accessibility(context: typer.Context, *, areas: Areas, timetables: Timetables, kept: Kept) -> None:
    """MLIT's service-accessibility index of areas: time, space and total."""
    ask_and_show(context, {"measure": "service_accessibility", "origins": areas, **timetables.asked()}, kept)


QUESTIONS: Mapping[str, Callable[..., None]] = {
    "ptal": analyse_ptal,
    "quality-classes": analyse_quality_classes,
    "stop-coverage": analyse_stop_coverage,
    "service-accessibility": analyse_service_accessibility,
}
