"""Which features of a version a question means: by a condition on columns, by words, by a bounding box.

The answer is an array of fids. It is found by walking over the columns that the question names, some row groups at a
time, so that memory does not grow with the layer; the answers to the last questions are kept, for the next page of a
list and for the export of what was just looked at. A version never changes, and neither do they.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from data.errors import InvalidQueryError
from data.feature_index import Box, Fids
from data.feature_table import ATTRIBUTES, FeatureTable
from data.filter import parse_filter
from data.filter_mask import Mask
from geo import Text

_ROWS_AT_ONCE = 32_000
_UNSEARCHED = frozenset({ATTRIBUTES, "geometry", "feature_type", "lod", "source_file"})
MAX_WORDS = 10


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked. Nothing but defaults: all features."""

    filter: str | None = None
    """A condition on columns, as data.filter reads it."""
    words: str | None = None
    """Words that all occur in a feature's id or texts; capitals and the width of letters don't matter."""
    box: Box | None = None
    """Features that meet it."""


def parse_box(text: str) -> Box:
    """`west,south,east,north` in degrees, as OGC API Features writes a bbox; InvalidQueryError for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise _wrong_box() from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _wrong_box()
    return west, south, east, north


def _wrong_box() -> InvalidQueryError:
    return InvalidQueryError(
        Text(
            "bbox は「西,南,東,北」の経緯度(度)で指定してください",
            "bbox must be west,south,east,north in degrees",
        )
    )


def search(table: FeatureTable, asked: Search) -> Fids:
    """Fids in ascending order, not to be written to; FilterError for a filter that does not fit the table."""
    return _search(table.path, asked)


@lru_cache(maxsize=8)
def _search(path: Path, asked: Search) -> Fids:
    table = FeatureTable(path)
    mask = _mask(asked.filter, table.schema) if asked.filter and asked.filter.strip() else None
    words = _words(asked.words or "")
    fids = _within(table, asked.box)
    if mask is not None:
        fids = _where(table, mask, fids)
    if words:
        fids = _with_words(table, words, (asked.words or "").strip(), fids)
    found = np.arange(len(table), dtype=np.uint32) if fids is None else fids
    found.setflags(write=False)
    return found


def _mask(text: str, schema: pa.Schema) -> Mask:
    asked = [field for field in schema if field.name not in (ATTRIBUTES, "geometry")]
    return Mask.of(parse_filter(text), pa.schema(asked))


def _gathered(found: Iterator[Fids]) -> Fids:
    return np.concatenate([np.empty(0, np.uint32), *found])


def _where(table: FeatureTable, mask: Mask, fids: Fids | None) -> Fids:
    columns = mask.columns or ("feature_id",)
    return _gathered(own[mask.of_table(rows)] for own, rows in table.pieces(columns, fids, rows=_ROWS_AT_ONCE))


# Places


def _within(table: FeatureTable, box: Box | None) -> Fids | None:
    """None: no box, so all. Bounds decide what lies quite inside or outside, geometries what lies across an edge."""
    if box is None:
        return None
    index = table.index()
    if index is None:
        return _meeting(table, np.arange(len(table), dtype=np.uint32), box)
    near = index.within(box)
    bounds, (west, south, east, north) = index.bounds[near], box
    low, high = bounds[:, :2] >= [west, south], bounds[:, 2:] <= [east, north]
    inside = low.all(axis=1) & high.all(axis=1)
    across = _meeting(table, near[~inside], box)
    return np.sort(np.concatenate([near[inside], across]))


def _meeting(table: FeatureTable, fids: Fids, box: Box) -> Fids:
    area = shapely.box(*box)
    shapely.prepare(area)
    return _gathered(
        own[shapely.intersects(area, shapely.from_wkb(rows["geometry"].to_numpy(zero_copy_only=False)))]
        for own, rows in table.pieces(["geometry"], fids, rows=1)
    )


# Words


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normalize("NFKC", text).lower().split()[:MAX_WORDS]))


def _with_words(table: FeatureTable, words: Sequence[str], whole: str, fids: Fids | None) -> Fids:
    """The feature whose id was asked for stands alone."""
    exact = _of_id(table, whole)
    if exact is not None:
        return np.intersect1d(exact, fids) if fids is not None else exact
    columns = [name for name in table.schema.names if _is_searched(name, table.schema)]
    return _gathered(own[_has_all(rows, words)] for own, rows in table.pieces(columns, fids, rows=_ROWS_AT_ONCE))


def _of_id(table: FeatureTable, feature_id: str) -> Fids | None:
    if table.index() is None:
        return None
    try:
        fid, _ = table.find(feature_id)
    except KeyError:
        return None
    return np.array([fid], np.uint32)


def _is_searched(name: str, schema: pa.Schema) -> bool:
    """Texts that people know; codes are for filters."""
    return name not in _UNSEARCHED and not name.endswith("_code") and pa.types.is_string(schema.field(name).type)


def _has_all(rows: pa.Table, words: Sequence[str]) -> NDArray[np.bool_]:
    found = np.zeros((len(words), len(rows)), bool)
    for column in rows.columns:
        encoded = column.combine_chunks().dictionary_encode()
        texts = _folded(encoded.dictionary)
        codes = encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
        for number, word in enumerate(words):
            has = pc.match_substring(texts, word).to_numpy(zero_copy_only=False).astype(bool)
            found[number] |= np.append(has, False)[codes]
    return np.asarray(found.all(axis=0))


def _folded(texts: Any) -> Any:
    if pc.all(pc.string_is_ascii(texts)).as_py():
        return pc.ascii_lower(texts)
    return pc.utf8_lower(pc.utf8_normalize(texts, form="NFKC"))
