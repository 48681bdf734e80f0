"""The building IDs of features, from their trees of attributes, so that files can be held against each other."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ID = "uro:buildingID"
_PARTS = ("uro:branchID", "uro:partID")


def building_ids(attributes: str) -> list[str]:
    """Of one feature, with branch and part where it has them: `22203-bldg-1`, `22203-bldg-1/2`.

    `attributes`: its tree as a JSON list. A building and its parts may each have one.
    """
    return list(dict.fromkeys(_found(json.loads(attributes)))) if f'"{_ID}"' in attributes else []


def _found(items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    values = {item["name"]: item["value"] for item in items if item["name"] in (_ID, *_PARTS) and item.get("value")}
    if _ID in values:
        yield "/".join([str(values[_ID]), *(str(values[name]) for name in _PARTS if name in values)])
    for item in items:
        if item.get("items"):
            yield from _found(item["items"])
