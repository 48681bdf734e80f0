"""A question about accessibility asked on the command line, and its answer in words."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from web import message_access as words
from web.cli.access_option import Table
from web.cli.call import Call

if TYPE_CHECKING:
    from data.accessibility import AccessQuestion, Result
    from gtfs.accessibility import AreaAccess, ServiceIndex


def ask_and_show(context: typer.Context, asked: dict[str, Any], where: Table) -> None:
    """`asked`: an AccessQuestion as JSON. The answer is printed, and kept in a file or as a layer."""
    from data import Viewer
    from data.accessibility import AccessQuestion, answer, save_answer
    from web.cli.progress import shown_progress

    call, save = Call.of(context), getattr(where, "save", None)
    store = call.existing_store()
    question = AccessQuestion.from_json({**asked, "title": save})
    with shown_progress(call.err, call.language) as progress:
        progress.stage(words.SEARCHING)
        result = answer(store, question, Viewer.SYSTEM)
    told: dict[str, Any] = {}
    if where.out is not None:
        from data.answer_file import write_answer

        told["files"] = [str(path) for path in write_answer(result, where.out)]
    if save is not None:
        told["layer"] = save_answer(store, result.question, Viewer.SYSTEM).id
    if where.json:
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
    start, end = (edge[:5] for edge in explanation["window"])
    call.say(words.ASKED, day=question.day, weekday=weekday, start=start, end=end)
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
    from gtfs.accessibility import AreaAccess, ServiceIndex

    if isinstance(result.answer, ServiceIndex):
        _show_classes(call, result.answer)
        return
    if isinstance(result.answer, AreaAccess):
        _show_kinds(call, result.answer)
        return
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


def _show_classes(call: Call, answer: "ServiceIndex") -> None:
    from data.answer_portrayal import legend
    from web.cli.head import build_table

    people = sum(one.people or 0 for one in answer.totals)
    table = build_table(call, "class", "places", "population", "share", right=("places", "population", "share"))
    for one, shown in zip(answer.totals, legend(answer), strict=True):
        share = f"{100 * one.people / people:.1f} %" if one.people is not None and people else "-"
        counted = "-" if one.people is None else f"{one.people:,.0f}"
        table.add_row(shown["label"][call.language], f"{one.places:,}", counted, share)
    call.out.print(table)


def _show_kinds(call: Call, answer: "AreaAccess") -> None:
    for one in answer.totals:
        kind, figures = call.text(words.KINDS[one.kind]), {"time": one.time, "space": one.space, "total": one.total}
        call.say(words.SERVICE_ACCESS, kind=kind, **{name: f"{value:,.2f}" for name, value in figures.items()})


def _labels(question: "AccessQuestion") -> set[str]:
    return {"mean", *(f"p{one:g}" for one in question.percentiles)}


def _show_explanation(call: Call, explanation: Mapping[str, Any]) -> None:
    lines = [line["name"] for line in explanation["travel"]["lines"] or explanation["rules"].get("lines", [])]
    if lines:
        call.say(words.LINES, lines="、".join(lines[:8]) + (" …" if len(lines) > 8 else ""))
    for one in explanation["unreached"]:
        call.say(words.UNREACHED, reason=one[call.language], count=f"{one['count']:,}")
    for feed, (first, last) in explanation["feeds_left_out"].items():
        call.say(words.FEED_OUT, feed=feed, first=first, last=last)
