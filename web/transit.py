"""Networks of public transport that are ready to be asked: made once for a date, kept for the next click."""

import logging
import os
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock, Thread, get_native_id
from typing import TYPE_CHECKING

from data import DataError, Store, Viewer
from geo import UnreadableError

if TYPE_CHECKING:
    # The router's compiled searches take a second to load: only who asks pays for that.
    from data.accessibility import AccessQuestion
    from gtfs.accessibility import Sites, Surface, TransitNetwork
    from gtfs.routing import LinkedPlaces

_log = logging.getLogger(__name__)
_KEPT = 2
"""Dates a server keeps ready; each takes some tens of MB."""
_KEPT_LAYERS = 16
_BEHIND = 10


@dataclass(frozen=True, eq=False)
class Ready:
    """A network with what its questions share."""

    network: "TransitNetwork"
    surface: "Surface"
    places: "OrderedDict[tuple[str, str], tuple[Sites, LinkedPlaces]]"
    """Destinations by layer and version."""


class SiteTransit:
    """Threads may share it."""

    def __init__(self, store: Store, viewer: Viewer) -> None:
        self._store, self._viewer = store, viewer
        self._lock = Lock()
        self._kept: OrderedDict[tuple[object, ...], Ready] = OrderedDict()
        self._warming: Thread | None = None
        self._is_warm = False

    def ready(self, question: "AccessQuestion") -> "tuple[Ready, AccessQuestion]":
        """The network for a question and the question with what it left open. InvalidQueryError, UnknownLayerError."""
        from data.accessibility import choose, told_to_person, travel_query
        from data.transit import transit_network
        from gtfs.accessibility import build_surface

        layers, chosen = choose(self._store, question, self._viewer)
        versions = tuple(self._store.layer(one, self._viewer).version for one in layers.ids)
        key = (layers, versions, chosen.day, chosen.walk_min, chosen.walk_kmh)
        with self._lock:
            if key not in self._kept:
                query = travel_query(chosen)
                with told_to_person():
                    network = transit_network(self._store, layers, query.day, self._viewer)
                    self._kept[key] = Ready(network, build_surface(network, query), OrderedDict())
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key], chosen

    def destinations(self, ready: Ready, layer_id: str) -> "tuple[Sites, LinkedPlaces]":
        """The features of a layer as places of a network; UnknownLayerError."""
        from data.accessibility import told_to_person
        from gtfs.accessibility import sites
        from gtfs.routing import link_places

        record = self._store.layer(layer_id, self._viewer)
        key = (layer_id, record.version)
        with self._lock:
            if key not in ready.places:
                with told_to_person():
                    found = sites(self._store.features(layer_id, self._viewer, record.version).features)
                limit_m = ready.surface.places.limit_m
                linked = link_places(ready.network, found.lonlat, limit_m=limit_m)
                ready.places[key] = (found, linked)
                while len(ready.places) > _KEPT_LAYERS:
                    ready.places.popitem(last=False)
            return ready.places[key]

    def warm(self) -> bool:
        """Whether a click would be answered at once; if not, makes everything ready in the background."""
        with self._lock:
            if self._warming is None:
                self._warming = Thread(target=self._warm, name="transit-warm", daemon=True)
                self._warming.start()
            return self._is_warm

    def _warm(self) -> None:
        from data.accessibility import AccessQuestion, Measure
        from gtfs.routing import warm

        # Of this thread alone: the map goes first.
        os.setpriority(os.PRIO_PROCESS, get_native_id(), _BEHIND)
        try:
            self.ready(AccessQuestion(measure=Measure.ISOCHRONE))
            warm()
        except (DataError, UnreadableError):
            _log.info("nothing to make ready for questions about public transport", exc_info=True)
        self._is_warm = True
