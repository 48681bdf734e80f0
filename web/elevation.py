"""GET /api/elevation: how high the ground is at a place, from the finest terrain that has it."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from data import LayerRecord
from data.store import GRID
from geo import UnreadableError
from geo.geoid import geoid_height, geoid_model
from geo.grid import GridFile
from web.errors import NoTerrainError
from web.model import WRONG_PARAMETER, ElevationAnswer, error_answer
from web.site import Site, SiteOf

router = APIRouter(prefix="/api/elevation", tags=["terrain"], responses=WRONG_PARAMETER)

_NONE_HERE: dict[int | str, dict[str, Any]] = {404: error_answer("No terrain that you may see has a height there")}


@router.get("", summary="How high is the ground?", response_model=ElevationAnswer, responses=_NONE_HERE)
def show_elevation(
    site: SiteOf,
    lon: Annotated[float, Query(description="Degrees east", ge=-180, le=180, examples=[139.69])],
    lat: Annotated[float, Query(description="Degrees north", ge=-90, le=90, examples=[35.2])],
    layer: Annotated[str | None, Query(description="Ask this terrain only; without it: the finest one")] = None,
) -> Response:
    """The ground's height above the level that the terrain's data are measured from, in Japan T.P., and above the
    ellipsoid, by the geoid model that belongs to the data. Between cells it is interpolated."""
    place = np.array([[lon, lat]])
    for record, grid in _terrains(site, layer):
        height = float(grid.sample(place)[0])
        if np.isfinite(height):
            answer = {"lonlat": [lon, lat], **_measured(height, place, record, grid), **_source(record, grid)}
            return Response(orjson.dumps(answer), media_type="application/json", headers={"Cache-Control": "no-cache"})
    raise NoTerrainError(lon, lat)


def _terrains(site: Site, layer_id: str | None) -> list[tuple[LayerRecord, GridFile]]:
    """Those the viewer may see, the finest first."""
    records = site.store.layers(site.viewer) if layer_id is None else [site.store.layer(layer_id, site.viewer)]
    grids = []
    for record in records:
        if record.current.role == "terrain":
            try:
                grids.append((record, _grid(site.store.folder(record) / GRID)))
            except UnreadableError:
                # Removed by another process between the look into the catalogue and now.
                if layer_id is not None:
                    raise
    return sorted(grids, key=lambda one: (round(one[1].resolution_m, 2), one[0].id))


@lru_cache(maxsize=64)
def _grid(path: Path) -> GridFile:
    """Where its cells lie: a version never changes. The file itself is opened for each question."""
    return GridFile(path)


def _measured(height: float, place: np.ndarray[Any, Any], record: LayerRecord, grid: GridFile) -> dict[str, Any]:
    datum = record.current.vertical_datum
    model = geoid_model(datum)
    undulation = float(geoid_height(place, model)[0]) if model else float("nan")
    known = bool(np.isfinite(undulation))
    return {
        "height_m": round(height, 3),
        "vertical_datum": datum,
        "ellipsoidal_height_m": round(height + undulation, 3) if known else None,
        "geoid": {"model": model.value, "height_m": round(undulation, 3)} if known and model else None,
    }


def _source(record: LayerRecord, grid: GridFile) -> dict[str, Any]:
    return {
        "resolution_m": round(grid.resolution_m, 2),
        "layer": record.id,
        "version": record.version,
        "title": record.title.as_json(),
        "attribution": record.attribution,
    }
