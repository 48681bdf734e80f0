"""The feeds of a store as they are published: cleaned, and in line with those of the same operators before and after.

A feed is as public as the layer of its stops. Layers of the same operators are one series with one address, so that
"the current feed" stays where it is when a newer one is imported as a layer of its own.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from data.errors import UnknownLayerError
from data.feed import feed_path, feeds
from data.record import LayerRecord
from data.store import Store
from data.viewer import Viewer
from geo import UnreadableError
from gtfs.publication import FeedCard, clean_feed, feed_card, read_text_feed, write_feed

_log = logging.getLogger(__name__)
_KIND: Final = "published_feed"
_CODE: Final = "1"
"""Raised when the same feed is cleaned in another way."""
_ZIP, _CARD = "feed.zip", "card.json"
_LONGEST_ID: Final = 60


@dataclass(frozen=True)
class PublishedFeed:
    layer: LayerRecord
    card: FeedCard
    """Of the cleaned zip."""
    fixes: tuple[Mapping[str, Any], ...]
    """What cleaning changed: file, count, text in both languages."""
    path: Path
    """The cleaned zip."""


@dataclass(frozen=True)
class FeedSeries:
    id: str
    """The operators' ids; of operators without one, the layer's."""
    feeds: tuple[PublishedFeed, ...]
    """By the day they begin, then by the time they were imported."""

    def current(self, today: date) -> PublishedFeed | None:
        """Of those valid today the one that began last; where none is, the last one that has begun."""
        begun = [feed for feed in self.feeds if feed.card.first is None or feed.card.first <= today]
        valid = [feed for feed in begun if feed.card.covers(today)]
        known = valid or begun
        return known[-1] if known else None

    def next(self, today: date) -> PublishedFeed | None:
        """The first one that has not begun."""
        coming = [feed for feed in self.feeds if feed.card.first is not None and feed.card.first > today]
        return coming[0] if coming else None


def feed_series(store: Store, viewer: Viewer) -> list[FeedSeries]:
    """By id. Feeds that nobody has asked for yet are cleaned first, which takes seconds for a large one."""
    together: dict[str, list[PublishedFeed]] = {}
    for record in feeds(store, viewer):
        try:
            feed = published_feed(store, record, viewer)
        except (UnreadableError, UnknownLayerError):
            # Another process has changed the layer meanwhile; the others are still to be had.
            _log.warning("the feed of layer %s can't be published", record.id, exc_info=True)
            continue
        together.setdefault(_series_id(feed), []).append(feed)
    return [FeedSeries(id, tuple(sorted(together[id], key=_begins))) for id in sorted(together)]


def published_feed(store: Store, record: LayerRecord, viewer: Viewer) -> PublishedFeed:
    """The feed that a layer of stops keeps, cleaned once for each version."""

    def build(folder: Path) -> None:
        clean, fixes = clean_feed(read_text_feed(feed_path(store, record), name=record.title.ja))
        write_feed(folder / _ZIP, clean)
        told = {"card": feed_card(folder / _ZIP).as_json(), "fixes": [fix.as_json() for fix in fixes]}
        (folder / _CARD).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")

    folder = store.derived(_KIND, [record.id], viewer, code=_CODE, build=build)
    told = json.loads((folder / _CARD).read_text("utf-8"))
    return PublishedFeed(record, FeedCard.from_json(told["card"]), tuple(told["fixes"]), folder / _ZIP)


def _series_id(feed: PublishedFeed) -> str:
    ids = "+".join(re.sub(r"[^0-9A-Za-z._-]", "", id) for id in sorted(feed.card.agency_ids))
    return ids if ids.strip("+") and len(ids) <= _LONGEST_ID else feed.layer.id


def _begins(feed: PublishedFeed) -> tuple[date, str, str]:
    return feed.card.first or date.min, feed.layer.imported_at, feed.layer.id
