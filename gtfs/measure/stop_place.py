"""Poles that people call one stop: those of one station, else those of one name within a short walk."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gtfs.feed import Feed
from gtfs.measure.plane import near_pairs

SAME_NAME_M: Final = 300.0
"""Poles of one name this near to each other are one stop; a town has several 中央 otherwise."""


def stop_places(feed: Feed) -> pd.DataFrame:
    """Every stop with a place: columns stop_id, place_id, name, lon, lat (degrees, of the pole).

    `place_id` is the station's id, or the id of the first pole of the group.
    """
    stops = feed.table("stops").drop_duplicates("stop_id")
    located = stops[["stop_lon", "stop_lat"]].notna().all(axis=1) & stops["stop_id"].notna()
    stops = stops[located.to_numpy(dtype=bool)].reset_index(drop=True)
    ids = stops["stop_id"].to_numpy(dtype=object)
    parent = stops["parent_station"].astype(object).where(stops["parent_station"].notna(), stops["stop_id"])
    names = stops["stop_name"].astype(object).where(stops["stop_name"].notna(), stops["stop_id"])
    lonlat = stops[["stop_lon", "stop_lat"]].to_numpy(dtype=np.float64)
    group = _groups(lonlat, pd.factorize(names)[0], pd.factorize(parent)[0])
    first = pd.Series(np.arange(len(stops))).groupby(group).transform("min").to_numpy()
    place = parent.to_numpy(dtype=object)[first] if len(stops) else ids
    return pd.DataFrame(
        {
            "stop_id": ids,
            "place_id": place,
            "name": names.to_numpy(dtype=object),
            "lon": lonlat[:, 0],
            "lat": lonlat[:, 1],
        }
    )


def _groups(lonlat: NDArray[np.float64], name: NDArray[np.intp], parent: NDArray[np.intp]) -> NDArray[np.int32]:
    """A number for each stop; the same for stops of one parent, and for near ones of one name."""
    one, other, _ = near_pairs(lonlat, lonlat, SAME_NAME_M)
    same = name[one] == name[other]
    first = pd.Series(np.arange(len(parent))).groupby(parent).transform("min").to_numpy()
    starts = np.concatenate([one[same], np.arange(len(parent))])
    ends = np.concatenate([other[same], first])
    links = coo_matrix((np.ones(len(starts), dtype=np.int8), (starts, ends)), shape=(len(parent), len(parent)))
    groups: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return groups
