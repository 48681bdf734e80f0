"""From file names to layer ids: stable, readable where the name is ASCII, and safe in an address."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from data.detect import DATASETS, Source
from geo import GROUPS, Group, Text


def slug(name: str) -> str:
    """`donan_2020` becomes `donan-2020`; a name that loses characters gets a short hash of itself."""
    normal = unicodedata.normalize("NFKC", name)
    ascii_only = re.sub(r"[^a-z0-9]+", "-", normal.lower()).strip("-")
    if normal.isascii() and ascii_only:
        return ascii_only[:80]
    digest = hashlib.sha256(normal.encode()).hexdigest()[:8]
    return "-".join(part for part in (ascii_only[:60], digest) if part)


def layer_id(name: str, part: str) -> str:
    return slug(f"{name}-{part}" if part else name)


def layer_names(sources: Sequence[Source]) -> list[str]:
    """What each source's layers are called after: CityGML by its dataset, other files by their own name.

    Two files of one name in one import are told apart by their folders.
    """
    plain = [_plain_name(source) for source in sources]
    users = Counter(zip(plain, (source.kind in DATASETS for source in sources), strict=True))
    distinct = Counter(name for name, _ in users)
    return [
        name
        if source.kind in DATASETS or (users[name, False] == 1 and distinct[name] == 1)
        else str(PurePosixPath(source.name).with_suffix(""))
        for name, source in zip(plain, sources, strict=True)
    ]


def _plain_name(source: Source) -> str:
    if source.kind in DATASETS:
        return source.dataset
    return PurePosixPath(source.name).stem if source.path.is_file() else PurePosixPath(source.name).name


def group_named(name: str | None) -> Group | None:
    """One of the known groups by id or title in either language, or a new one of that name."""
    if not name:
        return None
    for group in GROUPS:
        if name in (group.id, group.title.ja, group.title.en):
            return group
    return Group(slug(name), Text.same(name))
