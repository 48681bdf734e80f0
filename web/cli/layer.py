"""Commands about layers: import, layers, publish, unpublish, remove, gc."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from web import message
from web.cli.call import Call

Layer = Annotated[str, typer.Argument(metavar="LAYER", help="Id of the layer.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, with the fields of the HTTP API.")]


def import_files(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, folders and zips to import.")],
    title: Annotated[str | None, typer.Option(help="Title of the layer.")] = None,
    group: Annotated[str | None, typer.Option(help="Branch of the layer tree: an id, or a title.")] = None,
    licence: Annotated[
        str | None, typer.Option("--licence", "--license", help="Licence of the data, such as CC BY 4.0.")
    ] = None,
    attribution: Annotated[str | None, typer.Option(help="Whom to name as the source.")] = None,
    crs: Annotated[
        str | None, typer.Option(metavar="EPSG", help="Coordinate reference system of files that name none.")
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Show the layers on the public map.")] = False,
    into: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Join CityGML to the seamless layers NAME: a file supersedes one of the same city, package and mesh.",
        ),
    ] = None,
    places: Annotated[
        str | None,
        typer.Option(metavar="LAYER", help="Layer with the areas of tables of towns that have no coordinates."),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask cluster to work on, such as tcp://10.0.0.5:8786.")
    ] = None,
    json: Json = False,
) -> int:
    """Import files, folders and zips as layers.

    Exit status: 0 all stored; 3 stored with problems; 1 nothing stored; 2 wrong usage.
    """
    from data import ArchiveLimits, ImportOptions, Viewer, cluster_executor, import_paths
    from web.cli.progress import shown_progress
    from web.cli.table import show_summary, summary_json
    from web.settings import Settings

    call = Call.of(context)
    limits = ArchiveLimits(max_bytes=Settings().max_unpacked_bytes)
    options = ImportOptions(title, group, licence, attribution, crs, limits, into=into, places=places)
    store = call.store()
    with ExitStack() as open_:
        executor = open_.enter_context(cluster_executor(cluster)) if cluster else None
        progress = open_.enter_context(shown_progress(call.err, call.language))
        summary = import_paths(
            store, paths, viewer=Viewer.SYSTEM, options=options, progress=progress, executor=executor
        )
    if publish:
        for layer in summary.layers:
            store.publish(layer.record.id, Viewer.SYSTEM)
    if json:
        call.say_json(summary_json(store, summary))
    else:
        show_summary(call, summary)
    return summary.exit_status


def list_layers(context: typer.Context, json: Json = False) -> None:
    """List the layers."""
    from data import Viewer
    from web.cli.table import show_layers
    from web.link import layer_json

    call = Call.of(context)
    records = call.existing_store().layers(Viewer.SYSTEM)
    if json:
        known = frozenset(record.id for record in records)
        call.say_json({"layers": [layer_json(record, known) for record in records]})
    elif records:
        show_layers(call, records)
    else:
        call.say(message.NO_LAYERS)


def publish_layer(context: typer.Context, layer: Layer) -> None:
    """Show a layer on the public map."""
    from data import Viewer

    call = Call.of(context)
    call.existing_store().publish(layer, Viewer.SYSTEM)
    call.say(message.PUBLISHED, layer=layer)


def unpublish_layer(context: typer.Context, layer: Layer) -> None:
    """Take a layer off the public map."""
    from data import Viewer

    call = Call.of(context)
    call.existing_store().unpublish(layer, Viewer.SYSTEM)
    call.say(message.UNPUBLISHED, layer=layer)


def remove_layer(context: typer.Context, layer: Layer) -> None:
    """Remove a layer with all its versions."""
    from data import Viewer

    call = Call.of(context)
    call.existing_store().remove(layer, Viewer.SYSTEM)
    call.say(message.REMOVED, layer=layer)


def collect_garbage(context: typer.Context, json: Json = False) -> None:
    """Clear old versions and what interrupted imports left."""
    from data import Viewer

    call = Call.of(context)
    report = call.existing_store().gc(Viewer.SYSTEM)
    if json:
        call.say_json({"folders": report.folders, "bytes": report.bytes})
    else:
        call.say(message.CLEARED, folders=report.folders, megabytes=f"{report.bytes / 1e6:.1f}")


COMMANDS: Mapping[str, Callable[..., int | None]] = {
    "import": import_files,
    "layers": list_layers,
    "publish": publish_layer,
    "unpublish": unpublish_layer,
    "remove": remove_layer,
    "gc": collect_garbage,
}
