"""Who walks: speeds with their sources, what stops them, and what an edge costs them."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geo.network.street_network import StreetNetwork
from geo.text import Text


class Access(StrEnum):
    WALK = "walk"
    WHEELCHAIR = "wheelchair"


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    title: Text
    metres_per_minute: float
    access: Access
    source: Text
    steepest: float | None = None
    """Edges known to be steeper, up or down, are impassable; an unknown slope stops nobody."""


ADULT = Person(
    "adult",
    Text("成人(分速80m)", "adult (80 m/min)"),
    80.0,
    Access.WALK,
    Text(
        "不動産の表示に関する公正競争規約施行規則(徒歩による所要時間は80mにつき1分)",
        "Japan's fair competition code on real-estate advertising: one minute for every 80 m on foot",
    ),
)
OLDER = Person(
    "older",
    Text("高齢者(分速50m)", "older person (50 m/min)"),
    50.0,
    Access.WALK,
    Text(
        "国土交通省「都市構造の評価に関するハンドブック」の高齢者の徒歩圏500m(一般は800m)を10分の道のりとした値。"
        "65歳以上の実測平均0.82 m/s(Bollard・Fleming 2013)とほぼ同じ",
        "MLIT's handbook on evaluating urban structure: 500 m is walkable for older people, 800 m for others,"
        " taken as ten minutes; close to the 0.82 m/s measured of people over 65 (Bollard and Fleming 2013)",
    ),
)
WHEELCHAIR = Person(
    "wheelchair",
    Text("車いす(分速60m)", "wheelchair (60 m/min)"),
    60.0,
    Access.WHEELCHAIR,
    Text(
        "歩行者用信号の設計に使われる毎秒1mとした仮定。縦断勾配8%を超える道は通れないとする"
        "(道路移動等円滑化基準のやむを得ない場合の上限)",
        "an assumption: the 1 m/s that crossing signals are timed for; slopes above 8 % are impassable, the upper limit"
        " of Japan's barrier-free standard for pavements",
    ),
    steepest=0.08,
)
PEOPLE = (ADULT, OLDER, WHEELCHAIR)

SLOPE_METHOD = Text(
    "坂道の速度はトブラーのハイキング関数(平地を1とした比)による",
    "speed on slopes by Tobler's hiking function, relative to level ground",
)


def passable(
    network: StreetNetwork, person: Person | None = None, barriers: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """(m,): edges that the person may use and that no barrier closes; None: anybody on foot."""
    person = person or ADULT
    open_to = network.wheelchair if person.access is Access.WHEELCHAIR else network.walk
    usable: NDArray[np.bool_] = open_to.copy()
    if barriers is not None:
        usable &= ~np.asarray(barriers, dtype=np.bool_)
    if person.steepest is not None:
        usable &= ~(np.abs(network.slope) > person.steepest)
    return usable


def arc_metres(
    network: StreetNetwork, person: Person | None = None, barriers: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """(2m,): length of every arc, infinite where the person can't pass. `barriers` (m,): True is closed."""
    return _closed(network, np.repeat(network.length_m, 2), passable(network, person, barriers))


def arc_minutes(
    network: StreetNetwork,
    person: Person,
    barriers: NDArray[np.bool_] | None = None,
    *,
    slopes: bool = False,
) -> NDArray[np.float64]:
    """(2m,): minutes for every arc, infinite where the person can't pass. `slopes`: by `SLOPE_METHOD`, on foot only."""
    minutes = np.repeat(network.length_m / person.metres_per_minute, 2)
    if slopes and person.access is Access.WALK:
        slope = np.nan_to_num(network.slope.astype(np.float64))
        minutes[0::2] /= tobler(slope)
        minutes[1::2] /= tobler(-slope)
    return _closed(network, minutes, passable(network, person, barriers))


def tobler(slope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Speed on a slope over speed on level ground (Tobler 1993): fastest going down 5 %."""
    ratio: NDArray[np.float64] = np.exp(-3.5 * (np.abs(slope + 0.05) - 0.05))
    return ratio


def _closed(network: StreetNetwork, costs: NDArray[np.float64], usable: NDArray[np.bool_]) -> NDArray[np.float64]:
    costs[0::2][~usable | (network.direction < 0)] = np.inf
    costs[1::2][~usable | (network.direction > 0)] = np.inf
    return costs
