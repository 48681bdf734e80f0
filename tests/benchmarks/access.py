"""Travel times in Porto Alegre: 1,227 x 1,227 hexagons door to door, each minute from 14:00 to 15:00, 5 percentiles."""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.network import StreetNetwork, read_osm_network
from gtfs import read_feed
from gtfs.routing import (
    UNREACHED,
    TransitNetwork,
    TravelQuery,
    build_transit_network,
    journeys,
    link_places,
    travel_times,
    warm,
)
from tests.shared_data import shared_data

DAY = date(2019, 5, 13)
FEEDS = ("poa_eptc", "poa_trensurb")
QUERY = TravelQuery(day=DAY, window_from=14 * 3600, window_to=15 * 3600, percentiles=(5, 25, 50, 75, 95))


def run() -> dict[str, Any]:
    """Wall-clock and processor seconds; of short questions the best of some."""
    folder = shared_data("access/porto_alegre")
    hexagons = pd.read_csv(folder / "poa_hexgrid.csv")[["lon", "lat"]].to_numpy()
    figures: dict[str, Any] = {"searches_ready": _timed(warm)[0]}
    with tempfile.TemporaryDirectory() as kept:
        figures["cold"], network = _timed(lambda: built(folder, Path(kept)))
        figures["warm"], network = _timed(lambda: _loaded(Path(kept)))
        figures |= _asked(network, hexagons)
        figures["peak_mb"] = _peak_mb()
    return figures


def built(folder: Path, kept: Path) -> TransitNetwork:
    streets = read_osm_network(folder / "poa_osm.pbf", name="poa_osm.pbf")
    network = build_transit_network({name: read_feed(folder / f"{name}.zip") for name in FEEDS}, DAY, streets)
    streets.save(kept / "streets")
    network.save(kept / "transit")
    return network


def _loaded(kept: Path) -> TransitNetwork:
    return TransitNetwork.load(kept / "transit", StreetNetwork.load(kept / "streets"))


def _asked(network: TransitNetwork, hexagons: NDArray[np.float64]) -> dict[str, Any]:
    streets = network.streets
    assert streets is not None
    matrix, found = _timed(lambda: travel_times(network, hexagons, hexagons, QUERY))
    peak_mb = _peak_mb()
    linked, nodes = _timed(lambda: link_places(network, np.asarray(streets.node_lonlat)))
    places = link_places(network, hexagons)
    one = hexagons[100:101]
    return {
        "matrix": matrix | {"peak_mb": peak_mb},
        "origin_minutes_a_second_and_core": round(len(hexagons) * 60 / matrix["processor_s"]),
        "reached": round(float((found.seconds[..., 2] < UNREACHED).mean()), 4),
        "median_minutes": float(np.median(found.minutes[..., 2])),
        "one_to_1227": _best(lambda: travel_times(network, one, places, QUERY)),
        "1227_to_one": _best(lambda: travel_times(network, places, one, QUERY)),
        "street_nodes_linked": {"nodes": len(nodes), "walks": len(nodes.from_stops.place), **linked},
        "one_to_all_street_nodes": _best(lambda: travel_times(network, one, nodes, QUERY)),
        "journeys_between_two": _best(lambda: journeys(network, hexagons[0], hexagons[1], QUERY)),
    }


def _peak_mb() -> int:
    """Of the whole process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)


def _timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    took = {"wall_s": time.perf_counter() - wall, "processor_s": time.process_time() - processor}
    return {name: round(value, 4) for name, value in took.items()} | {"load": round(os.getloadavg()[0], 1)}, result


def _best(work: Callable[[], Any], repeats: int = 5) -> dict[str, float]:
    return min((_timed(work)[0] for _ in range(repeats)), key=lambda took: took["wall_s"])
