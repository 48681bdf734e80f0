"""Who is left out, of 500,000 homes on the streets of Porto Alegre; and the isochrone of a click."""

import resource
import time
from collections.abc import Callable
from datetime import date
from datetime import time as clock
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.network import StreetNetwork, read_osm_network
from gtfs import read_feed
from gtfs.accessibility import (
    HomesAt,
    ask,
    build_surface,
    build_transit_network,
    deserts,
    isochrone,
    minutes,
    out_of_reach,
)
from gtfs.routing import warm
from tests.shared_data import shared_data

DAY = date(2019, 5, 13)
HOMES, ASKED_AT_DOORS = 500_000, 100_000
CLICKS = ((-51.2287, -30.0277), (-51.2, -30.03), (-51.18, -30.05), (-51.16, -30.08), (-51.21, -30.1))


def run() -> dict[str, Any]:
    """Wall-clock and processor seconds of all cores. Homes lie at random on streets, with a door some 20 m off."""
    folder = shared_data("access/porto_alegre")
    streets = read_osm_network(folder / "poa_osm.pbf", name="poa_osm.pbf")
    feeds = {name: read_feed(folder / f"{name}.zip") for name in ("poa_eptc", "poa_trensurb")}
    network = build_transit_network(feeds, DAY, streets)
    warm()
    query = ask(DAY, clock(14), clock(15))
    homes, hospitals = _homes(streets), _facilities(pd.read_csv(folder / "poa_hexgrid.csv"))
    surface_s, surface = _timed(lambda: build_surface(network, query))
    clicks = [_timed(partial(isochrone, network, place, query, surface=surface))[0] for place in CLICKS]
    deserts_s, left_out = _timed(lambda: deserts(network, homes, query))
    doors_s, doors = _timed(
        lambda: out_of_reach(network, homes.iloc[:ASKED_AT_DOORS], hospitals, query, within=minutes(30))
    )
    ends_s, _ = _timed(
        lambda: out_of_reach(network, homes, hospitals, query, within=minutes(30), homes_at=HomesAt.STREET_ENDS)
    )
    return {
        "surface": {"points": len(surface.places), **surface_s},
        "isochrone_warm": {name: float(np.median([one[name] for one in clicks])) for name in clicks[0]},
        "deserts": {"homes": HOMES, "distinct_nodes": left_out.totals.distinct_nodes, **deserts_s},
        "out_of_reach_doors": {"homes": ASKED_AT_DOORS, "facilities": len(hospitals), **doors_s},
        "out_of_reach_street_ends": {"homes": HOMES, "facilities": len(hospitals), **ends_s},
        "left_out": {"deserts": left_out.totals.left_out, "doors": doors.totals.left_out},
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


def _homes(streets: StreetNetwork) -> gpd.GeoDataFrame:
    random = np.random.default_rng(1)
    edge = random.choice(np.flatnonzero(streets.main_edges & streets.walk), HOMES)
    ends = np.asarray(streets.node_lonlat)[streets.edge_nodes[edge]]
    share = random.random((HOMES, 1))
    lonlat = ends[:, 0] * share + ends[:, 1] * (1 - share) + random.normal(0, 2e-4, (HOMES, 2))
    people = random.integers(0, 5, HOMES)
    points = gpd.points_from_xy(*lonlat.T)
    return gpd.GeoDataFrame({"feature_id": np.arange(HOMES), "population": people}, geometry=points, crs="EPSG:4326")


def _facilities(hexagons: pd.DataFrame) -> gpd.GeoDataFrame:
    """The ten hexagons with most health care."""
    rows = hexagons.sort_values(["healthcare", "id"]).tail(10)
    return gpd.GeoDataFrame(
        {"feature_id": rows["id"]}, geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326"
    )


def _timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    took = {"wall_s": time.perf_counter() - wall, "processor_s": time.process_time() - processor}
    return {name: round(seconds, 3) for name, seconds in took.items()}, result
