"""The figures of every named index and where they come from, in one place.

What could be checked against its source is marked `checked`; the rest was set down from the secondary sources named,
because the document itself was not at hand, and should be compared with it before a figure is published.
"""

from dataclasses import dataclass
from datetime import time
from types import MappingProxyType
from typing import Final

# --- PTAL: Transport for London, "Assessing transport connectivity in London" (2015) and "Measuring Public Transport
# Accessibility Levels: PTALs, summary" (2010). Distances, window, EDF, weights and bands agree in both.

PTAL_WALK_M_PER_MIN: Final = 80.0
"""4.8 km/h: 640 m are 8 minutes, 960 m 12."""
PTAL_BUS_M: Final = 640.0
PTAL_RAIL_M: Final = 960.0
PTAL_WINDOW: Final = (time(8, 15), time(9, 15))
PTAL_BUS_RELIABILITY_MIN: Final = 2.0
PTAL_RAIL_RELIABILITY_MIN: Final = 0.75
PTAL_BEST_WEIGHT: Final = 1.0
PTAL_OTHER_WEIGHT: Final = 0.5
PTAL_BANDS: Final = (
    (0.0, "0"),
    (2.5, "1a"),
    (5.0, "1b"),
    (10.0, "2"),
    (15.0, "3"),
    (20.0, "4"),
    (25.0, "5"),
    (40.0, "6a"),
    (float("inf"), "6b"),
)
"""Largest index of each band: 0 is none at all, 2.50 still 1a, 2.51 is 1b."""

# --- OeV-Gueteklassen: Bundesamt fuer Raumentwicklung ARE, "OeV-Gueteklassen Berechnungsmethodik ARE" (2022), after the
# withdrawn norm VSS SN 640 290. Not at hand. Intervals, the categories of rail and of bus down to 40 minutes and the
# distance classes agree with open implementations of the method (Plan4Better GOAT, compact preset, categories I to V);
# what a bus each 40 to 60 minutes and a cableway get is from memory and unchecked.

QUALITY_WINDOW: Final = (time(6), time(20))
"""Departures of a working day that count, in both directions together."""
QUALITY_INTERVALS_MIN: Final = (5.0, 10.0, 20.0, 40.0, 60.0)
"""An interval belongs to the first of these that it is under; the last also takes 60 minutes itself."""
QUALITY_CATEGORIES: Final = MappingProxyType({
    "rail_node": (1, 1, 2, 3, 4),
    "rail": (1, 2, 3, 4, 5),
    "road": (2, 3, 4, 5, 0),
    "cableway": (5, 5, 5, 5, 0),
})  # fmt: skip
"""Category I to V of a stop as 1 to 5 by interval; 0: none. `road`: tram, bus, post bus, on demand, ship."""
QUALITY_DISTANCES_M: Final = (300.0, 500.0, 750.0, 1000.0)
QUALITY_CLASSES: Final = MappingProxyType({
    1: ("A", "A", "B", "C"),
    2: ("A", "B", "C", "D"),
    3: ("B", "C", "D", ""),
    4: ("C", "D", "", ""),
    5: ("D", "", "", ""),
})  # fmt: skip
"""By category: class up to each of the distances, as the crow flies."""

# --- Ministry of Land, Infrastructure, Transport and Tourism (MLIT), 都市構造の評価に関するハンドブック (2014): walking
# distances and the 30 departures. Not at hand; the figures are those that the handbook is commonly quoted with.

MLIT_STATION_M: Final = 800.0
MLIT_BUS_STOP_M: Final = 300.0
MLIT_TRUNK_DEPARTURES: Final = 30
"""基幹的公共交通: departures a day in each direction."""

# --- MLIT, 地域公共交通の「サービスのアクセシビリティ指標」評価手法について(試算と活用方法), 2nd edition. Not at hand.
# That one index tells the time by the number of services at stations and bus stops, one the space by lines being
# near, and that the total is their product, a press report says (Response, 2017-04-11). How they are averaged and by
# what area they are divided is set here and unchecked: departures a day at the mean stop, km of line by km2 of area.
# The fourth index, of fares, is left out.

SERVICE_ACCESS_KINDS: Final = ("all", "rail", "bus")
"""The index is told for all public transport, for railways and for buses."""


@dataclass(frozen=True)
class DesertRule:
    """公共交通空白地域: out of reach of stations and bus stops. Municipalities set their own distances."""

    station_m: float = MLIT_STATION_M
    bus_stop_m: float = MLIT_BUS_STOP_M
    departures: int = 1
    """Departures a day, both directions together, below which a stop does not count."""
