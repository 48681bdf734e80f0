"""Commands with the sample city: sample writes its files, demo shows it."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo import Text
from web import VERSION, message
from web.cli.call import Call
from web.cli.demo_bus import played_buses
from web.cli.server import Host, Port, serve_until_stopped
from web.errors import UsageError

if TYPE_CHECKING:
    from data import LayerRecord, Store
    from data.sample import SampleSource

Buildings = Annotated[int, typer.Option(metavar="N", help="Buildings of the city.", min=1, max=1_000_000)]
Seed = Annotated[int, typer.Option(metavar="S", help="The same seed makes the same city.", min=0)]

_BUILDINGS = 8_000
_SEED = 1
_STAMP = "sample.yml"
"""Says with what a folder was made; a kind of file that an import leaves aside."""


def write_sample_files(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files.")],
    buildings: Buildings = _BUILDINGS,
    seed: Seed = _SEED,
    faults: Annotated[bool, typer.Option("--faults", help="Faulty files too, in DIR/faults.")] = False,
) -> None:
    """Make the sample city's files in a folder."""
    from data.sample import write_sample_faults

    call = Call.of(context)
    make_sample(call, folder, buildings=buildings, seed=seed)
    if faults:
        write_sample_faults(folder)
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
    _write(call, folder, stamp, buildings=buildings, seed=seed)


def _stamp_of(folder: Path) -> str | None:
    stamp = folder / _STAMP
    return stamp.read_text(encoding="utf-8") if stamp.exists() else None


def _write(call: Call, folder: Path, stamp: str, *, buildings: int, seed: int) -> None:
    """Beside its place first, so that an interrupted call leaves nothing that looks whole."""
    from data.sample import write_sample_city
    from web.cli.progress import shown_progress

    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    with shown_progress(call.err, call.language) as progress:
        write_sample_city(beside, buildings=buildings, seed=seed, progress=progress)
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
    store = call.existing_store()
    with played_buses(store) as buses:
        serve_until_stopped(call, more=buses, host=host, port=port)
    return None


def _import_sample(call: Call, folder: Path) -> int:
    """What is listed, through the ordinary import; the exit status of it."""
    from data import ImportOptions, Viewer, import_paths
    from data.sample import SAMPLE_SOURCES
    from data.sample.source import ATTRIBUTION, LICENCE
    from web.cli.progress import shown_progress
    from web.cli.table import show_summary

    store = call.store()
    listed = tuple(path for source in SAMPLE_SOURCES for path in source.paths)
    options = ImportOptions(licence=LICENCE, attribution=ATTRIBUTION, only=listed)
    with shown_progress(call.err, call.language) as progress:
        summary = import_paths(store, [folder], viewer=Viewer.SYSTEM, options=options, progress=progress)
    _present(store, [layer.record for layer in summary.layers])
    layers = [replace(layer, record=store.layer(layer.record.id, Viewer.SYSTEM)) for layer in summary.layers]
    show_summary(call, replace(summary, layers=layers))
    store.close()
    return summary.exit_status


def _present(store: "Store", records: "Sequence[LayerRecord]") -> None:
    """Titles and groups as a city would give them; what has one goes on the public map."""
    from data import Viewer, Visibility
    from data.sample import SAMPLE_SOURCES

    for source in SAMPLE_SOURCES:
        made = [record for record in records if _is_from(record, source.paths)]
        for record in made:
            values = _wanted(record, source, alone=len(made) == 1)
            if values:
                store.describe(record.id, Viewer.SYSTEM, values)
            if record.visibility is not Visibility.PUBLIC:
                store.publish(record.id, Viewer.SYSTEM)


def _is_from(record: "LayerRecord", paths: Sequence[str]) -> bool:
    return any(file.name.startswith(tuple(paths)) for file in record.current.files if file.read)


_NAMES = {
    "sample-city mihongawa_mihongawa": Text("みほん川", "Mihon River"),
    "sample-city mihonhigashigawa_mihonhigashigawa": Text("みほん東川", "Mihon Higashi River"),
    "sample-city jikeiretsu": Text("時間変化", "over time"),
    "(sample-city)": Text("(最大)", "(greatest)"),
    "mihon_bus": Text("みほんバス", "Mihon Bus"),
    "mihon_community": Text("コミュニティバス", "Community bus"),
    "mihon_harbour": Text("みほん港湾交通", "Mihon Harbour Transit"),
}
"""What people call the datasets after which an import names the layers of a source."""


def _wanted(record: "LayerRecord", source: "SampleSource", *, alone: bool) -> dict[str, Any]:
    """What differs from how the layer is described; the layers of one source keep their titles apart."""
    from geo import GROUPS

    group = next(group for group in GROUPS if group.id == source.group)
    wanted: dict[str, Any] = {} if record.group == group else {"group": group.as_json()}
    title = source.title if alone else _renamed(record.title)
    if record.title != title:
        wanted["title"] = title.as_json()
    return wanted


def _renamed(title: Text) -> Text:
    ja, en = title.ja, title.en
    for dataset, name in _NAMES.items():
        ja, en = ja.replace(dataset, name.ja), en.replace(dataset, name.en)
    return Text(ja, en)


COMMANDS: Mapping[str, Callable[..., int | None]] = {"sample": write_sample_files, "demo": show_demo}
