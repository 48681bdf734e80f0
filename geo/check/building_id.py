"""The building IDs and city codes of features, from their trees of attributes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from geo.problem import Problem

CITIES_OF_WARDS = frozenset(
    {
        *("01100", "04100", "11100", "12100", "13100", "14100", "14130", "14150", "15100", "22100", "22130"),
        *("23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100"),
    }
)
"""政令指定都市 and the wards of Tokyo as a whole (総務省, 全国地方公共団体コード).

A building has the code of its ward.
"""
_ID, _CITY = "uro:buildingID", "uro:city"
_PARTS = ("uro:branchID", "uro:partID")

Tree = Sequence[Mapping[str, Any]]
"""All attributes of one feature: a name and a value, or items, each."""


def parse_tree(attributes: str | None) -> Tree:
    """Of a feature that has a building ID; of others nothing."""
    found: Tree = orjson.loads(attributes) if attributes and _ID in attributes else []
    return found


def building_ids(tree: Tree) -> list[str]:
    """With branch and part where it has them: `22203-bldg-1`, `22203-bldg-1/2`. A building and its parts may each
    have one."""
    return list(dict.fromkeys(_ids(tree)))


def check_city_codes(trees: Sequence[Tree], ids: Sequence[str], *, name: str) -> list[Problem]:
    """One for each code of a city whose buildings should have that of a ward. `ids`: gml:ids of the features."""
    of_code: dict[str, list[str]] = {}
    for tree, id in zip(trees, ids, strict=True):
        for code in CITIES_OF_WARDS.intersection(_cities(tree)):
            of_code.setdefault(code, []).append(id)
    return [
        Problem("citygml.city_of_wards", name, buildings[0], parameters={"code": code, "count": str(len(buildings))})
        for code, buildings in sorted(of_code.items())
    ]


def _ids(tree: Tree) -> Iterator[str]:
    values = {item["name"]: item["value"] for item in tree if item["name"] in (_ID, *_PARTS) and item.get("value")}
    if _ID in values:
        yield "/".join([str(values[_ID]), *(str(values[name]) for name in _PARTS if name in values)])
    for item in tree:
        if item.get("items"):
            yield from _ids(item["items"])


def _cities(tree: Tree) -> Iterator[str]:
    for item in tree:
        if item["name"] == _CITY:
            yield str(item.get("value"))
        elif item.get("items"):
            yield from _cities(item["items"])
