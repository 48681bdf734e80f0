"""From file names to layer ids: stable, readable where the name is ASCII, and safe in an address."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import count
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

    Two files of one name in one import are told apart by their folders, else by their suffixes, else by a number:
    no two of them may come to one layer id.
    """
    names = {place: source.dataset for place, source in enumerate(sources) if source.kind in DATASETS}
    taken = {slug(name) for name in names.values()}
    for name_of in (_plain_name, _path_name, lambda source: source.name):
        proposed = {place: name_of(source) for place, source in enumerate(sources) if place not in names}
        users = Counter(map(slug, proposed.values()))
        fitting = {
            place: name for place, name in proposed.items() if users[slug(name)] == 1 and slug(name) not in taken
        }
        names |= fitting
        taken |= {slug(name) for name in fitting.values()}
    return [names[place] if place in names else _numbered(source, taken) for place, source in enumerate(sources)]


def _plain_name(source: Source) -> str:
    return PurePosixPath(source.name).name if source.path.is_dir() else PurePosixPath(source.name).stem


def _path_name(source: Source) -> str:
    return source.name if source.path.is_dir() else str(PurePosixPath(source.name).with_suffix(""))


def _numbered(source: Source, taken: set[str]) -> str:
    numbered = (f"{source.name} {number}" for number in count(1))
    name = next(name for name in numbered if slug(name) not in taken)
    taken.add(slug(name))
    return name


def group_named(name: str | None) -> Group | None:
    """One of the known groups by id or title in either language, or a new one of that name."""
    if not name:
        return None
    for group in GROUPS:
        if name in (group.id, group.title.ja, group.title.en):
            return group
    return Group(slug(name), Text.same(name))
