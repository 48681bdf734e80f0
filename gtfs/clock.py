"""GTFS clock times and calendar dates as numbers."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final, NewType
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ServiceSeconds = NewType("ServiceSeconds", int)
"""Seconds since noon minus 12 hours of the service day: 25:10:00 is 90 600, not 4 200."""

NO_TIME: Final = -1
"""A blank interior time, which is legal, or one that can't be read."""

_TIME = r"^\s*(\d{1,3}):([0-5]\d):([0-5]\d)\s*$"
_DATE = r"^\s*(\d{4})(\d{2})(\d{2})\s*$"


def parse_seconds(text: "pd.Series[Any]") -> NDArray[np.int32]:
    """`H:MM:SS` of a column as ServiceSeconds, shape (rows,); NO_TIME where blank or not a time."""
    codes, values = pd.factorize(text)  # a timetable repeats the same thousand times of day
    parts = pd.Series(values, dtype="string").str.extract(_TIME).astype("Int64")
    seconds = (parts[0] * 3600 + parts[1] * 60 + parts[2]).fillna(NO_TIME).to_numpy(dtype=np.int32)
    return np.append(seconds, np.int32(NO_TIME))[codes]


def clock_text(seconds: int) -> str:
    """`25:10:00` of 90 600."""
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def parse_days(text: "pd.Series[Any]") -> NDArray[np.datetime64]:
    """`YYYYMMDD` of a column as datetime64[D], shape (rows,); NaT where blank or no date."""
    parts = text.astype("string").str.extract(_DATE)
    joined = parts[0] + "-" + parts[1] + "-" + parts[2]
    return np.asarray(pd.to_datetime(joined, format="%Y-%m-%d", errors="coerce").to_numpy(dtype="datetime64[D]"))


def instant(day: date, seconds: int, zone: ZoneInfo) -> datetime:
    """When a service time is on the clock of `zone`: GTFS counts from noon of the day minus 12 hours."""
    noon = datetime.combine(day, time(12), zone)
    return (noon.astimezone(ZoneInfo("UTC")) + timedelta(seconds=seconds - 12 * 3600)).astimezone(zone)
