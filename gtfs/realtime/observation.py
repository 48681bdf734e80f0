"""When buses really were at their stops: one row for each call that was observed, as the store keeps them by day."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Final

import pandas as pd

NO_START: Final = -1


@dataclass(frozen=True, slots=True)
class Observation:
    """One call. Departure; at the last stop arrival."""

    service_date: date
    trip_id: str
    start_s: int
    """Of a trip of frequencies.txt, in ServiceSeconds; NO_START else."""
    route_id: str
    stop_id: str
    stop_sequence: int
    call: int
    """Place in the trip, from 0."""
    scheduled_s: int
    """ServiceSeconds."""
    observed_s: int
    """ServiceSeconds."""
    source: str
    """`updates` or `positions`."""

    @property
    def key(self) -> tuple[date, str, int, int]:
        return self.service_date, self.trip_id, self.start_s, self.call


COLUMNS: Final = tuple(field.name for field in fields(Observation))
_TYPES: Final = {
    "service_date": "object",
    "trip_id": "str",
    "start_s": "int32",
    "route_id": "str",
    "stop_id": "str",
    "stop_sequence": "int32",
    "call": "int32",
    "scheduled_s": "int32",
    "observed_s": "int32",
    "source": "str",
}


def observation_table(observed: Iterable[Observation]) -> pd.DataFrame:
    """Rows in the order of the calls, one column for each field."""
    rows = sorted(observed, key=lambda one: one.key)
    return pd.DataFrame([astuple(one) for one in rows], columns=list(COLUMNS)).astype(_TYPES)


def parse_observations(table: pd.DataFrame) -> list[Observation]:
    return [Observation(*row) for row in table[list(COLUMNS)].itertuples(index=False, name=None)]
