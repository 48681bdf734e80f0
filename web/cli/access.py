"""Commands about accessibility by public transport: analyse isochrone, access, matrix, deserts and others."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from web import message_access as words
from web.cli.call import Call
from web.cli.layer import Json

if TYPE_CHECKING:
    from data.accessibility import AccessQuestion, Result

Day = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="Date, such as 2026-05-12; without it, a usual weekday.")
]
Start = Annotated[str, typer.Option("--from", metavar="TIME", help="First departure, such as 07:00.")]
End = Annotated[str, typer.Option("--to", metavar="TIME", help="End of the departures, not part of them.")]
Percentile = Annotated[
    list[int], typer.Option(help="Percentile of the travel time over the departures; may be repeated.")
]
ArriveBy = Annotated[bool, typer.Option("--arrive-by", help="Arrive within the window, instead of departing.")]
Walk = Annotated[
    float, typer.Option(metavar="MIN", help="Longest walk to the first and from the last stop, in minutes.")
]
Speed = Annotated[float, typer.Option("--walk-speed", metavar="KMH", help="Walking speed, km/h.")]
Longest = Annotated[float, typer.Option(metavar="MIN", help="Longest trip in minutes.")]
Feed = Annotated[
    list[str],
    typer.Option(metavar="LAYER", help="Layer of the stops of a GTFS feed; may be repeated. Without it, all feeds."),
]
Streets = Annotated[str | None, typer.Option(metavar="LAYER", help="Layer with streets, or `none` for straight lines.")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the table to this file: .parquet, .csv, .geojson or .gpkg."),
]
Save = Annotated[str | None, typer.Option(metavar="TITLE", help="Keep the answer as a layer of this title.")]
Origins = Annotated[str, typer.Option(metavar="LAYER", help="Layer of the places that people start from.")]
Destinations = Annotated[str, typer.Option(metavar="LAYER", help="Layer of the places that people want to reach.")]
Homes = Annotated[str, typer.Option(metavar="LAYER", help="Layer of the homes: grid squares, towns or buildings.")]
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
Station = Annotated[float, typer.Option("--station", metavar="M", help="Metres to a station that are near enough.")]
BusStop = Annotated[float, typer.Option("--bus-stop", metavar="M", help="Metres to a bus stop that are near enough.")]
Departures = Annotated[int, typer.Option(metavar="N", help="Departures a day below which a stop does not count.")]
Within = Annotated[float, typer.Option(metavar="MIN", help="Minutes within which a facility must be reached.")]


def analyse_isochrone(
    context: typer.Context,
    at: Annotated[str, typer.Option(metavar="LON,LAT", help="Longitude and latitude, such as 138.86,35.10.")],
    cutoff: Annotated[list[float], typer.Option(metavar="MIN", help="Minutes of one area; may be repeated.")] = [  # noqa: B006
        15,
        30,
        45,
        60,
    ],
    day: Day = None,
    start: Start = "07:00",
    end: End = "09:00",
    percentile: Percentile = [50],  # noqa: B006
    arrive_by: ArriveBy = False,
    walk: Walk = 30,
    walk_speed: Speed = 4.68,
    longest: Longest = 120,
    feed: Feed = [],  # noqa: B006
    streets: Streets = None,
    out: Out = None,
    save: Save = None,
    json: Json = False,
) -> None:
    """How far one gets by public transport from a place, door to door."""
    asked = {"at": _lonlat(at), "cutoffs_min": cutoff}
    travel = _travel(day, start, end, percentile, arrive_by, walk, walk_speed, longest, feed, streets)
    _ask(context, {"measure": "isochrone", **asked, **travel}, out, save, json)


def analyse_access(
    context: typer.Context,
    origins: Origins,
    destinations: Destinations,
    count: Count = [],  # noqa: B006
    decay: Decay = "step",
    cutoff: Cutoff = 30,
    width: Width = 10,
    definition: Definition = "access_of_travel_time_percentile",
    day: Day = None,
    start: Start = "07:00",
    end: End = "09:00",
    percentile: Percentile = [50],  # noqa: B006
    walk: Walk = 30,
    walk_speed: Speed = 4.68,
    longest: Longest = 120,
    feed: Feed = [],  # noqa: B006
    streets: Streets = None,
    out: Out = None,
    save: Save = None,
    json: Json = False,
) -> None:
    """What each place of a layer reaches by public transport."""
    asked = {"origins": origins, "destinations": destinations, "columns": count, "decay": decay}
    rule = {"cutoff_min": cutoff, "width_min": width, "definition": definition}
    travel = _travel(day, start, end, percentile, False, walk, walk_speed, longest, feed, streets)
    _ask(context, {"measure": "access", **asked, **rule, **travel}, out, save, json)


def analyse_matrix(
    context: typer.Context,
    origins: Origins,
    destinations: Destinations,
    day: Day = None,
    start: Start = "07:00",
    end: End = "09:00",
    percentile: Percentile = [50],  # noqa: B006
    arrive_by: ArriveBy = False,
    walk: Walk = 30,
    walk_speed: Speed = 4.68,
    longest: Longest = 120,
    feed: Feed = [],  # noqa: B006
    streets: Streets = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Travel times from every place of a layer to every place of another."""
    travel = _travel(day, start, end, percentile, arrive_by, walk, walk_speed, longest, feed, streets)
    _ask(context, {"measure": "matrix", "origins": origins, "destinations": destinations, **travel}, out, None, json)


