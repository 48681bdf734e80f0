"""The bus company of みほん市 on paper: routes, headways, calendar. What a planner would decide, not where it runs."""

from dataclasses import dataclass

from data.sample.curve import Pair
from geo import Text

START, END = "20260401", "20270331"
AGENCY = Text("みほんバス", "Mihon Bus")


@dataclass(frozen=True, slots=True)
class Service:
    """Departures from the first stop: (from minute, to minute, headway in minutes) of the service day."""

    weekday: tuple[tuple[int, int, int], ...]
    saturday: tuple[tuple[int, int, int], ...]
    holiday: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    short: str
    name: Text
    kana: str
    colour: str
    via: tuple[Pair, ...]
    """Kilometres of the drawing board; the bus takes the shortest way from one to the next."""
    service: Service
    last_bus: tuple[int, ...] = ()
    """Extra weekday departures late at night; 1450 is 24:10."""
    circle: bool = False


def _h(hour: int, minute: int = 0) -> int:
    return 60 * hour + minute


_SOUTH: Pair = (-0.452, 0.165)
_NORTH: Pair = (-0.448, 0.275)
_CITY = Service(
    ((_h(6, 5), _h(7), 15), (_h(7), _h(9), 10), (_h(9), _h(16), 20), (_h(16), _h(20), 12), (_h(20), _h(22, 40), 30)),
    ((_h(6, 20), _h(20), 20), (_h(20), _h(22), 30)),
    ((_h(6, 40), _h(20), 30), (_h(20), _h(21, 40), 50)),
)
_SUBURBAN = Service(
    ((_h(6, 10), _h(9), 20), (_h(9), _h(16), 30), (_h(16), _h(20), 20), (_h(20), _h(22, 10), 40)),
    ((_h(6, 30), _h(21), 30),),
    ((_h(7), _h(20), 40),),
)
_RARE = Service(((_h(7, 15), _h(19, 30), 120),), ((_h(8, 15), _h(18), 180),), ((_h(9), _h(17), 240),))
_COMMUTER = Service(((_h(6, 20), _h(9), 15), (_h(9), _h(16), 60), (_h(16), _h(20, 30), 15)), ((_h(7), _h(19), 60),), ())

LINES = (
    Line("10", "10", Text("港線", "Port Line"), "みなとせん", "1F6FB2",
         (_SOUTH, (-0.63, -0.53), (-0.05, -0.84), (0.90, -1.07), (1.50, -1.20)), _CITY, (_h(23, 20), _h(24, 10))),
    Line("20", "20", Text("西浜線", "Nishihama Line"), "にしはません", "2E8B57",
         (_SOUTH, (-0.40, -0.03), (-0.78, 0.10), (-1.53, 0.64), (-1.72, 1.1), (-1.89, 2.0)), _SUBURBAN),
    Line("30", "30", Text("山手線", "Yamate Line"), "やまてせん", "B5482F",
         (_NORTH, (-0.41, 0.52), (-0.36, 0.93), (-0.29, 1.24), (-1.02, 1.40), (-1.22, 1.04)), _CITY, (_h(23, 35),)),
    Line("40", "40", Text("東部線", "Eastern Line"), "とうぶせん", "8A5AA8",
         (_SOUTH, (-0.40, -0.03), (0.47, -0.18), (0.95, -0.40), (1.35, -0.68), (2.02, -1.37)), _SUBURBAN),
    Line("50", "50", Text("市内循環線", "City Circle"), "しないじゅんかんせん", "D98E04",
         (_SOUTH, (-0.40, -0.03), (0.0, -0.12), (0.09, 0.6), (0.14, 0.97), (-0.74, 0.935), (-0.97, 0.15), (-0.95, 0.25),
          (-0.78, 0.10), (-0.40, -0.03), _SOUTH), _CITY, circle=True),
    Line("60", "60", Text("中央病院線", "Central Hospital Line"), "ちゅうおうびょういんせん", "C23B6B",
         (_NORTH, (-0.41, 0.52), (0.06, 0.48), (0.8, 0.42), (1.60, 0.42), (1.2, 0.97)), _SUBURBAN),
    Line("70", "C1", Text("コミュニティバス谷線", "Community Bus Valley Line"), "こみゅにてぃばすたにせん", "5B7F2B",
         (_NORTH, (-0.36, 0.93), (0.14, 0.97), (0.72, 1.04), (0.84, 1.4), (1.38, 2.5)), _RARE),
    Line("80", "80", Text("臨港線", "Harbour Line"), "りんこうせん", "4F6D7A",
         (_SOUTH, (-0.63, -0.53), (-0.22, -0.78), (0.22, -0.92), (0.85, -1.235), (1.66, -1.25)), _COMMUTER),
)  # fmt: skip

WEEKDAY, SATURDAY, HOLIDAY = "平日", "土曜", "日祝"
CALENDAR = (
    (WEEKDAY, "1,1,1,1,1,0,0"),
    (SATURDAY, "0,0,0,0,0,1,0"),
    (HOLIDAY, "0,0,0,0,0,0,1"),
)
HOLIDAYS = (
    # National holidays on weekdays and Saturdays from April 2026 to March 2027, and the days of the New Year.
    "20260429", "20260504", "20260505", "20260506", "20260720", "20260811", "20260921", "20260922", "20260923",
    "20261012", "20261103", "20261123", "20261230", "20261231", "20270101", "20270102", "20270111", "20270211",
    "20270223", "20270322",
)  # fmt: skip
OBON = ("20260813", "20260814")
"""Weekdays on which the Saturday timetable runs."""
