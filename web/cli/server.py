"""Commands that stay: serve and worker."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any

import typer

from web import message
from web.cli.call import Call
from web.settings import Settings

Host = Annotated[
    str | None, typer.Option(help="Address to listen on; 0.0.0.0 for all of the machine.", show_default="127.0.0.1")
]
Port = Annotated[int | None, typer.Option(help="Port; 0 for any free one.", show_default="8000", min=0, max=65_535)]


def serve_map(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option(help="Web processes.", show_default="1", min=1, max=64)] = None,
    internal: Annotated[
        bool | None,
        typer.Option("--internal", help="Serve the internal map: every layer. For the office network only."),
    ] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Start no worker beside the server.")] = False,
    no_realtime: Annotated[
        bool, typer.Option("--no-realtime", help="Start no receiver of realtime data beside the server.")
    ] = False,
) -> None:
    """Serve the map until Ctrl+C."""
    call = Call.of(context)
    call.existing_store().close()
    unwanted = {name for name, off in {"worker": no_worker, "realtime": no_realtime}.items() if off}
    serve_until_stopped(call, without=unwanted, host=host, port=port, workers=workers, internal=internal)


def serve_until_stopped(
    call: Call, *, without: Collection[str] = (), more: Sequence[Sequence[str]] = (), **asked: Any
) -> None:
    """With the worker beside it, and the receiver of realtime data where the store names feeds, unless told not to;
    and with the commands of `more`."""
    from data.realtime import Realtime
    from web.server import serve

    store = call.existing_store()
    wanted = ["worker", "realtime"] if Realtime(store).bindings() else ["worker"]
    store.close()

    given = {name: value for name, value in asked.items() if value is not None}
    settings = Settings(**{**given, "store": call.store_path})
    if settings.internal:
        call.warn(message.INTERNAL_MAP)
    serve(
        settings,
        beside=[*([command] for command in wanted if command not in without), *more],
        announce=lambda address: call.say(message.SERVING, address=address),
    )


def work_on_jobs(
    context: typer.Context,
    beside: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Take jobs from the store's queue until stopped."""
    import logging

    from data import work
    from web.server import stop_event

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    call = Call.of(context)
    stop = stop_event(beside)
    store = call.store()
    if beside is None:
        call.say(message.WORKING)
    work(store, stop)


COMMANDS: Mapping[str, Callable[..., None]] = {"serve": serve_map, "worker": work_on_jobs}
