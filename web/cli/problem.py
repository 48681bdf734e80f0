"""Commands about what is wrong with data: problems, check."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo import Problem
from web import message
from web.cli.call import Call
from web.cli.layer import Json

if TYPE_CHECKING:
    from data import Store

ALL = "all"


class ReportLanguage(StrEnum):
    JA = "ja"
    EN = "en"


Html = Annotated[
    Path | None, typer.Option("--html", metavar="OUT", help="Write a report for reading and printing to this file.")
]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="OUT", help="Write a table of all problems to this file.")]
Lang = Annotated[
    ReportLanguage | None,
    # Read before anything is parsed, wherever it stands: see web.cli.language.
    typer.Option(help="Language of messages; without it, what LANG says.", show_default=False),
]


def list_problems(
    context: typer.Context,
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="Id of the layer; all for every layer.")],
    html: Html = None,
    csv: Csv = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """List what was wrong in the files of a layer, or write it as a report."""
    from data import Viewer

    call = Call.of(context)
    store = call.existing_store()
    ids = [record.id for record in store.layers(Viewer.SYSTEM)] if layer == ALL else [layer]
    lists = [store.problem_list(one, Viewer.SYSTEM) for one in ids]
    total = sum(one.count() for one in lists)
    if html or csv:
        _write_reports(call, lambda: chain.from_iterable(lists), _title(call, store, layer), html, csv)
    elif json:
        _say_json(call, chain.from_iterable(lists), total)
        return
    else:
        for problem in chain.from_iterable(lists):
            call.out.print(_line(problem, call), markup=False)
    call.say(message.PROBLEM_COUNT, count=total)


def check_files(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, folders and zips to check.")],
    html: Html = None,
    csv: Csv = None,
    crs: Annotated[
        str | None, typer.Option(metavar="EPSG", help="Coordinate reference system of files that name none.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Check files, folders and zips without storing anything.

    Exit status: 0 all right; 3 with problems; 1 nothing could be read; 2 wrong usage.
    """
    from data import ArchiveLimits
    from data.inspection import inspect_paths
    from web.cli.level_table import levels_json, show_levels
    from web.cli.progress import shown_progress
    from web.settings import Settings

    call = Call.of(context)
    limits = ArchiveLimits(max_bytes=Settings().max_unpacked_bytes)
    with shown_progress(call.err, call.language) as progress:
        found = inspect_paths(paths, limits=limits, crs=crs, progress=progress)
    if html or csv:
        title = ", ".join(path.name or str(path.resolve()) for path in paths)
        _write_reports(call, lambda: found.problems, title, html, csv)
    elif not json:
        for problem in found.problems:
            call.out.print(_line(problem, call), markup=False)
    if json:
        _say_json(call, found.problems, len(found.problems), levels=levels_json(found.levels))
        return found.exit_status
    show_levels(call, found.levels)
    call.say(message.CHECKED, files=found.files, read=f"{found.read:,}", kept_out=f"{found.kept_out:,}")
    call.say(message.PROBLEM_COUNT, count=len(found.problems))
    return found.exit_status


def _title(call: Call, store: "Store", layer: str) -> str:
    from data import Viewer

    if layer == ALL:
        return call.text(message.ALL_LAYERS)
    return store.layer(layer, Viewer.SYSTEM).title.in_language(call.language)


def _write_reports(
    call: Call, problems: Callable[[], Iterable[Problem]], title: str, html: Path | None, csv: Path | None
) -> None:
    """Each file goes through the problems anew: a hundred thousand need not be held at once."""
    from data.report import gather
    from data.report_csv import write_report_csv
    from data.report_html import write_report_html

    if html:
        write_report_html(html, gather(problems(), title, datetime.now(UTC).astimezone()), call.language)
        call.say(message.REPORT_WRITTEN, path=html)
    if csv:
        write_report_csv(csv, problems(), call.language)
        call.say(message.REPORT_WRITTEN, path=csv)


def _say_json(call: Call, problems: Iterable[Problem], total: int, **more: Any) -> None:
    from web.link import problem_json

    call.say_json({"problems": [problem_json(problem) for problem in problems], "total": total, **more})


def _line(problem: Problem, call: Call) -> str:
    severity = call.text(message.SEVERITIES[problem.severity])
    return f"{severity}  {problem.rule}  {problem.message(call.language)}"


COMMANDS: Mapping[str, Callable[..., int | None]] = {"problems": list_problems, "check": check_files}
