"""GET /api/elevation: how high the ground is at a place, and which terrain says so."""

from math import isfinite
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from data.ground import GroundHeight, ground_of
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
    layer: Annotated[str | None, Query(description="Ask this terrain only; without it: the ground of all")] = None,
) -> Response:
    """The height of the ground that all terrains make together, above the level that the data of the one that gave it
    are measured from, in Japan T.P., and above the ellipsoid, by the geoid model that belongs to those data. Between
    cells it is interpolated."""
    found = _height(site, lon, lat, layer)
    if found is None:
        raise NoTerrainError(lon, lat)
    answer = {"lonlat": [lon, lat], **_measured(found), **_source(found)}
    return Response(orjson.dumps(answer), media_type="application/json", headers={"Cache-Control": "no-cache"})


def _height(site: Site, lon: float, lat: float, layer_id: str | None) -> GroundHeight | None:
    if layer_id is None:
        mosaic = site.ground.latest()
        return mosaic.at(lon, lat) if mosaic else None
    record = site.store.layer(layer_id, site.viewer)
    return ground_of(site.store, record).at(lon, lat) if record.current.role == "terrain" else None


def _measured(found: GroundHeight) -> dict[str, Any]:
    known = isfinite(found.geoid_height_m)
    model = found.geoid_model
    return {
        "height_m": round(found.height_m, 3),
        "vertical_datum": found.vertical_datum,
        "ellipsoidal_height_m": round(found.ellipsoidal_height_m, 3) if known else None,
        "geoid": {"model": model.value, "height_m": round(found.geoid_height_m, 3)} if known and model else None,
    }


def _source(found: GroundHeight) -> dict[str, Any]:
    record = found.source
    return {
        "resolution_m": round(found.resolution_m, 2),
        "layer": record.id,
        "version": record.version,
        "title": record.title.as_json(),
        "attribution": record.attribution,
    }
