"""A table by its heads."""

from collections.abc import Iterable
from typing import Literal

from rich import box
from rich.table import Table

from web import message
from web.cli.call import Call


def build_table(call: Call, *heads: str, right: Iterable[str] = ()) -> Table:
    """Numbers and ids keep their width; a title gives way."""
    table = Table(box=box.SIMPLE_HEAD if call.out.is_terminal else None, pad_edge=False)
    for head in heads:
        justify: Literal["left", "right"] = "right" if head in right else "left"
        folds = head in ("title", "name", "group")
        table.add_column(call.text(message.HEADS[head]), justify=justify, no_wrap=not folds, overflow="fold")
    return table
