"""What a scenario compares: networks, facilities and ways to the stops, as they are and as they would be.

before, after = settings(feeds, scenario, day, streets)
answers = [access(one.network, homes, one.facilities(hospitals, "beds").features, query, decay=decay, by=one.by)
           for one in (before, after)]
compare(*answers, people="population", changes=after.told)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import Text
from geo.network import Person, StreetNetwork
from gtfs.accessibility.cycling import cycled
from gtfs.accessibility.site import sites
from gtfs.feed import Feed
from gtfs.routing import TransitNetwork, build_transit_network
from gtfs.scenario import Scenario, apply_facilities, apply_told
from gtfs.scenario.change import ChangeAccess

_NAMES = ("name", "名称")
"""Columns that may name a facility: ours, and that of the municipal open data standard."""


@dataclass(frozen=True, eq=False)
class Facilities:
    features: gpd.GeoDataFrame
    """EPSG:4326 points: feature_id, name, and the column asked for."""
    told: tuple[Text, ...]
    """What was opened, closed or merged."""


@dataclass(frozen=True, eq=False)
class Setting:
    """Made with `settings`."""

    feeds: Mapping[str, Feed]
    network: TransitNetwork
    by: ChangeAccess | None
    """How people come to the stops; None: on foot."""
    told: tuple[Text, ...]
    """What is other than today: timetables and ways to the stops."""
    scenario: Scenario | None

    def facilities(self, features: gpd.GeoDataFrame, column: str = "amount", *, layer: str | None = None) -> Facilities:
        """The facilities of a layer; `column` says how much each offers (1 where there is no such column).

        InvalidScenarioError where the scenario closes or merges one that is not there.
        """
        found = sites(features)
        amount = found.amounts(column) if column in found.features else np.ones(len(found))
        called = next((column for column in _NAMES if column in found.features), None)
        name = found.features[called].astype("string") if called else pd.Series(found.ids)
        rows = pd.DataFrame({
            "feature_id": found.ids,
            "name": name.fillna(pd.Series(found.ids)).astype(object),
            "lon": found.lonlat[:, 0],
            "lat": found.lonlat[:, 1],
            "amount": amount,
        })  # fmt: skip
        told: tuple[Text, ...] = ()
        if self.scenario is not None:
            rows, told = apply_facilities(rows, self.scenario, layer=layer)
        points = gpd.points_from_xy(rows["lon"], rows["lat"])
        kept = rows[["feature_id", "name", "amount"]].rename(columns={"amount": column})
        return Facilities(gpd.GeoDataFrame(kept, geometry=points, crs="EPSG:4326"), told)


def settings(
    feeds: Mapping[str, Feed],
    scenario: Scenario,
    day: date,
    streets: StreetNetwork | None,
    *,
    person: Person | None = None,
    before: TransitNetwork | None = None,
) -> tuple[Setting, Setting]:
    """As it is and as it would be. `before`: the network of today, where it is ready.

    InvalidScenarioError for routes and stops that are not there, DateOutsideError for a day no feed knows.
    """
    applied = apply_told(feeds, scenario)
    today = before or build_transit_network(feeds, day, streets, person=person)
    after = today
    if scenario.feed_changes:
        after = build_transit_network(applied.feeds, day, streets, person=person)
    told = (*applied.told, *cycled(scenario.access))
    return (
        Setting(feeds, today, None, (), None),
        Setting(applied.feeds, after, scenario.access, told, scenario),
    )
