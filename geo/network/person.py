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
        "不動産の表示に関する公正競争規約施行規則(徒歩による所要時間は道路距離80mにつき1分)。"
        "毎秒1.33mで、健康な20〜79歳の普段の歩行速度の実測1.27〜1.46 m/s(性別・年代別の平均、Bohannon 1997)の範囲内",
        "Japan's fair competition code on real-estate advertising: one minute for every 80 m of road. That is 1.33 m/s,"
        " within the 1.27 to 1.46 m/s at which healthy people of 20 to 79 walk in comfort (means by sex and decade of"
        " age, Bohannon 1997, Age and Ageing 26)",
    ),
)
OLDER = Person(
    "older",
    Text("高齢者(分速50m)", "older person (50 m/min)"),
    50.0,
    Access.WALK,
    Text(
        "65歳を超える地域在住者52人の実測平均0.82 m/s=分速49m(Bollard・Fleming 2013)を丸めた値。"
        "元気な高齢者はより速く(70歳代の平均1.27 m/s以上、Bohannon 1997)、移動に不安のある人はより遅い",
        "the mean of 0.82 m/s, 49 m a minute, measured of 52 people over 65 living at home (Bollard and Fleming 2013,"
        " Physiotherapy Theory and Practice 29), rounded; healthy ones are faster (1.27 m/s and more in their"
        " seventies, Bohannon 1997), frail ones slower",
    ),
)
WHEELCHAIR = Person(
    "wheelchair",
    Text("車いす(分速60m)", "wheelchair (60 m/min)"),
    60.0,
    Access.WHEELCHAIR,
    Text(
        "仮定(毎秒1m)。手動車いすの日常の実測は、屋内の短い移動を含む中央値で0.43 m/s(Sonenblumほか 2012)と遅い。"
        "縦断勾配8%を超える道は通れないとする(道路移動等円滑化基準のやむを得ない場合の上限。原則は5%以下)",
        "an assumption: 1 m/s. Manual wheelchairs were measured at 0.43 m/s in everyday life, short moves indoors"
        " included (median, Sonenblum and others 2012, Rehabilitation Research and Practice). Slopes above 8 % are"
        " taken as impassable: the upper limit of Japan's barrier-free standard for pavements where 5 % can't be kept",
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
