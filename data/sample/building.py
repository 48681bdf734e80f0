"""What a house is: use, storeys, height, structure, year, dwellings and people, as its district and street suggest."""

from dataclasses import dataclass
from math import exp

from numpy.random import PCG64, Generator

from data.sample.block import Block
from data.sample.district import District
from data.sample.lot import House

HOUSE, APARTMENT, SHOP_HOUSE, SHOP_APARTMENT, WORKSHOP_HOUSE = "411", "412", "413", "414", "415"
OFFICE, SHOP, HOTEL, COMPLEX = "401", "402", "403", "404"
GOVERNMENT, PUBLIC, TRANSPORT, FACTORY, FARM, SUPPLY = "421", "422", "431", "441", "451", "452"
"""Codes of PLATEAU's Building_usage."""
WOOD, STEEL_CONCRETE, CONCRETE, STEEL, LIGHT_STEEL = "601", "602", "603", "604", "605"
"""Codes of PLATEAU's BuildingDetailAttribute_buildingStructureType."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a house sees of the city."""

    station_m: float
    main_road_m: float
    """From the front of the lot to the centre line of the nearest main road; infinite when far."""
    town_year: int
    """When most of the town was built."""
    scale: float


@dataclass(frozen=True, slots=True)
class Building:
    usage: str
    building_class: str
    structure: str
    fireproof: str
    storeys: int
    basements: int
    height_m: float
    year: int | None
    dwellings: int
    people: int
    facility: str
    """What the public knows it as: `clinic`, `community_centre` ...; empty for most."""


_USES: dict[District, tuple[tuple[str, float], ...]] = {
    District.CORE: ((OFFICE, 0.30), (SHOP, 0.22), (COMPLEX, 0.10), (APARTMENT, 0.16), (SHOP_APARTMENT, 0.12),
                    (HOTEL, 0.03), (SHOP_HOUSE, 0.07)),
    District.OLD_TOWN: ((HOUSE, 0.66), (SHOP_HOUSE, 0.17), (SHOP, 0.07), (WORKSHOP_HOUSE, 0.06), (APARTMENT, 0.04)),
    District.PORT: ((TRANSPORT, 0.34), (FARM, 0.26), (FACTORY, 0.20), (SHOP, 0.14), (OFFICE, 0.06)),
    District.INDUSTRY: ((FACTORY, 0.60), (TRANSPORT, 0.30), (OFFICE, 0.07), (SUPPLY, 0.03)),
    District.ROADSIDE: ((SHOP, 0.62), (OFFICE, 0.13), (TRANSPORT, 0.10), (APARTMENT, 0.08), (FACTORY, 0.07)),
    District.MIXED: ((HOUSE, 0.68), (APARTMENT, 0.17), (SHOP_HOUSE, 0.07), (SHOP, 0.04), (OFFICE, 0.03),
                     (WORKSHOP_HOUSE, 0.01)),
    District.SUBURB: ((HOUSE, 0.92), (APARTMENT, 0.055), (SHOP_HOUSE, 0.015), (SHOP, 0.01)),
    District.FARMLAND: ((HOUSE, 0.72), (FARM, 0.28)),
    District.HILL: ((HOUSE, 1.0),),
}  # fmt: skip
_MAIN_STREET: dict[District, tuple[tuple[str, float], ...]] = {
    District.CORE: ((COMPLEX, 0.26), (OFFICE, 0.30), (SHOP, 0.22), (SHOP_APARTMENT, 0.14), (HOTEL, 0.08)),
    District.OLD_TOWN: ((SHOP_HOUSE, 0.46), (SHOP, 0.22), (HOUSE, 0.20), (OFFICE, 0.06), (SHOP_APARTMENT, 0.06)),
    District.MIXED: ((SHOP, 0.22), (SHOP_HOUSE, 0.18), (SHOP_APARTMENT, 0.16), (APARTMENT, 0.18), (OFFICE, 0.10),
                     (HOUSE, 0.16)),
    District.SUBURB: ((HOUSE, 0.56), (SHOP, 0.14), (SHOP_HOUSE, 0.10), (APARTMENT, 0.14), (OFFICE, 0.06)),
}  # fmt: skip
_ROLE_USE = {
    "temple": "454", "priest": HOUSE, "city_hall": GOVERNMENT, "annex": GOVERNMENT, "fire_station": GOVERNMENT,
    "tower": GOVERNMENT, "market": FARM, "station": TRANSPORT,
}  # fmt: skip
_ROLE_STOREYS = {
    "school": 3, "gym": 1, "hall": 1, "hospital": 6, "city_hall": 7, "annex": 3, "library": 3, "fire_station": 2,
    "tower": 4, "community_centre": 2, "temple": 1, "priest": 2, "market": 1, "station": 2,
}  # fmt: skip
_ROLE_HEIGHT = {"station": 11.0, "gym": 11.5, "hall": 9.0, "temple": 10.5, "tower": 17.0, "market": 8.5}
_FACILITY_OF_SITE = {"school": "school", "hospital": "hospital", "city_hall": "city_hall", "library": "library",
                     "fire_station": "fire_station", "community_centre": "community_centre", "temple": "temple",
                     "market": "fish_market", "station": "station"}  # fmt: skip
