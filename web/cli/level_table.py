"""What became of every level of detail, as a table and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any

from geo import LevelCount
from geo.level_count import sum_levels
from web import message
from web.cli.call import Call
from web.cli.head import build_table


def show_levels(call: Call, levels: Iterable[LevelCount]) -> None:
    """One row for each feature type and levels that have the same numbers; nothing where no format knows levels."""
    summed = sum_levels(levels)
    if not summed:
        return
    numbers = ("read", "stored", "set_aside", "kept_out")
    table = build_table(call, "feature_type", "lod", *numbers, right=numbers)
    for (feature_type, *counted), same in groupby(summed, key=_row):
        lods = [one.lod for one in same]
        lod = f"LOD{lods[0]}" + (f"-{lods[-1]}" if len(lods) > 1 else "")
        table.add_row(feature_type, lod, *(f"{number:,}" for number in counted))
    call.say(message.LEVELS)
    call.out.print(table)


def _row(one: LevelCount) -> tuple[str, int, int, int, int]:
    return one.feature_type, one.read, one.stored, one.set_aside, one.kept_out


def levels_json(levels: Iterable[LevelCount]) -> list[dict[str, Any]]:
    return [asdict(one) for one in sum_levels(levels)]
