"""Commands that ask: analyse coverage, and rerun."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from web import message
from web.cli.call import Call
from web.cli.layer import Json

if TYPE_CHECKING:
    from data import LayerRecord, Store

_SHOWN_PLACES = 10


def analyse_coverage(
    context: typer.Context,
    points: Annotated[str, typer.Option(metavar="LAYER", help="Layer of the places that serve.")],
    within: Annotated[float, typer.Option(metavar="METRES", help="Metres, straight line.")],
    population: Annotated[str | None, typer.Option(metavar="LAYER", help="Layer with the population.")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the layer.")] = None,
    json: Json = False,
) -> None:
    """Who lives within reach (straight line) of the features of a layer?"""
    from data import CoverageQuery, Viewer, run_coverage, save_coverage

    call = Call.of(context)
    store = call.existing_store()
    query = CoverageQuery(points, within, population, title)
    answer = run_coverage(store, query, Viewer.SYSTEM).as_json()
    record = save_coverage(store, query, Viewer.SYSTEM)
    if json:
        call.say_json({**answer, "layer": _layer_json(store, record)})
    else:
        _show_answer(call, answer)
        call.say(message.COVERAGE_LAYER, layer=record.id)


def rerun_analysis(
    context: typer.Context,
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="Layer that an analysis made.")],
    json: Json = False,
) -> None:
    """Run an analysis again on the current data."""
    from data import Viewer, rerun

    call = Call.of(context)
    store = call.existing_store()
    record = rerun(store, layer, Viewer.SYSTEM)
    if json:
        call.say_json(_layer_json(store, record))
    else:
        call.say(message.RERUN, layer=record.id, version=record.version)


def _layer_json(store: "Store", record: "LayerRecord") -> dict[str, Any]:
    from data import Viewer
    from web.link import layer_json, visible_ids

    return layer_json(record, visible_ids(store, Viewer.SYSTEM))


def _show_answer(call: Call, answer: Mapping[str, Any]) -> None:
    figures = answer["figures"]
    within_m, area = f"{figures['within_m']:g}", f"{figures['area_km2']:,.2f}"
    call.say(message.COVERAGE_AREA, points=figures["points"], within_m=within_m, area=area)
    if figures["population"] is not None:
        numbers = {name: f"{figures[name]:,.0f}" for name in ("population", "covered")}
        call.say(message.COVERAGE_PEOPLE, share=f"{100 * (figures['share'] or 0):.1f}", **numbers)
    _show_places(call, [feature["properties"] for feature in answer["left_out"]["features"]])
    for note in answer["notes"]:
        call.out.print(note[call.language], markup=False)


def _show_places(call: Call, places: list[dict[str, Any]]) -> None:
    from web.cli.head import build_table

    if not places:
        return
    call.say(message.LEFT_OUT)
    table = build_table(call, "rank", "name", "population", "left_out", right=("rank", "population", "left_out"))
    for place in places[:_SHOWN_PLACES]:
        table.add_row(
            str(place["rank"]), str(place["name"] or ""), *(f"{place[n]:,.0f}" for n in ("population", "left_out"))
        )
    call.out.print(table)


QUESTIONS: Mapping[str, Callable[..., None]] = {"coverage": analyse_coverage}
COMMANDS: Mapping[str, Callable[..., None]] = {"rerun": rerun_analysis}