def analyse_deserts(
    context: typer.Context,
    homes: Homes,
    population: Population = None,
    station: Station = 800,
    bus_stop: BusStop = 300,
    departures: Departures = 1,
    day: Day = None,
    feed: Feed = [],  # noqa: B006
    streets: Streets = None,
    out: Out = None,
    save: Save = None,
    json: Json = False,
) -> None:
    """People too far from a station or bus stop, along streets."""
    asked = {"origins": homes, "population": population, "day": day, "feeds": feed, "streets": streets}
    rule = {"station_m": station, "bus_stop_m": bus_stop, "departures": departures}
    _ask(context, {"measure": "deserts", **asked, **rule}, out, save, json)


def analyse_out_of_reach(
    context: typer.Context,
    homes: Homes,
    facilities: Facilities,
    within: Within = 30,
    population: Population = None,
    day: Day = None,
    start: Start = "07:00",
    end: End = "09:00",
    walk: Walk = 30,
    walk_speed: Speed = 4.68,
    longest: Longest = 120,
    feed: Feed = [],  # noqa: B006
    streets: Streets = None,
    out: Out = None,
    save: Save = None,
    json: Json = False,
) -> None:
    """People who reach no facility in time, door to door."""
    asked = {"origins": homes, "destinations": facilities, "population": population, "cutoff_min": within}
    travel = _travel(day, start, end, [50], False, walk, walk_speed, longest, feed, streets)
    _ask(context, {"measure": "out_of_reach", **asked, **travel}, out, save, json)


def analyse_scenario(
    context: typer.Context,
    scenario: Annotated[Path, typer.Argument(metavar="YAML", help="YAML file with the changes.")],
    origins: Origins,
    destinations: Annotated[
        str | None, typer.Option(metavar="LAYER", help="Layer of the places that people want to reach.")
    ] = None,
    measure: Annotated[str, typer.Option(help="What to compare: access, deserts or out_of_reach.")] = "access",
    count: Count = [],  # noqa: B006
    decay: Decay = "step",
    cutoff: Cutoff = 30,
    population: Population = None,
    day: Day = None,
    start: Start = "07:00",
    end: End = "09:00",
    percentile: Percentile = [50],  # noqa: B006
    walk: Walk = 30,
    walk_speed: Speed = 4.68,
    longest: Longest = 120,
    feed: Feed = [],  # noqa: B006
    streets: Streets = None,
    out: Out = None,
    save: Save = None,
    json: Json = False,
) -> None:
    """Before and after a change of lines, stops or facilities."""
    from gtfs.scenario import read_scenario
    from gtfs.scenario.yaml_text import parse_yaml

    read_scenario(scenario)  # tells of what is wrong with the line of the file
    document = parse_yaml(scenario.read_bytes(), name=scenario.name).value
    asked = {"measure": measure, "origins": origins, "destinations": destinations, "population": population}
    rule = {"columns": count, "decay": decay, "cutoff_min": cutoff, "scenario": document}
    travel = _travel(day, start, end, percentile, False, walk, walk_speed, longest, feed, streets)
    _ask(context, {**asked, **rule, **travel}, out, save, json)


def _travel(
    day: str | None,
    start: str,
    end: str,
    percentiles: list[int],
    arrive_by: bool,
    walk: float,
    walk_speed: float,
    longest: float,
    feeds: list[str],
    streets: str | None,
) -> dict[str, Any]:
    return {
        "day": day,
        "start": start,
        "end": end,
        "percentiles": sorted(set(percentiles)),
        "arrive_by": arrive_by,
        "walk_min": walk,
        "walk_kmh": walk_speed,
        "longest_min": longest,
        "feeds": feeds,
        "streets": streets,
    }


