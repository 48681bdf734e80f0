"""GET /api/layers/{id}/features: one feature by its own id, and the features that a search finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from data import Search, parse_box
from web.errors import BusyError
from web.layer import LayerId, Version, caching
from web.model import WRONG_PARAMETER, FeatureModel, FoundFeatures, error_answer
from web.site import SiteOf

router = APIRouter(prefix="/api/layers", tags=["layers"], responses=WRONG_PARAMETER)

UNKNOWN: dict[int | str, dict[str, Any]] = {404: error_answer("There is no such thing, or none that you may see")}
WRONG_FILTER: dict[int | str, dict[str, Any]] = {
    400: error_answer("The filter can't be read or doesn't fit the layer: `code` is the rule, `position` the place"),
    503: error_answer("As many searches or exports as allowed are running; Retry-After says when to come back"),
}

Filter = Annotated[
    str | None,
    Query(
        description="CQL2 Text: comparisons, LIKE, BETWEEN, IN, IS NULL, AND, OR, NOT, CASEI over the layer's columns "
        "and `feature_id`",
        examples=["height_m >= 31 AND usage = '住宅'"],
    ),
]
FilterLang = Annotated[
    Literal["cql2-text"], Query(alias="filter-lang", description="The language of `filter`; there is one")
]
Words = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Words that all occur in a feature's id or texts; case and width of letters don't matter",
        examples=["市役所"],
    ),
]
Box = Annotated[
    str | None, Query(description="west,south,east,north in degrees: features that meet it", examples=["139,35,140,36"])
]
WAIT_S = 2.0


@router.get(
    "/{layer_id}/features",
    summary="Search features",
    response_model=FoundFeatures,
    responses={**UNKNOWN, **WRONG_FILTER},
)
def search_features(
    site: SiteOf,
    layer_id: LayerId,
    filter: Filter = None,
    q: Words = None,
    bbox: Box = None,
    limit: Annotated[int, Query(description="How many at most", ge=1, le=200)] = 20,
    offset: Annotated[int, Query(description="How many to pass over", ge=0)] = 0,
    version: Version = None,
    filter_lang: FilterLang = "cql2-text",
) -> Response:
    """The features for which the filter, the words and the box all hold, in the order of their fids."""
    asked = asked_search(filter, q, bbox)
    with held(site.searches, WAIT_S):
        found = site.store.search(layer_id, asked, site.viewer, limit=limit, offset=offset, version=version)
    more = {"filter": filter, "q": q, "bbox": bbox, "limit": limit, "version": found["version"]}
    found["next"] = _next(layer_id, more, offset + limit) if offset + limit < found["total"] else None
    return _json(found, caching(site, version))


@router.get(
    "/{layer_id}/features/by-id/{feature_id:path}",
    summary="One feature by its own id",
    response_model=FeatureModel,
    responses=UNKNOWN,
)
def show_feature_by_id(
    site: SiteOf,
    layer_id: LayerId,
    feature_id: Annotated[str, Path(description="Its id in the data, such as gml:id", examples=["bldg_0b3e"])],
    version: Version = None,
) -> Response:
    """All attributes of one feature, as a tree with labels and units. Found through an index; the first one where
    several share the id."""
    return _json(site.store.feature_by_id(layer_id, feature_id, site.viewer, version), caching(site, version))


def asked_search(filter: str | None, words: str | None, bbox: str | None) -> Search:
    return Search(filter, words, parse_box(bbox) if bbox is not None else None)


@contextmanager
def held(limit: BoundedSemaphore, wait_s: float = 0.0) -> Iterator[None]:
    """BusyError where none is free within the time."""
    if not limit.acquire(timeout=wait_s):
        raise BusyError
    try:
        yield
    finally:
        limit.release()


def _next(layer_id: str, asked: dict[str, Any], offset: int) -> str:
    named = {name: value for name, value in {**asked, "offset": offset}.items() if value is not None}
    return f"/api/layers/{layer_id}/features?{urlencode(named)}"


def _json(answer: Any, cached: str) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json", headers={"Cache-Control": cached})
