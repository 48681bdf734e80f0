"""What every analysis gives back: a table and what stands behind it."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
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
        """Rows without geometry, and the explanation."""
        rows = pd.DataFrame(self.table.drop(columns="geometry", errors="ignore"))
        plain = rows.astype(object).where(rows.notna(), None)
        return {"rows": plain.to_dict("records"), "explanation": self.explanation.as_json()}
