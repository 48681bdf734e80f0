"""GET /api/session and /healthz: who asks, and whether the server is well."""

from fastapi import APIRouter, Response

from web.errors import StoreGoneError
from web.model import BackgroundModel, Health, SessionModel
from web.site import SiteOf

router = APIRouter()


@router.get("/api/session", summary="Who asks", tags=["session"])
def show_session(site: SiteOf, response: Response) -> SessionModel:
    """Which map this is, its languages, and the background from outside, if one is set."""
    response.headers["Cache-Control"] = "no-cache"
    background = site.settings.background_map()
    return SessionModel(
        viewer="staff" if site.settings.internal else "public",
        languages=["ja", "en"],
        background=BackgroundModel(**background.model_dump()) if background else None,
    )


@router.get("/healthz", summary="Is the server well?", tags=["session"])
def show_health(site: SiteOf, response: Response) -> Health:
    """Reads the store's catalogue; an error status means that it can't, or that the store is another by now."""
    if not site.store.is_in_place():
        raise StoreGoneError
    response.headers["Cache-Control"] = "no-store"
    return Health(status="ok", layers=site.listing.latest().count)
