"""The building IDs and city codes of features, from their trees of attributes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from geo.problem import Problem

CITIES_OF_WARDS = frozenset(
    {
        *("01100", "04100", "11100", "12100", "13100", "14100", "14130", "14150", "15100", "22100", "22130"),
        *("23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100"),
    }
)
"""政令指定都市 and the wards of Tokyo as a whole (総務省, 全国地方公共団体コード).

A building has the code of its ward (product specification of PLATEAU, uro:BuildingIDAttribute).
"""
_STATED = re.compile(r'"uro:(buildingID|branchID|partID|city)","value":"([^"]+)"')
"""As `geo.citygml` writes attributes. Reading all of a tree for these few takes ten times as long."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What one building says it is called."""

    ids: tuple[str, ...]
    """With branch and part where they have them, as `22203-bldg-1/2`; a building and its parts may each have one."""
    cities: frozenset[str]


def parse_identity(attributes: str | None) -> Identity:
    """`attributes`: all of a feature's, as a JSON list."""
    ids: list[str] = []
    cities: list[str] = []
    for name, value in _STATED.findall(attributes or ""):
        if name == "city":
            cities.append(value)
        elif name == "buildingID":
            ids.append(value)
        elif ids:
            ids[-1] += f"/{value}"
    return Identity(tuple(dict.fromkeys(ids)), frozenset(cities))


def check_city_codes(identities: Sequence[Identity], ids: Sequence[str], *, name: str) -> list[Problem]:
    """One for each code of a city whose buildings should have that of a ward. `ids`: gml:ids of the features."""
    of_code: dict[str, list[str]] = {}
    for identity, id in zip(identities, ids, strict=True):
        for code in CITIES_OF_WARDS & identity.cities if identity.ids else ():
            of_code.setdefault(code, []).append(id)
    return [
        Problem("citygml.city_of_wards", name, buildings[0], parameters={"code": code, "count": str(len(buildings))})
        for code, buildings in sorted(of_code.items())
    ]
