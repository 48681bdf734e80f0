"""Commands with the sample city: sample writes its files, demo shows it."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from geo import Text
from web import VERSION, message
from web.cli.call import Call
from web.cli.server import Host, Port, serve_until_stopped
from web.errors import UsageError

Buildings = Annotated[int, typer.Option(metavar="N", help="Buildings of the city.", min=1, max=1_000_000)]
Seed = Annotated[int, typer.Option(metavar="S", help="The same seed makes the same city.")]

_BUILDINGS = 8_000
_SEED = 1
_STAMP = "sample.yml"
"""Says with what a folder was made; a kind of file that an import leaves aside."""


def write_sample_files(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files.")],
    buildings: Buildings = _BUILDINGS,
    seed: Seed = _SEED,
) -> None:
    """Make the sample city's files in a folder."""
    call = Call.of(context)
    make_sample(call, folder, buildings=buildings, seed=seed)
    files = sum(path.is_file() for path in folder.rglob("*"))
    call.say(message.SAMPLE_MADE, folder=folder, files=files)


def make_sample(call: Call, folder: Path, *, buildings: int, seed: int) -> None:
    """Leaves the files alone when the same call made them; UsageError for a folder with other things in it."""
    stamp = f"generator: {VERSION}\nbuildings: {buildings}\nseed: {seed}\n"
    if _stamp_of(folder) == stamp:
        return
    if folder.exists() and _stamp_of(folder) is None and any(folder.iterdir()):
        raise UsageError(Text(f"{folder} は空ではありません", f"{folder} is not empty"))
    call.warn(message.MAKING_SAMPLE, folder=folder)
    _write(folder, stamp, buildings=buildings, seed=seed)


def _stamp_of(folder: Path) -> str | None:
    stamp = folder / _STAMP
    return stamp.read_text(encoding="utf-8") if stamp.exists() else None


def _write(folder: Path, stamp: str, *, buildings: int, seed: int) -> None:
    """Beside its place first, so that an interrupted call leaves nothing that looks whole."""
    from data.sample import write_sample_city

    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    write_sample_city(beside, buildings=buildings, seed=seed)
    (beside / _STAMP).write_text(stamp, encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    beside.rename(folder)


def show_demo(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    buildings: Buildings = _BUILDINGS,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the import.")] = False,
) -> int | None:
    """Make the sample city, import it, publish it and serve it."""
    call = Call.of(context)
    folder = call.store_path.resolve().parent / "sample-city"
    make_sample(call, folder, buildings=buildings, seed=_SEED)
    status = _import_sample(call, folder)
    if no_serve or status == 1:
        return status
    serve_until_stopped(call, host=host, port=port)
    return None


def _import_sample(call: Call, folder: Path) -> int:
    """Through the ordinary import; the exit status of it."""
    from data import ImportOptions, Viewer, import_paths
    from web.cli.progress import shown_progress
    from web.cli.table import show_summary

    options = ImportOptions(licence="CC0 1.0", attribution=message.SAMPLE_ATTRIBUTION)
    store = call.store()
    with shown_progress(call.err, call.language) as progress:
        summary = import_paths(store, [folder], viewer=Viewer.SYSTEM, options=options, progress=progress)
    for layer in summary.layers:
        store.publish(layer.record.id, Viewer.SYSTEM)
    show_summary(call, summary)
    store.close()
    return summary.exit_status


COMMANDS: Mapping[str, Callable[..., int | None]] = {"sample": write_sample_files, "demo": show_demo}
