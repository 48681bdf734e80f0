"""What became of every level of detail, as a table and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from geo import LevelCount
from geo.level_count import sum_levels
from web import message
from web.cli.call import Call
from web.cli.head import build_table


def show_levels(call: Call, levels: Iterable[LevelCount]) -> None:
    """One row for each feature type and level; nothing where no format knows levels."""
    summed = sum_levels(levels)
    if not summed:
        return
    numbers = ("read", "stored", "set_aside", "kept_out")
    table = build_table(call, "feature_type", "lod", *numbers, right=numbers)
    for one in summed:
        cells = (one.read, one.stored, one.set_aside, one.kept_out)
        table.add_row(one.feature_type, f"LOD{one.lod}", *(f"{number:,}" for number in cells))
    call.say(message.LEVELS)
    call.out.print(table)


def levels_json(levels: Iterable[LevelCount]) -> list[dict[str, Any]]:
    return [asdict(one) for one in sum_levels(levels)]
