"""Feeds for the public: cleaned, written the same each time, described."""

from gtfs.publication.card import FeedCard, feed_card
from gtfs.publication.clean import clean_feed
from gtfs.publication.fix import Fix
from gtfs.publication.text_feed import TextFeed, read_text_feed
from gtfs.publication.writing import feed_bytes, pack_feed, write_feed

__all__ = [
    "FeedCard",
    "Fix",
    "TextFeed",
    "clean_feed",
    "feed_bytes",
    "feed_card",
    "pack_feed",
    "read_text_feed",
    "write_feed",
]
