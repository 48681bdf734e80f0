"""What GTFS and GTFS-JP say about tables that this package relies on. Names stay as the standards spell them."""

from geo import Text

REQUIRED_FILES = ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
CALENDARS = ("calendar.txt", "calendar_dates.txt")
"""At least one of them."""

REQUIRED_COLUMNS = {
    "agency": ("agency_name",),
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("route_id", "service_id", "trip_id"),
    "stop_times": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
    "calendar": (
        *("service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("start_date", "end_date"),
    ),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "shapes": ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"),
}
"""Without these nothing of the table can be understood; a table that is not in the feed needs none."""

FURTHER_COLUMNS = {
    "stops": ("platform_code",),
    "routes_jp": ("route_id", "origin_stop", "via_stop", "destination_stop"),
    "translations": (
        *("trans_id", "lang", "translation"),
        *("table_name", "field_name", "language", "record_id", "record_sub_id", "field_value"),
    ),
}
"""Text columns used here that gtfs-kit does not know; `translations` in GTFS-JP's old form and in today's."""

STATION = 1
"""location_type of a stop that stands for its platforms."""
NO_PICKUP = 1

_MODES = {
    0: Text("路面電車", "Tram"),
    1: Text("地下鉄", "Subway"),
    2: Text("鉄道", "Rail"),
    3: Text("バス", "Bus"),
    4: Text("船", "Ferry"),
    5: Text("ケーブルトラム", "Cable tram"),
    6: Text("ロープウェイ", "Aerial lift"),
    7: Text("ケーブルカー", "Funicular"),
    11: Text("トロリーバス", "Trolleybus"),
    12: Text("モノレール", "Monorail"),
    11_00: Text("航空機", "Air"),
    15_00: Text("タクシー・デマンド", "Taxi and on demand"),
}
_EXTENDED = {1: 2, 2: 3, 4: 1, 5: 1, 6: 1, 7: 3, 8: 11, 9: 0, 10: 4, 11: 11_00, 12: 4, 13: 6, 14: 7, 15: 15_00}
"""Hundreds of the extended route types to the plain one a person would call it."""
OTHER_MODE = Text("その他", "Other")
MODES = (*_MODES.values(), OTHER_MODE)


def mode(route_type: int) -> Text:
    """What a route_type means, the extended types (700 bus service ...) included."""
    plain = _EXTENDED.get(route_type // 100, -1) if route_type >= 100 else route_type
    if route_type == 405:
        plain = 12
    return _MODES.get(plain, OTHER_MODE)
