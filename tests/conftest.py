"""What is quick runs first: browser tests come last. Generated examples are the same in every run."""

import fcntl
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from data.sample import SampleCity

SAMPLE_BUILDINGS = 1500

# How long an example takes is a matter of the machine and of what else it does.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("unhurried"), derandomize=True)
# New examples each time: HYPOTHESIS_PROFILE=search make test
settings.register_profile("search", settings.get_profile("unhurried"))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several processes none should be left with a slow module when the others have done all the rest."""
    beside_others = "PYTEST_XDIST_WORKER" in os.environ
    slow = {item.path for item in items if beside_others and item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, item.path not in slow))


@pytest.fixture(scope="session")
def sample_city(tmp_path_factory: pytest.TempPathFactory) -> "SampleCity":
    """The sample city, for reading only: made once for all tests, by the process that asks first."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "mihon.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _made_once(shared / "mihon")


def _made_once(folder: Path) -> "SampleCity":
    from data.sample import write_sample_city

    made = folder.with_suffix(".pickle")
    if not made.exists():
        made.write_bytes(pickle.dumps(write_sample_city(folder, buildings=SAMPLE_BUILDINGS, seed=1)))
    city: SampleCity = pickle.loads(made.read_bytes())
    return city
