"""The bus operators of みほん市 on paper: routes, headways, calendar; what a planner decides, not where it runs."""

from dataclasses import dataclass

from data.sample.curve import Pair
from geo import Text

START, END = "20260401", "20270331"
REVISION = "20261001"
"""The harbour shuttle's new timetable begins; its feed holds the old one too."""


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

WEEKDAY, SATURDAY, HOLIDAY, OBON_DAY = "平日", "土曜", "日祝", "お盆"
HOLIDAYS = (
    # National holidays on weekdays and Saturdays from April 2026 to March 2027, and the days of the New Year.
    "20260429", "20260504", "20260505", "20260506", "20260720", "20260811", "20260921", "20260922", "20260923",
    "20261012", "20261103", "20261123", "20261230", "20261231", "20270101", "20270102", "20270111", "20270211",
    "20270223", "20270322",
)  # fmt: skip
OBON = ("20260813", "20260814")
"""Weekdays on which another timetable runs: the Saturday one, or one of their own."""


@dataclass(frozen=True, slots=True)
class Days:
    """A service of the calendar, and which timetable of a line it runs."""

    id: str
    week: str
    """Monday to Sunday, 1 or 0; all 0: only the dates of calendar_dates."""
    kind: str
    """WEEKDAY, SATURDAY, HOLIDAY or OBON_DAY."""
    start: str = START
    end: str = END
    later_min: int = 0
    """A revised timetable leaves so much later."""
    lines: tuple[str, ...] = ()
    """Ids of the lines that run it; empty: all."""


@dataclass(frozen=True, slots=True)
class Operator:
    file: str
    id: str
    name: Text
    kana: str
    official: str
    phone: str
    lines: tuple[Line, ...]
    days: tuple[Days, ...]
    fare: int
    stop_prefix: str = ""
    encoding: str = "utf-8"
    spacing_m: float = 450.0
    pole_m: float = 0.0
    """Its poles stand so much farther along the street than those of the first operator."""


_SPARSE = Service(((_h(8), _h(17, 30), 90),), ((_h(9), _h(16), 120),), ((_h(9), _h(16), 120),))
_HOURLY = Service(((_h(7, 20), _h(18, 30), 60),), ((_h(8, 20), _h(17), 60),), ((_h(9), _h(16), 120),))


def _community(number: int, ja: str, kana: str, en: str, colour: str, service: Service, *via: Pair) -> Line:
    circle = via[0] == via[-1]
    return Line(f"c{number}", f"C{number}", Text(ja, en), kana, colour, via, service, circle=circle)


_COMMUNITY = (
    _community(2, "西浜ルート", "にしはまるーと", "Nishihama Route", "2A9D8F", _HOURLY,
               _NORTH, (-0.42, 0.52), (-1.2, 0.70), (-1.53, 0.62), (-1.72, 1.1)),
    _community(3, "山手東ルート", "やまてひがしるーと", "Yamate East Route", "E76F51", _HOURLY,
               _NORTH, (-0.36, 0.93), (-0.29, 1.24), (0.5, 1.2), (0.76, 1.17)),
    _community(4, "北部ルート", "ほくぶるーと", "Northern Route", "457B9D", _SPARSE,
               _NORTH, (-0.36, 0.93), (-1.2, 1.04), (-1.02, 1.40), (-1.36, 1.62), (-1.76, 1.98)),
    _community(5, "東部ルート", "とうぶるーと", "Eastern Route", "8338EC", _HOURLY,
               _SOUTH, (-0.40, -0.03), (0.0, -0.12), (0.47, -0.18), (0.92, -0.2), (1.3, 0.02), (1.70, 0.12)),
    _community(6, "新浜ルート", "しんはまるーと", "Shinhama Route", "FF7F51", _SPARSE,
               _SOUTH, (-0.40, -0.03), (0.47, -0.18), (1.35, -0.68), (1.40, -0.95), (1.5, -1.20)),
    _community(7, "谷ルート", "たにるーと", "Valley Route", "5B7F2B", _SPARSE,
               (0.14, 0.97), (0.72, 1.04), (0.84, 1.4), (1.05, 1.78), (1.38, 2.5)),
    _community(8, "田園ルート", "でんえんるーと", "Farmland Route", "6A994E", _SPARSE,
               (0.14, 0.97), (0.98, 1.06), (1.33, 0.88), (1.60, 0.42), (0.8, 0.42), (0.06, 0.48), (0.14, 0.97)),
    _community(9, "港まわりルート", "みなとまわりるーと", "Port Loop", "0077B6", _HOURLY,
               (-0.63, -0.53), (-0.05, -0.84), (-0.12, -0.4), (0.0, -0.12), (-0.40, -0.03), (-0.52, -0.25),
               (-0.63, -0.53)),
    _community(10, "旧街道ルート", "きゅうかいどうるーと", "Old Highway Route", "BC6C25", _HOURLY,
               (-1.54, 0.64), (-1.12, 0.36), (-0.78, 0.10), (-0.40, -0.03), (0.02, -0.12), (0.47, -0.18)),
    _community(11, "海岸ルート", "かいがんるーと", "Coast Route", "48BFE3", _SPARSE,
               (-1.72, 1.1), (-1.53, 0.62), (-1.31, 0.15), (-1.02, -0.22), (-0.70, -0.48), (-0.35, -0.72)),
    _community(12, "病院ルート", "びょういんるーと", "Hospital Route", "C23B6B", _HOURLY,
               _NORTH, (-0.42, 0.52), (-0.86, 0.56), (-0.84, 0.72), (-0.65, 0.92), (-0.36, 0.93), _NORTH),
    _community(13, "工業団地ルート", "こうぎょうだんちるーと", "Industrial Park Route", "6D6875", _COMMUTER,
               (0.90, 0.2), (0.92, -0.2), (0.86, -0.75), (0.90, -1.07), (0.4, -0.96), (0.30, -1.13), (1.4, -1.39)),
    _community(14, "東浦ルート", "ひがしうらるーと", "Higashiura Route", "9C89B8", _SPARSE,
               (1.70, 0.12), (1.88, -0.40), (2.2, -0.75)),
    _community(15, "漁港ルート", "ぎょこうるーと", "Fishing Port Route", "1D7874", _HOURLY,
               _SOUTH, (-0.40, -0.03), (-0.78, 0.10), (-0.80, -0.12), (-0.86, -0.38), (-0.70, -0.48)),
    _community(16, "西環状ルート", "にしかんじょうるーと", "West Ring Route", "D4A373", _SPARSE,
               (-1.03, -0.21), (-0.97, 0.15), (-0.93, 0.46), (-0.74, 0.935), (-1.21, 1.05), (-1.19, 0.70),
               (-1.32, 0.17)),
    _community(17, "バイパスルート", "ばいぱするーと", "Bypass Route", "495057", _SPARSE,
               (-1.2, 1.04), (-0.65, 0.92), (-0.05, 0.95), (0.5, 1.02), (1.33, 0.88), (1.56, 0.5)),
)  # fmt: skip
_SHUTTLE = Service(
    ((_h(6, 30), _h(9), 10), (_h(9), _h(17), 15), (_h(17), _h(22), 12)),
    ((_h(7), _h(22), 15),),
    ((_h(7, 30), _h(21), 20),),
)


