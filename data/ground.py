"""The ground of a store: every terrain that a viewer may see as one surface, put together once for its versions.

    derived/ground-<key>/ground.json     the sources, the most trusted first, and the sheets, the finest first
    derived/ground-<key>/<n>.tif         heights of a sheet that others fill; <n>-givers.tif says who gave which cell

A sheet that nobody fills is the layer's own grid: nothing is copied.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import UnknownLayerError
from data.record import LayerRecord
from data.staged import GRID
from data.store import Store
from data.viewer import Viewer
from geo import UnreadableError
from geo.geoid import GeoidModel, geoid_height, geoid_model
from geo.grid import GridFile, Heights
from geo.terrain import NO_SOURCE, Ground, GroundSheet, write_sheets

KIND = "ground"
CODE = "1"
"""Raised when the same layers give another ground."""
INDEX = "ground.json"
_TRIES = 5


@dataclass(frozen=True)
class GroundHeight:
    """How high the ground is at one place, and how that is known."""

    height_m: float
    """Above the level of `vertical_datum`, in Japan T.P."""
    source: LayerRecord
    """The layer that gave it."""
    resolution_m: float
    """Metres of the longer side of that layer's cells."""
    geoid_model: GeoidModel | None
    """That of the layer's vertical datum; None: none is known to belong to it."""
    geoid_height_m: float
    """Metres above the ellipsoid; NaN: no model, or the place is off the model's grid."""

    @property
    def vertical_datum(self) -> str | None:
        return self.source.current.vertical_datum

    @property
    def ellipsoidal_height_m(self) -> float:
        return self.height_m + self.geoid_height_m


@dataclass(frozen=True)
class GroundMosaic:
    """One ground of all terrain layers of a viewer."""

    version: str
    """The same version has the same heights, for ever and on every machine with the same layers."""
    records: tuple[LayerRecord, ...]
    """The layers, the most trusted one first."""
    surface: Ground

    def sample(self, lonlat: NDArray[np.float64]) -> Heights:
        """Metres at places, shape (n, 2): degrees east, degrees north. NaN where no layer has a height, never 0."""
        return self.surface.sample(lonlat)

    def ellipsoidal(self, lonlat: NDArray[np.float64]) -> Heights:
        """Metres above the ellipsoid, each by the geoid model of the layer that gave it.

        NaN where no layer has a height, none says which level it is above, or the model's grid ends.
        """
        places = np.atleast_2d(np.asarray(lonlat, dtype=np.float64))
        heights, sources = self.surface.trace(places)
        raised = np.full(len(places), np.nan)
        for number, record in enumerate(self.records):
            model = geoid_model(record.current.vertical_datum)
            own = np.flatnonzero(sources == number)
            if model is not None and len(own):
                raised[own] = heights[own] + geoid_height(places[own], model)
        return raised

    def at(self, lon: float, lat: float) -> GroundHeight | None:
        """None where no layer has a height."""
        place = np.array([[lon, lat]])
        heights, sources = self.surface.trace(place)
        number = int(sources[0])
        if number == NO_SOURCE:
            return None
        record, source = self.records[number], self.surface.sources[number]
        model = geoid_model(record.current.vertical_datum)
        raised = float(geoid_height(place, model)[0]) if model else float("nan")
        return GroundHeight(float(heights[0]), record, source.resolution_m, model, raised)


def ground(store: Store, viewer: Viewer, *, order: Sequence[str] = ()) -> GroundMosaic | None:
    """The ground that `viewer` may see, put together when nobody has yet; None where there is no terrain.

    `order`: ids of layers to be trusted most, in this order, before all others; those follow, the finest first.
    """
    for _ in range(_TRIES):
        records = [record for record in store.layers(viewer) if record.current.role == "terrain"]
        try:
            return _opened(store, viewer, records, order) if records else None
        except (_ChangedError, UnknownLayerError, UnreadableError):
            # Another process has changed the layers between two looks into the catalogue.
            if _versions(store, viewer) == {record.id: record.version for record in records}:
                raise
    raise RuntimeError("the terrain changes all the time")


def ground_of(store: Store, record: LayerRecord) -> GroundMosaic:
    """One layer as a ground of its own."""
    return GroundMosaic(f"{record.id}-{record.version}", (record,), Ground.of(store.folder(record) / GRID))


class _ChangedError(Exception):
    pass


def _opened(store: Store, viewer: Viewer, records: Sequence[LayerRecord], order: Sequence[str]) -> GroundMosaic:
    placed = {layer_id: place for place, layer_id in enumerate(order)}
    files = {record.id: GridFile(store.folder(record) / GRID) for record in records}
    trusted = sorted(
        records,
        key=lambda one: (placed.get(one.id, len(placed)), round(files[one.id].resolution_m, 2), one.id),
    )
    sources = [files[record.id] for record in trusted]
    ids = [record.id for record in trusted]

    def build(folder: Path) -> None:
        current = _versions(store, viewer)
        if any(current.get(record.id) != record.version for record in trusted):
            raise _ChangedError
        sheets = [{"own": plan.own, "filled": plan.heights is not None} for plan in write_sheets(sources, folder)]
        (folder / INDEX).write_text(json.dumps({"sources": ids, "sheets": sheets}), encoding="utf-8")

    known = [layer_id for layer_id in order if layer_id in files]
    code = CODE if not known else f"{CODE}, {' '.join(known)}"
    folder = store.derived(KIND, ids, viewer, code=code, build=build)
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    sheets = tuple(_sheet(folder, sources, **one) for one in index["sheets"])
    return GroundMosaic(folder.name.removeprefix(f"{KIND}-"), tuple(trusted), Ground(tuple(sources), sheets))


def _sheet(folder: Path, sources: Sequence[GridFile], own: int, filled: bool) -> GroundSheet:
    if not filled:
        return GroundSheet(sources[own], own)
    return GroundSheet(GridFile(folder / f"{own}.tif"), own, GridFile(folder / f"{own}-givers.tif"))


def _versions(store: Store, viewer: Viewer) -> dict[str, str]:
    return {record.id: record.version for record in store.layers(viewer)}
