"""The question of `access` put to cafein and ferrobus: second opinions that nothing of ours depends on.

BENCH_PEERS names the interpreter of an environment with `pip install cafein ferrobus`; without it nothing is asked.
This file runs there as `python peers.py NAME FOLDER ORIGINS OUT` and writes figures to OUT.json, medians to OUT.npy.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FEEDS = ("poa_eptc", "poa_trensurb")
DAY = date(2019, 5, 13)
WALK_KMH = 4.68
"""1.3 m/s."""
ORIGINS = {"cafein": 100, "ferrobus": 1_227}
"""As many as a few minutes allow."""


def run() -> dict[str, Any]:
    """Figures of each peer; of cafein also how its median minutes differ from ours."""
    from tests.shared_data import shared_data

    python = os.environ.get("BENCH_PEERS")
    if not python:
        return {"peers": "not asked: BENCH_PEERS names no interpreter that has them"}
    folder = shared_data("access/porto_alegre")
    figures: dict[str, Any] = {}
    for name, origins in ORIGINS.items():
        with tempfile.TemporaryDirectory() as kept:
            out = Path(kept) / name
            subprocess.run([python, __file__, name, str(folder), str(origins), str(out)], check=True)
            figures[name] = json.loads(out.with_suffix(".json").read_text())
            if (medians := out.with_suffix(".npy")).exists():
                figures[name]["against_ours"] = differences(np.load(medians), ours(folder, origins))
    return figures


def ours(folder: Path, origins: int) -> Any:
    """Median seconds, NaN where there is no trip."""
    from gtfs.routing import UNREACHED, travel_times
    from tests.benchmarks import access

    with tempfile.TemporaryDirectory() as kept:
        network = access.built(folder, Path(kept))
        hexagons = pd.read_csv(folder / "poa_hexgrid.csv")[["lon", "lat"]].to_numpy()
        seconds = travel_times(network, hexagons[:origins], hexagons, access.QUERY).seconds[..., 2]
    return np.where(seconds < UNREACHED, seconds, np.nan)


def differences(theirs: Any, own: Any) -> dict[str, Any]:
    both = np.isfinite(theirs) & np.isfinite(own)
    minutes = (theirs[both] - own[both]) / 60
    return {
        "pairs": int(both.sum()),
        "only_theirs": int((np.isfinite(theirs) & ~np.isfinite(own)).sum()),
        "only_ours": int((~np.isfinite(theirs) & np.isfinite(own)).sum()),
        "median_difference_min": round(float(np.median(minutes)), 2),
        "within_3_min_or_15_percent": round(float((np.abs(minutes) <= np.maximum(3, own[both] / 400)).mean()), 4),
        "percentiles_5_95_min": [round(float(one), 1) for one in np.percentile(minutes, (5, 95))],
    }


def cafein(folder: Path, origins: int) -> tuple[dict[str, Any], Any]:
    """Every minute of the hour, five percentiles: the very question."""
    import geopandas as gpd
    from cafein import TransportNetwork, TravelTimeMatrix

    feeds = [str(folder / f"{name}.zip") for name in FEEDS]
    ready, network = timed(
        lambda: TransportNetwork.from_gtfs(
            feeds, osm_pbf=str(folder / "poa_osm.pbf"), walking_speed_kmph=WALK_KMH, max_walking_time=30
        )
    )
    table = pd.read_csv(folder / "poa_hexgrid.csv")
    places = gpd.GeoDataFrame({"id": table["id"]}, geometry=gpd.points_from_xy(table.lon, table.lat), crs=4326)
    took, found = timed(
        lambda: TravelTimeMatrix(
            network,
            places.iloc[:origins],
            places,
            departure=f"{DAY} 14:00",
            departure_time_window=60,
            percentiles=[5, 25, 50, 75, 95],
            max_rides=8,
            output_time_units="seconds",
        )
    )
    wide = pd.DataFrame(found).pivot(index="from_id", columns="to_id", values="travel_time_p50")
    medians = wide.reindex(index=table["id"][:origins], columns=table["id"]).to_numpy()
    return {"ready": ready, "origins": origins, "matrix": took, **rate(origins * 60, took)}, medians


def ferrobus(folder: Path, origins: int) -> tuple[dict[str, Any], None]:
    """Its matrices are of one departure and always square: three of them. max_transfers 7 is 8 rides.

    It refuses blank times between two known ones, which are legal: they are filled for it, evenly.
    """
    import ferrobus as peer

    with tempfile.TemporaryDirectory() as kept:
        for name in FEEDS:
            with zipfile.ZipFile(folder / f"{name}.zip") as archive:
                archive.extractall(Path(kept) / name)
            fill_times(Path(kept) / name / "stop_times.txt")
        paths = [str(Path(kept) / name) for name in FEEDS]
        ready, model = timed(lambda: peer.create_transit_model(str(folder / "poa_osm.pbf"), paths, DAY))
    places = pd.read_csv(folder / "poa_hexgrid.csv")[["lat", "lon"]].to_numpy()[:origins]
    points = []
    for lat, lon in places.tolist():
        with contextlib.suppress(ValueError):  # too far from a street for it
            points.append(peer.create_transit_point(lat, lon, model))
    departures = [14 * 3600 + 1200 * step for step in range(3)]
    took, _ = timed(lambda: [peer.travel_time_matrix(model, points, at, 7) for at in departures])
    told = {"ready": ready, "origins": len(points), "three_departures": took}
    return told | rate(len(points) * len(departures), took), None


def fill_times(path: Path) -> None:
    table = pd.read_csv(path, dtype=str).sort_values(["trip_id", "stop_sequence"], key=_as_numbers)
    for column in ("arrival_time", "departure_time"):
        parts = table[column].str.split(":", expand=True).astype(float)
        seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
        whole = seconds.groupby(table["trip_id"]).transform(lambda one: one.interpolate()).round().astype(int)
        table[column] = [f"{one // 3600:02}:{one // 60 % 60:02}:{one % 60:02}" for one in whole]
    table.to_csv(path, index=False)


def _as_numbers(column: Any) -> Any:
    return column.astype(int) if column.name == "stop_sequence" else column


def rate(origin_minutes: int, took: dict[str, float]) -> dict[str, int]:
    return {"origin_minutes_a_second_and_core": round(origin_minutes / took["processor_s"])}


def timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    wall, processor = time.perf_counter(), spent()
    result = work()
    took = {"wall_s": time.perf_counter() - wall, "processor_s": spent() - processor}
    return {name: round(value, 3) for name, value in took.items()}, result


def spent() -> float:
    """Processor seconds of this process and of those it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(name: str, folder: str, origins: str, out: str) -> None:
    figures, medians = {"cafein": cafein, "ferrobus": ferrobus}[name](Path(folder), int(origins))
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
    Path(f"{out}.json").write_text(json.dumps(figures))
    if medians is not None:
        np.save(f"{out}.npy", medians)


if __name__ == "__main__":
    main(*sys.argv[1:])
