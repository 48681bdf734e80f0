"""GET /api/layers: what there is, one feature of it, one column of it."""

from typing import Annotated, Any

import orjson
import pyarrow as pa
from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from data import Viewer
from web.link import layer_detail
from web.model import WRONG_PARAMETER, FeatureModel, LayerDetail, LayerList, error_answer
from web.site import Site, SiteOf

router = APIRouter(prefix="/api/layers", tags=["layers"], responses=WRONG_PARAMETER)

ARROW = "application/vnd.apache.arrow.stream"

LayerId = Annotated[str, Path(description="Id of the layer", examples=["komatsu-2024-bldg"])]
Version = Annotated[
    str | None, Query(description="A version of the layer; the answer never changes then. Without it: the current one")
]
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: error_answer("There is no such thing, or none that you may see")}


@router.get(
    "",
    summary="All layers",
    response_model=LayerList,
    responses={304: {"description": "Nothing has changed since the answer with this ETag"}},
)
def list_layers(
    site: SiteOf,
    if_none_match: Annotated[str | None, Header(description="ETag of the answer that you have")] = None,
) -> Response:
    """Every layer that you may see, with its style, legend and links. The ETag changes when any of it does."""
    listed = site.listing.latest()
    headers = {"ETag": listed.etag, "Cache-Control": "no-cache"}
    if if_none_match and _matches(if_none_match, listed.etag):
        return Response(status_code=304, headers=headers)
    return Response(listed.body, headers=headers, media_type="application/json")


def _matches(if_none_match: str, etag: str) -> bool:
    """Compared weakly, as RFC 9110 says of GET; a proxy that compresses makes an ETag weak."""
    asked = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return bool(asked & {etag, "*"})


@router.get("/{layer_id}", summary="One layer", response_model=LayerDetail, responses=_UNKNOWN)
def show_layer(site: SiteOf, layer_id: LayerId) -> Response:
    """As in the list, and its account: files with hashes, counts by type, problems by rule, lineage."""
    record = site.store.layer(layer_id, site.viewer)
    return _json(layer_detail(site.store, record, site.viewer), "no-cache")


@router.get("/{layer_id}/features/{fid}", summary="One feature", response_model=FeatureModel, responses=_UNKNOWN)
def show_feature(
    site: SiteOf,
    layer_id: LayerId,
    fid: Annotated[int, Path(description="Index of the feature: its id in the tiles", ge=0)],
    version: Version = None,
) -> Response:
    """All attributes of one feature, as a tree with labels and units."""
    return _json(site.store.feature(layer_id, fid, site.viewer, version), caching(site, version))


@router.get(
    "/{layer_id}/columns/{name:path}",
    summary="One column of all features",
    response_class=Response,
    responses={**_UNKNOWN, 200: {"description": "An Arrow IPC stream with one column", "content": {ARROW: {}}}},
)
def show_column(
    site: SiteOf,
    layer_id: LayerId,
    name: Annotated[str, Path(description="Name of the column", examples=["height_m"])],
    version: Version = None,
) -> Response:
    """Row n is the feature with fid n: enough to colour a layer anew without new tiles."""
    table = site.store.column(layer_id, name, site.viewer, version)
    return Response(_arrow_stream(table), media_type=ARROW, headers={"Cache-Control": caching(site, version)})


def _json(answer: Any, cached: str) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json", headers={"Cache-Control": cached})


def caching(site: Site, version: str | None) -> str:
    """A version never changes. What only some may see must not lie in a cache that others share."""
    if version is None:
        return "no-cache"
    shared = "public" if site.viewer == Viewer.PUBLIC else "private"
    return f"{shared}, max-age=31536000, immutable"


def _arrow_stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    stream: bytes = sink.getvalue().to_pybytes()
    return stream
