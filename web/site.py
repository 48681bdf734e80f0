"""What the routes work with: one store, one viewer, one set of settings."""

from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import Depends, Request

from data import Store, Viewer
from web.ground import SiteGround
from web.listing import Listing
from web.realtime_hub import Hub, SiteRealtime
from web.settings import Settings
from web.timetable import SiteTimetables
from web.transit import SiteTransit


@dataclass(frozen=True)
class Site:
    settings: Settings
    store: Store
    viewer: Viewer
    listing: Listing
    ground: SiteGround
    timetables: SiteTimetables
    transit: SiteTransit
    realtime: SiteRealtime
    hub: Hub
    """Tells all streams of changes."""
    analyses: BoundedSemaphore = field(repr=False)
    """Held by each analysis that runs."""
    searches: BoundedSemaphore = field(repr=False)
    exports: BoundedSemaphore = field(repr=False)

    @classmethod
    def build(cls, settings: Settings, store: Store) -> "Site":
        viewer = Viewer.STAFF if settings.internal else Viewer.PUBLIC
        ground = SiteGround(store, viewer, settings.ground_order)
        limits = (settings.analyses_at_once, settings.searches_at_once, settings.exports_at_once)
        realtime = SiteRealtime(store, viewer)
        timetables = SiteTimetables(store, viewer, realtime.latest)
        transit = SiteTransit(store, viewer)
        ready = (Listing(store, viewer), ground, timetables, transit, realtime, Hub(realtime))
        return cls(settings, store, viewer, *ready, *map(BoundedSemaphore, limits))


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteOf = Annotated[Site, Depends(_site)]
"""The site of the application that was asked."""