_HOUSEHOLD = ((0.32, 1), (0.59, 2), (0.77, 3), (0.92, 4), (1.0, 5))
"""People in a dwelling, cumulated; 2.40 on average, 2.4 as in Japan's coastal cities."""


def building(block: Block, house: House, around: Surroundings, draws: list[float], area_m2: float) -> Building:
    """`draws`: twelve random numbers of this house alone."""
    usage, facility = _usage(block, house, around, draws)
    storeys = _storeys(block.district, house.role, usage, around, draws, area_m2)
    height = _height(house.role, usage, storeys, draws[3])
    structure = _structure(house.role, usage, storeys, draws[4])
    dwellings = _dwellings(usage, storeys, area_m2)
    return Building(
        usage=usage,
        building_class="3001" if structure in (WOOD, LIGHT_STEEL) else "3002",
        structure=structure,
        fireproof="1003" if structure == WOOD else "1002" if structure in (LIGHT_STEEL, STEEL) else "1001",
        storeys=storeys,
        basements=1 if storeys >= 7 and draws[5] < 0.45 else 0,
        height_m=height,
        year=_year(block.district, around, draws, storeys),
        dwellings=dwellings,
        people=_people(dwellings, draws),
        facility=facility,
    )


def _usage(block: Block, house: House, around: Surroundings, draws: list[float]) -> tuple[str, str]:
    if house.role:
        return _ROLE_USE.get(house.role, PUBLIC), _FACILITY_OF_SITE.get(house.role, "")
    if block.district in (District.MIXED, District.SUBURB, District.CORE, District.OLD_TOWN) and draws[1] > 0.978:
        return PUBLIC, "clinic" if draws[1] < 0.9905 else "kindergarten" if draws[1] < 0.9935 else "care_home"
    table = _USES[block.district]
    if around.main_road_m < 24:
        table = _MAIN_STREET.get(block.district, table)
    if house.lot_m2 > 420 and block.district in (District.MIXED, District.SUBURB):
        table = ((APARTMENT, 0.82), (SHOP, 0.10), (OFFICE, 0.08))
    usage = _pick(table, draws[0])
    return usage, "convenience" if usage == SHOP and draws[1] < 0.3 else ""


def _pick(table: tuple[tuple[str, float], ...], draw: float) -> str:
    for code, share in table:
        draw -= share
        if draw < 0:
            return code
    return table[-1][0]


