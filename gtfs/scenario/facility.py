"""Facilities that open, close or merge."""

import numpy as np
import pandas as pd

from geo import Text
from gtfs.scenario.change import AddFacility, CloseFacility, FacilityChange, MergeFacility, Scenario
from gtfs.scenario.place import Place

COLUMNS = ("feature_id", "name", "lon", "lat", "amount")


def apply_facilities(
    facilities: pd.DataFrame, scenario: Scenario, *, layer: str | None = None
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Facilities with columns feature_id, name, lon, lat, amount as they would be, and what was changed.

    Changes that name another layer are left alone. InvalidScenarioError for a facility that is not there.
    """
    rows = facilities.assign(feature_id=facilities["feature_id"].astype(str)).reset_index(drop=True)
    told: list[Text] = []
    for at, change in enumerate(scenario.changes):
        if isinstance(change, FacilityChange) and (change.layer is None or layer is None or change.layer == layer):
            rows, text = _changed(rows, change, Place(scenario.file, f"changes[{at}]"))
            told.append(text)
    return rows, tuple(told)


def _changed(rows: pd.DataFrame, change: FacilityChange, place: Place) -> tuple[pd.DataFrame, Text]:
    if isinstance(change, AddFacility):
        return _added(rows, change, place)
    if isinstance(change, CloseFacility):
        gone = _row(rows, change.feature_id, place, "close_facility.id")
        name = rows["name"][gone]
        return rows.drop(gone).reset_index(drop=True), Text(f"施設「{name}」を閉鎖", f"facility '{name}' closed")
    return _merged(rows, change, place)


def _added(rows: pd.DataFrame, change: AddFacility, place: Place) -> tuple[pd.DataFrame, Text]:
    if (rows["feature_id"] == change.feature_id).any():
        raise place.error("exists", "add_facility.id", id=change.feature_id)
    values = (change.feature_id, change.name, *change.at, change.amount)
    added = pd.DataFrame([dict(zip(COLUMNS, values, strict=True))])
    joined = pd.concat([rows, added], ignore_index=True) if len(rows) else added
    return joined, Text(f"施設「{change.name}」を追加", f"facility '{change.name}' added")


def _merged(rows: pd.DataFrame, change: MergeFacility, place: Place) -> tuple[pd.DataFrame, Text]:
    into = _row(rows, change.into, place, "merge_facility.into")
    gone = [_row(rows, one, place, f"merge_facility.ids[{at}]") for at, one in enumerate(change.feature_ids)]
    amount = rows["amount"].to_numpy(dtype=np.float64, copy=True)
    amount[into] += amount[gone].sum()
    names, name = "、".join(rows.loc[gone, "name"]), rows["name"][into]
    merged = rows.assign(amount=amount).drop(gone).reset_index(drop=True)
    return merged, Text(f"施設「{names}」を「{name}」に統合", f"facilities {names} merged into '{name}'")


def _row(rows: pd.DataFrame, feature_id: str, place: Place, key: str) -> int:
    found = rows.index[(rows["feature_id"] == feature_id).to_numpy(dtype=bool)]
    if not len(found):
        raise place.error("unknown_facility", key, id=feature_id)
    return int(found[0])
