"""Bus location in the store: which timetable listens to which sources, the latest snapshot, and the observed calls.

    realtime/feeds.json                      the bindings; addresses may hold keys, so only the owner may read it
    realtime/snapshot.json                   everything known now, replaced as a whole by the one poller
    realtime/observed/<layer>/<date>.parquet calls of one service date

Who may see a feed's vehicles is who may see the layer that keeps its timetable.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson
import pandas as pd

from data.errors import DataError
from data.feed import feed_layer
from data.lock import is_locked, locked_at_once
from data.store import Store
from data.viewer import Viewer
from geo import Text
from gtfs.realtime.observation import Observation, observation_table, parse_observations
from gtfs.realtime.snapshot import Snapshot
from gtfs.realtime.snapshot_file import read_snapshot, write_snapshot

_FOLDER: Final = "realtime"


class BindingError(DataError):
    """A binding of a layer to addresses that can't be read."""


class PollerRunsError(DataError):
    def __init__(self, store: Path) -> None:
        super().__init__(
            Text(
                f"{store} の運行情報は別の machinami realtime が受信しています",
                f"another machinami realtime receives for {store} already",
            )
        )


@dataclass(frozen=True, slots=True)
class Binding:
    """One timetable and where its buses are told of."""

    layer: str
    """Id of the layer of stops that keeps the feed."""
    addresses: tuple[str, ...]
    """URLs (http, https) or paths of files."""

    def names(self) -> tuple[str, ...]:
        """How people may call the addresses: without user, password and query, where keys stand."""
        plain = [_public_name(address) for address in self.addresses]
        return tuple(name if plain.count(name) == 1 else f"{name} ({at + 1})" for at, name in enumerate(plain))


def parse_binding(text: str) -> Binding:
    """`LAYER=URL[,URL...]`; BindingError for anything else. A comma inside of a URL is written %2C."""
    layer, equals, rest = text.partition("=")
    addresses = tuple(part.strip() for part in rest.split(",") if part.strip())
    if not equals or not layer.strip() or not addresses:
        raise BindingError(
            Text(f"「レイヤー=URL」の形にしてください: {text}", f"write it as LAYER=URL[,URL...], not {text!r}")
        )
    for address in addresses:
        _check_address(address)
    return Binding(layer.strip(), addresses)


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    on_web = parts.scheme in ("http", "https")
    if (on_web and not parts.hostname) or ("://" in address and not on_web):
        raise BindingError(
            Text(
                f"http か https のURL、またはファイルにしてください: {_public_name(address)}",
                f"give an http or https URL, or a file, not {_public_name(address)!r}",
            )
        )


def is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _public_name(address: str) -> str:
    if "://" not in address:
        return Path(address).name
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


class Realtime:
    """What `machinami realtime` writes and everybody else reads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.folder = store.path / _FOLDER
        self.snapshot_path = self.folder / "snapshot.json"
        self._lock = self.folder / ".lock"

    # Settings

    def bindings(self) -> tuple[Binding, ...]:
        try:
            stored = orjson.loads((self.folder / "feeds.json").read_bytes())
        except FileNotFoundError:
            return ()
        except ValueError as error:
            reason = f"{self.folder / 'feeds.json'}: {error}"
            raise BindingError(Text(f"読めません({reason})", f"can't be read ({reason})")) from error
        return tuple(Binding(one["layer"], tuple(one["addresses"])) for one in stored)

    def bind(self, bindings: Sequence[Binding], viewer: Viewer) -> None:
        """Replaces all bindings. UnknownLayerError, InvalidQueryError for a layer without a timetable."""
        viewer.require_change()
        merged: dict[str, tuple[str, ...]] = {}
        for one in bindings:
            feed_layer(self._store, one.layer, viewer)
            merged[one.layer] = tuple(dict.fromkeys((*merged.get(one.layer, ()), *one.addresses)))
        rows = [{"layer": layer, "addresses": list(addresses)} for layer, addresses in merged.items()]
        self.folder.mkdir(exist_ok=True)
        _replace(self.folder / "feeds.json", orjson.dumps(rows, option=orjson.OPT_INDENT_2))

    @contextmanager
    def only_poller(self) -> Iterator[None]:
        """PollerRunsError where another process receives for this store."""
        self.folder.mkdir(exist_ok=True)
        with locked_at_once(self._lock) as alone:
            if not alone:
                raise PollerRunsError(self._store.path)
            yield

    def is_polled(self) -> bool:
        return is_locked(self._lock)

    # Snapshots

    def snapshot(self, viewer: Viewer) -> Snapshot | None:
        """What this viewer may see of the latest one."""
        latest = read_snapshot(self.snapshot_path)
        return None if latest is None else self.seen_by(latest, viewer)

    def seen_by(self, snapshot: Snapshot, viewer: Viewer) -> Snapshot:
        return snapshot.of_feeds({record.id for record in self._store.layers(viewer)})

    def write(self, snapshot: Snapshot) -> None:
        self.folder.mkdir(exist_ok=True)
        write_snapshot(snapshot, self.snapshot_path)

    def next_number(self) -> int:
        """Goes on where an earlier poller ended, so that no reader takes new for old."""
        latest = read_snapshot(self.snapshot_path)
        return latest.number + 1 if latest else 1

    # Observations

    def observe(self, layer: str, observed: Iterable[Observation]) -> None:
        """Adds them to the files of their days; what was observed of the same call before is replaced."""
        days: dict[date, list[Observation]] = {}
        for one in observed:
            days.setdefault(one.service_date, []).append(one)
        for day, rows in days.items():
            path = self._day_file(layer, day)
            known = {one.key: one for one in parse_observations(_read_day(path))} if path.exists() else {}
            known.update((one.key, one) for one in rows)
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace_table(path, observation_table(known.values()))

    def observations(self, layer: str, first: date, last: date, viewer: Viewer) -> pd.DataFrame:
        """All of these dates, the last one included; the columns of `gtfs.realtime.observation`."""
        self._store.layer(layer, viewer)
        days = [first + timedelta(days=shift) for shift in range((last - first).days + 1)]
        tables = [_read_day(path) for day in days if (path := self._day_file(layer, day)).exists()]
        return pd.concat(tables, ignore_index=True) if tables else observation_table([])

    def days_observed(self, layer: str, viewer: Viewer) -> list[date]:
        self._store.layer(layer, viewer)
        return sorted(
            date.fromisoformat(path.stem) for path in (self.folder / "observed" / layer).glob("*-*-*.parquet")
        )

    def _day_file(self, layer: str, day: date) -> Path:
        return self.folder / "observed" / layer / f"{day.isoformat()}.parquet"


def _read_day(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path)


def _replace(path: Path, content: bytes) -> None:
    """All or nothing, and readable by the owner only."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    beside.replace(path)


def _replace_table(path: Path, table: pd.DataFrame) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    table.to_parquet(beside, index=False)
    beside.replace(path)
