"""The rows of stops.txt as a person meets them: poles (標柱) and platforms, and the stations they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.feed import Feed
from gtfs.specification import STATION
from gtfs.stop_name import platform_in, split_platform
from gtfs.translation import ENGLISH, KANA, translate


@dataclass(frozen=True)
class Poles:
    """Every row of stops.txt with an id, in the order of the file; of an id that stands twice the first."""

    stop_ids: Sequence[str]
    names: Sequence[str]
    """Without what tells the platform; the stop_id where a row has no name."""
    kana: Sequence[str]
    """Empty where the feed tells none, as `english` and `platforms`."""
    english: Sequence[str]
    platforms: Sequence[str]
    """のりば: platform_code, else what the name or the description says."""
    named: NDArray[np.bool_]
    """Whether the feed gives a name, shape (rows,)."""
    lonlat: NDArray[np.float64]
    """Shape (rows, 2): degrees east, degrees north; NaN where the feed gives no place."""
    parents: NDArray[np.int32]
    """Row of the parent_station, shape (rows,); -1 for none."""
    boards: NDArray[np.bool_]
    """Whether vehicles may call there: no station, entrance or node, shape (rows,)."""

    def __len__(self) -> int:
        return len(self.stop_ids)


def poles(feed: Feed) -> Poles:
    stops = feed.table("stops")
    keep = (stops["stop_id"].notna() & ~stops["stop_id"].duplicated()).to_numpy(dtype=bool)
    stops = stops[keep]
    split = [split_platform(name) for name in _texts(stops["stop_name"])]
    ids = _texts(stops["stop_id"])
    told = zip(_texts(stops["platform_code"]), split, _texts(stops["stop_desc"]), strict=True)
    kind = stops["location_type"].to_numpy(dtype="float64", na_value=0.0)
    parents = pd.Index(ids).get_indexer(pd.Index(_texts(stops["parent_station"])))
    return Poles(
        stop_ids=ids,
        names=[name or id for (name, _), id in zip(split, ids, strict=True)],
        kana=_texts(translate(feed, "stops", "stop_name", KANA)[keep]),
        english=_texts(translate(feed, "stops", "stop_name", ENGLISH)[keep]),
        platforms=[code.strip() or platform or platform_in(about) for code, (_, platform), about in told],
        named=np.array([bool(name) for name, _ in split], dtype=bool),
        lonlat=_lonlat(stops),
        parents=np.where(parents == np.arange(len(ids)), -1, parents).astype(np.int32),
        boards=(kind != STATION) & ~((kind >= 2) & (kind <= 3)),
    )


def _texts(column: "pd.Series[Any]") -> list[str]:
    return [str(text) for text in column.fillna("")]


def _lonlat(stops: pd.DataFrame) -> NDArray[np.float64]:
    """0, 0 in the Gulf of Guinea is how some programs write a missing place."""
    lonlat: NDArray[np.float64] = stops[["stop_lon", "stop_lat"]].to_numpy(dtype="float64")
    inside = (np.abs(lonlat) <= (180.0, 90.0)).all(axis=1) & (lonlat != 0).any(axis=1)
    return np.where(inside[:, None], lonlat, np.nan)
