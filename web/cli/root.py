"""The command tree. Its texts are English; `web.message` has each of them in Japanese."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from web import VERSION
from web.cli import access, analysis, demo, feature, gtfs, layer, problem, realtime, server, service
from web.cli.call import Call
from web.cli.language import Command, Group


class Lang(StrEnum):
    JA = "ja"
    EN = "en"


def build_cli() -> typer.Typer:
    cli = typer.Typer(
        cls=Group, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich"
    )
    cli.callback()(_global_options)
    for name, function in {
        **layer.COMMANDS,
        **problem.COMMANDS,
        **feature.COMMANDS,
        **server.COMMANDS,
        **demo.COMMANDS,
        **analysis.COMMANDS,
    }.items():
        cli.command(name, cls=Command)(function)
    analyse = typer.Typer(cls=Group, no_args_is_help=True, help="Ask a question of the layers and keep the answer.")
    for name, function in {**analysis.QUESTIONS, **access.QUESTIONS, **service.QUESTIONS}.items():
        analyse.command(name, cls=Command)(function)
    cli.add_typer(analyse, name="analyse")
    timetables = typer.Typer(cls=Group, no_args_is_help=True, help="Look after timetables in GTFS and GTFS-JP.")
    for name, function in gtfs.COMMANDS.items():
        timetables.command(name, cls=Command)(function)
    cli.add_typer(timetables, name="gtfs")
    live = typer.Typer(cls=Group, invoke_without_command=True)
    live.callback()(realtime.receive)
    for name, function in realtime.COMMANDS.items():
        live.command(name, cls=Command)(function)
    cli.add_typer(live, name="realtime")
    return cli


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"machinami {VERSION}")
        raise typer.Exit


def _global_options(
    context: typer.Context,
    store: Annotated[Path, typer.Option(metavar="DIR", envvar="MACHINAMI_STORE", help="Folder of the store.")] = Path(
        "machinami-store"
    ),
    lang: Annotated[
        Lang | None, typer.Option(help="Language of messages; without it, what LANG says.", show_default=False)
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error happened.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Machinami: city files become a layered map in the browser."""
    call = Call.of(context)
    call.store_path = store
    call.debug = debug
