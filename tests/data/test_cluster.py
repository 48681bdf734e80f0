"""The same shards on a Dask cluster: one on this machine, on loopback."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import distributed
import pyarrow.parquet as pq
import pytest

from data import ClusterError, Store, Viewer, cluster_executor, import_paths

FILES = 6


@pytest.fixture
def cluster() -> Iterator[object]:
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(**options) as local:
        yield local


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    for number in range(FILES):
        rows = "".join(f"{name},{35 + name / 1000},{138.8 + number / 100}\n" for name in range(500))
        (folder / f"list_{number:02}.csv").write_text(f"name,緯度,経度\n{rows}", encoding="utf-8")
    return folder


def told(store: Store) -> list[tuple[str, int, int]]:
    return [(one.id, one.current.read, one.current.feature_count) for one in store.layers(Viewer.SYSTEM)]


def test_an_import_whose_worker_is_killed_gives_what_an_import_without_a_cluster_gives(
    tmp_path: Path, city: Path, cluster: object
) -> None:
    here, there = Store.open(tmp_path / "here"), Store.open(tmp_path / "there")
    import_paths(here, [city], viewer=Viewer.SYSTEM)
    victims = [worker.pid for worker in cluster.workers.values()]  # type: ignore[attr-defined]

    over = Event()

    def kill_when_at_work() -> None:
        while not any(there.path.glob("staging/*/shards/*/*")) and not over.wait(0.01):
            pass
        os.kill(victims[0], signal.SIGKILL)

    killer = Thread(target=kill_when_at_work)
    killer.start()
    with cluster_executor(cluster.scheduler_address) as executor:  # type: ignore[attr-defined]
        import_paths(there, [city], viewer=Viewer.SYSTEM, executor=executor)
        over.set()
        killer.join()
    assert len(told(here)) == FILES
    assert told(here) == told(there)
    for record in here.layers(Viewer.SYSTEM):
        one, other = (
            pq.read_table(store.folder(store.layer(record.id, Viewer.SYSTEM)) / "features.parquet")
            for store in (here, there)
        )
        assert one.equals(other)


def test_a_cluster_that_is_not_there_is_told_in_both_languages() -> None:
    with pytest.raises(ClusterError) as raised, cluster_executor("tcp://127.0.0.1:9"):
        pass
    assert "tcp://127.0.0.1:9" in raised.value.text.ja
    assert "tcp://127.0.0.1:9" in raised.value.text.en
