"""A feed with every safe fix, and the list of them."""

from gtfs.publication.feed_fix import fix_feed
from gtfs.publication.fix import Fix
from gtfs.publication.reference_fix import fix_references
from gtfs.publication.text_feed import TextFeed
from gtfs.publication.translation_form import fix_translations
from gtfs.publication.value_fix import Tables, fix_values


def clean_feed(feed: TextFeed) -> tuple[TextFeed, tuple[Fix, ...]]:
    """A new feed whose tables say the same. A clean one comes back with no fixes."""
    tables: Tables = {name: rows.reset_index(drop=True) for name, rows in feed.tables.items()}
    fixes = [*feed.fixes]
    # What a table says that could not be read may be referred to, or be what seems to be missing.
    whole = not any(fix.code == "left" for fix in fixes)
    for step in (fix_values, fix_translations, *((fix_references, fix_feed) if whole else ())):
        fixes += step(tables)
    return TextFeed(tables, feed.files), tuple(fixes)