def _lonlat(text: str) -> list[float]:
    from data.errors import InvalidQueryError
    from geo import Text

    try:
        lon, lat = (float(one) for one in text.split(","))
    except ValueError as error:
        told = Text(f"地点は「経度,緯度」で指定してください({text})", f"a place is LON,LAT ({text})")
        raise InvalidQueryError(told) from error
    return [lon, lat]


def _ask(context: typer.Context, asked: dict[str, Any], out: Path | None, save: str | None, json: bool) -> None:
    from data import Viewer
    from data.accessibility import AccessQuestion, answer, save_answer
    from web.cli.progress import shown_progress

    call = Call.of(context)
    store = call.existing_store()
    question = AccessQuestion.from_json({**asked, "title": save})
    with shown_progress(call.err, call.language) as progress:
        progress.stage(words.SEARCHING)
        result = answer(store, question, Viewer.SYSTEM)
    told: dict[str, Any] = {}
    if out is not None:
        from data.answer_file import write_answer

        told["files"] = [str(path) for path in write_answer(result, out)]
    if save is not None:
        told["layer"] = save_answer(store, result.question, Viewer.SYSTEM).id
    if json:
        call.say_json({**result.as_json(), **told})
    else:
        _show(call, result)
        _show_kept(call, told)


def _show_kept(call: Call, told: Mapping[str, Any]) -> None:
    if "files" in told:
        call.say(words.WRITTEN, files=", ".join(told["files"]))
    if "layer" in told:
        call.say(words.KEPT, layer=told["layer"])


def _show(call: Call, result: "Result") -> None:
    from gtfs.accessibility import Comparison

    question, found = result.question, result.answer.as_json()
    explanation = found["before"] if isinstance(result.answer, Comparison) else found["explanation"]
    weekday = call.text(words.WEEKDAYS[explanation["weekday"]])
    call.say(words.ASKED, day=question.day, weekday=weekday, start=question.start, end=question.end)
    if isinstance(result.answer, Comparison):
        _show_comparison(call, found)
    else:
        _show_figures(call, question, result)
    _show_explanation(call, explanation)


def _show_comparison(call: Call, found: Mapping[str, Any]) -> None:
    for change in found["changes"]:
        call.say(words.CHANGED, text=change[call.language])
    for total in found["totals"]:
        call.say(words.GAIN, name=total["column"], more=f"{total['more']:,.0f}", less=f"{total['less']:,.0f}")


def _show_figures(call: Call, question: "AccessQuestion", result: "Result") -> None:
    table, totals = result.answer.table, getattr(result.answer, "totals", None)
    if question.measure == "isochrone":
        for row in table[::-1].itertuples():
            call.say(words.ISOCHRONE, minutes=f"{row.minutes:g}", area=f"{row.area_km2:,.2f}")
    elif totals is not None:
        share = f"{100 * totals.share:.1f}" if totals.people else "-"
        call.say(words.LEFT_OUT, people=f"{totals.people:,.0f}", left_out=f"{totals.left_out:,.0f}", share=share)
        call.say(words.NODES, places=f"{totals.places:,}", nodes=f"{totals.distinct_nodes:,}")
    elif question.measure == "matrix":
        call.say(words.PAIRS, reached=f"{(table['reason'] == '').sum():,}", pairs=f"{len(table):,}")
    else:
        for name in [name for name in table if str(name).rpartition("_")[2] in _labels(question)]:
            call.say(words.FIGURE, name=name, mean=f"{table[name].mean():,.4g}", median=f"{table[name].median():,.4g}")


def _labels(question: "AccessQuestion") -> set[str]:
    return {"mean", *(f"p{one:g}" for one in question.percentiles)}


def _show_explanation(call: Call, explanation: Mapping[str, Any]) -> None:
    lines = [line["name"] for line in explanation["travel"]["lines"]]
    if lines:
        call.say(words.LINES, lines="、".join(lines[:8]) + (" …" if len(lines) > 8 else ""))
    for one in explanation["unreached"]:
        call.say(words.UNREACHED, reason=one[call.language], count=f"{one['count']:,}")
    for feed, (first, last) in explanation["feeds_left_out"].items():
        call.say(words.FEED_OUT, feed=feed, first=first, last=last)


QUESTIONS: Mapping[str, Callable[..., None]] = {
    "isochrone": analyse_isochrone,
    "access": analyse_access,
    "matrix": analyse_matrix,
    "deserts": analyse_deserts,
    "out-of-reach": analyse_out_of_reach,
    "scenario": analyse_scenario,
}
