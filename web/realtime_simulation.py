"""A simulated day over HTTP on the loopback address, or as files."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from gtfs.realtime.simulator import Kind, Simulation
from web.errors import AddressError
from web.realtime_source import Clock, utc_now


def serve_simulation(
    simulation: Simulation, port: int, stop: threading.Event, announce: Callable[[str], None], *, clock: Clock = utc_now
) -> None:
    """`/trip_updates.pb`, `/vehicle_positions.pb`, `/alerts.pb`, until `stop`."""
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(simulation, clock))
    except OSError as error:
        raise AddressError("127.0.0.1", port, error.strerror or str(error)) from error
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    announce(f"http://127.0.0.1:{server.server_address[1]}/")
    stop.wait()
    server.shutdown()
    server.server_close()
    serving.join()


def _handler(simulation: Simulation, clock: Clock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind = self.path.partition("?")[0].strip("/").removesuffix(".pb")
            if kind not in set(Kind):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            content = simulation.content(Kind(kind), clock())
            if content is None:
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads a line for each question."""

    return Handler


def write_messages(simulation: Simulation, folder: Path, begin_s: int, end_s: int, every_s: float) -> int:
    """`KIND/HHMMSS.pb` for each moment from `begin_s` to `end_s` (ServiceSeconds); how many. Silence has no file."""
    written = 0
    moments = int((end_s - begin_s) // every_s) + 1
    for kind in Kind:
        (folder / kind.value).mkdir(parents=True, exist_ok=True)
        for number in range(max(moments, 0)):
            seconds = int(begin_s + number * every_s)
            content = simulation.content(kind, datetime.fromtimestamp(simulation.origin + seconds, UTC))
            if content is not None:
                name = f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}.pb"
                (folder / kind.value / name).write_bytes(content)
                written += 1
    return written
