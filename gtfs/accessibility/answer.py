"""What every analysis gives back: a table and what stands behind it."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import Layer
from gtfs.accessibility.explanation import Explanation


@dataclass(frozen=True, eq=False)
class Answer:
    table: pd.DataFrame
    """A GeoDataFrame (EPSG:4326) where rows are places; first column `feature_id`."""
    explanation: Explanation

    def as_layer(self, name: str) -> Layer:
        """Of places only. TypeError for a table without geometry."""
        if not isinstance(self.table, gpd.GeoDataFrame):
            raise TypeError("a table without places is no layer")
        return Layer(name, self.table)

    def as_json(self) -> dict[str, Any]:
        """Rows without geometry, and the explanation; what is blank or infinite is null."""
        return {"rows": records(self.table), "explanation": self.explanation.as_json()}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows without geometry as plain values that strict JSON can hold."""
    rows = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    known = rows.notna() & ~rows.isin([np.inf, -np.inf])
    plain = rows.astype(object).where(known, None)
    return [{str(name): _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