def _harbour(
    number: int, ja: str, kana: str, en: str, service: Service, *via: Pair, last: tuple[int, ...] = ()
) -> Line:
    return Line(f"h{number}", f"H{number}", Text(ja, en), kana, "005F73", via, service, last)


_HARBOUR = (
    _harbour(1, "みなとシャトル", "みなとしゃとる", "Harbour Shuttle", _SHUTTLE,
             _SOUTH, (-0.465, 0.0), (-0.52, -0.25), (-0.63, -0.53), last=(_h(23, 10), _h(24, 5), _h(24, 40))),
    _harbour(2, "魚市場シャトル", "うおいちばしゃとる", "Fish Market Shuttle", _HOURLY,
             _SOUTH, (-0.63, -0.53), (-0.35, -0.72)),
    _harbour(3, "臨港シャトル", "りんこうしゃとる", "Wharf Shuttle", _COMMUTER,
             _SOUTH, (-0.63, -0.53), (-0.05, -0.84), (0.30, -1.13), (0.85, -1.235)),
    _harbour(4, "西浜ビーチ線", "にしはまびーちせん", "Nishihama Beach Line", _SPARSE,
             _SOUTH, (-0.78, 0.10), (-1.03, -0.21), (-1.31, 0.15), (-1.53, 0.62)),
    _harbour(5, "フェリー連絡線", "ふぇりーれんらくせん", "Ferry Connection", _SPARSE,
             _SOUTH, (-0.12, -0.4), (-0.22, -0.78), (0.22, -0.92)),
    _harbour(6, "倉庫線", "そうこせん", "Warehouse Line", _COMMUTER, (0.90, -1.07), (1.5, -1.20), (1.66, -1.25),
             (0.85, -1.235)),
)  # fmt: skip

_WEEK, _SAT, _SUN, _NONE = "1,1,1,1,1,0,0", "0,0,0,0,0,1,0", "0,0,0,0,0,0,1", "0,0,0,0,0,0,0"
_LAST_OF_OLD = "20260930"
OPERATORS = (
    Operator("mihon_bus", "9999901000001", Text("みほんバス", "Mihon Bus"), "みほんばす", "みほんバス株式会社（架空）",
             "055-000-0001", LINES,
             (Days(WEEKDAY, _WEEK, WEEKDAY), Days(SATURDAY, _SAT, SATURDAY), Days(HOLIDAY, _SUN, HOLIDAY)), 220),
    Operator("mihon_community", "9999900000002", Text("みほん市コミュニティバス", "Mihon Community Bus"),
             "みほんしこみゅにてぃばす", "みほん市（架空）", "055-000-0020", _COMMUNITY,
             (Days("平日毎日", _WEEK, WEEKDAY, lines=("c2", "c3", "c5", "c9", "c10", "c12", "c13", "c15")),
              Days("月水金", "1,0,1,0,1,0,0", WEEKDAY, lines=("c4", "c6", "c8", "c14", "c17")),
              Days("火木", "0,1,0,1,0,0,0", WEEKDAY, lines=("c7", "c11", "c16")),
              Days(SATURDAY, _SAT, SATURDAY), Days(OBON_DAY, _NONE, OBON_DAY)),
             100, "c", "cp932", 250.0, 16.0),
    Operator("mihon_harbour", "9999901000003", Text("みほん港湾交通", "Mihon Harbour Transit"),
             "みほんこうわんこうつう", "みほん港湾交通株式会社（架空）", "055-000-0030", _HARBOUR,
             (Days("春_平日", _WEEK, WEEKDAY, end=_LAST_OF_OLD), Days("春_土曜", _SAT, SATURDAY, end=_LAST_OF_OLD),
              Days("春_日祝", _SUN, HOLIDAY, end=_LAST_OF_OLD),
              Days("秋_平日", _WEEK, WEEKDAY, REVISION, END, 4), Days("秋_土曜", _SAT, SATURDAY, REVISION, END, 4),
              Days("秋_日祝", _SUN, HOLIDAY, REVISION, END, 4)),
             150, "h", "utf-8-sig", 380.0, -16.0),
)  # fmt: skip