def _storeys(kind: District, role: str, usage: str, around: Surroundings, draws: list[float], area_m2: float) -> int:
    if role:
        return _ROLE_STOREYS[role]
    draw = draws[2]
    if usage in (HOUSE, SHOP_HOUSE, WORKSHOP_HOUSE):
        return 1 if draw < 0.10 else 3 if draw > (0.95 if kind is District.SUBURB else 0.88) else 2
    if usage in (FACTORY, TRANSPORT, FARM, SUPPLY):
        return 1 if draw < 0.62 else 2 if draw < 0.93 else 3
    if kind is District.CORE:
        # Few towers near the station, three storeys at the edge of the core.
        peak = 2.2 + 11 * exp(-around.station_m / (330 * max(around.scale, 0.45)))
        street = 1.15 if around.main_road_m < 24 else 0.75
        return max(2, min(18, round(street * peak * (0.45 + 0.85 * draw) * (1.0 if area_m2 > 140 else 0.7))))
    if usage in (APARTMENT, SHOP_APARTMENT):
        low = kind is District.SUBURB or area_m2 < 160
        return 2 + round(1.6 * draw) if low else 3 + round(7 * draw * draw)
    return 1 + round(2.2 * draw) if kind is not District.ROADSIDE else 1 + round(1.3 * draw)


def _height(role: str, usage: str, storeys: int, draw: float) -> float:
    if role in _ROLE_HEIGHT:
        return round(_ROLE_HEIGHT[role] + draw, 1)
    if usage in (FACTORY, TRANSPORT, FARM, SUPPLY):
        return round(storeys * (4.6 + 4.4 * draw) + 1.2, 1)
    if usage in (HOUSE, SHOP_HOUSE, WORKSHOP_HOUSE):
        return round(storeys * 2.85 + 1.2 + 1.5 * draw, 1)
    ground = 1.1 if usage in (SHOP, COMPLEX, HOTEL, SHOP_APARTMENT, PUBLIC, GOVERNMENT) else 0.2
    return round(storeys * (3.05 + 0.5 * draw) + ground + 0.7, 1)


def _structure(role: str, usage: str, storeys: int, draw: float) -> str:
    if role in ("temple", "priest"):
        return WOOD
    if role in ("gym", "market") or usage in (FACTORY, TRANSPORT, FARM, SUPPLY):
        return STEEL if draw < 0.85 else CONCRETE
    if role or storeys >= 10:
        return CONCRETE if draw < 0.6 or storeys < 10 else STEEL_CONCRETE
    if storeys >= 4:
        return CONCRETE if draw < 0.72 else STEEL
    if usage in (HOUSE, SHOP_HOUSE, WORKSHOP_HOUSE):
        return WOOD if draw < (0.88 if storeys < 3 else 0.45) else LIGHT_STEEL if draw < 0.95 else CONCRETE
    return STEEL if draw < 0.55 else LIGHT_STEEL if draw < 0.8 else WOOD if storeys < 3 else CONCRETE


def _year(kind: District, around: Surroundings, draws: list[float], storeys: int) -> int | None:
    if draws[6] < 0.025:
        return None
    if kind is District.OLD_TOWN and storeys < 4:
        return 1928 + int(70 * draws[7] ** 0.9) if draws[6] < 0.86 else 1996 + int(29 * draws[7])
    spread = (draws[7] + draws[8] - 1) * 16
    rebuilt = draws[6] > 0.84
    return min(2025, max(1950, 2003 + int(22 * draws[8]) if rebuilt else around.town_year + int(spread)))


def _dwellings(usage: str, storeys: int, area_m2: float) -> int:
    if usage in (HOUSE, SHOP_HOUSE, WORKSHOP_HOUSE):
        return 1
    floors = storeys if usage == APARTMENT else storeys - 1 if usage == SHOP_APARTMENT else 0
    return floors * max(1, round(area_m2 / 72)) if floors > 0 else 0


def _people(dwellings: int, draws: list[float]) -> int:
    """Each dwelling has its own household; draws 9 to 11 carry the randomness of all of them."""
    if dwellings == 0:
        return 0
    if dwellings == 1:
        return _household(draws[9])
    return sum(_household((draws[9] + draws[10] * k + 0.618034 * k) % 1.0) for k in range(dwellings))


def _household(draw: float) -> int:
    return next(people for limit, people in _HOUSEHOLD if draw < limit or limit == 1.0)


def block_draws(block: Block, count: int, seed: int) -> list[list[float]]:
    drawn: list[list[float]] = Generator(PCG64([seed, 5, block.number])).random((count, 12)).tolist()
    return drawn
