"""Which poles are one stop, as a table: `gtfs.stop_area` with the places that measures need."""

import numpy as np
import pandas as pd

from gtfs.feed import Feed
from gtfs.pole import poles
from gtfs.stop_area import stop_areas


def stop_places(feed: Feed) -> pd.DataFrame:
    """Every pole where vehicles may call: columns stop_id, place_id, name, lon, lat (degrees, of the pole).

    Poles of one station, and near ones of one name, share the `place_id` and the name of their stop area. Poles
    without a place (NaN) are in it.
    """
    areas, rows = stop_areas({"": feed}), poles(feed)
    ids = [stop_id for stop_id, boards in zip(rows.stop_ids, rows.boards, strict=True) if boards]
    found = [areas.of_pole("", stop_id) for stop_id in ids]
    lonlat = rows.lonlat[np.flatnonzero(rows.boards)]
    return pd.DataFrame({
        "stop_id": np.array(ids, dtype=object),
        "place_id": np.array([area.id if area else id for area, id in zip(found, ids, strict=True)], dtype=object),
        "name": np.array([area.name if area else id for area, id in zip(found, ids, strict=True)], dtype=object),
        "lon": lonlat[:, 0],
        "lat": lonlat[:, 1],
    })  # fmt: skip
