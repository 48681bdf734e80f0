"""Results as tables for a person."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from rich import box
from rich.table import Table

from data import ImportSummary, LayerRecord, Store, Viewer, Visibility
from geo import RULES, Text
from web import message
from web.cli.call import Call
from web.link import layer_json, visible_ids

_SHOWN_PROBLEMS = 20


_ROOM_FOR = {"group": 100, "version": 130}
"""Columns of a terminal below which a column is left out, rather than all of them folded."""


def show_layers(call: Call, records: Sequence[LayerRecord]) -> None:
    heads = ("id", "title", "group", "features", "problems", "visibility", "version")
    shown = [head for head in heads if call.out.width >= _ROOM_FOR.get(head, 0)]
    table = build_table(call, *shown, right=("features", "problems"))
    for record in records:
        cells = _layer_cells(call, record)
        table.add_row(*(cells[head] for head in shown))
    call.out.print(table)


def _layer_cells(call: Call, record: LayerRecord) -> dict[str, str]:
    current = record.current
    return {
        "id": record.id,
        "title": record.title.in_language(call.language),
        "group": record.group.title.in_language(call.language),
        "features": f"{current.feature_count:,}",
        "problems": f"{current.problem_count:,}",
        "visibility": call.text(message.PUBLIC if record.visibility is Visibility.PUBLIC else message.INTERNAL),
        "version": record.version,
    }


def show_summary(call: Call, summary: ImportSummary) -> None:
    """What was read, stored and kept out, layer by layer; then what is not read yet, and what went wrong."""
    if summary.layers:
        call.out.print(_summary_table(call, summary))
    _show_lines(call, message.NOT_READ, _not_read(call, summary))
    _show_lines(call, message.FAILURES, [problem.message(call.language) for problem in summary.failures])
    if summary.ignored:
        call.say(message.IGNORED, count=len(summary.ignored))
    call.say(message.IMPORTED, layers=len(summary.layers), seconds=f"{summary.seconds:.1f}")
    troubled = [layer.record.id for layer in summary.layers if layer.record.current.problem_count]
    if troubled:
        call.say(message.SEE_PROBLEMS, command=f"machinami problems {troubled[0]}")


def _summary_table(call: Call, summary: ImportSummary) -> Table:
    numbers = ("read", "stored", "kept_out", "problems")
    table = build_table(call, "id", "title", *numbers, "state", right=numbers)
    rows = [(layer.record.current, layer) for layer in summary.layers]
    for current, layer in rows:
        table.add_row(
            layer.record.id,
            layer.record.title.in_language(call.language),
            *(f"{n:,}" for n in (current.read, current.feature_count, current.kept_out, current.problem_count)),
            call.text(message.UNCHANGED if layer.unchanged else message.NEW_VERSION),
        )
    if len(rows) > 1:
        total = summary.as_json()
        table.add_section()
        table.add_row(call.text(message.TOTAL), "", *(f"{total[name]:,}" for name in numbers), "")
    return table


def build_table(call: Call, *heads: str, right: Iterable[str] = ()) -> Table:
    """Numbers and ids keep their width; a title gives way."""
    table = Table(box=box.SIMPLE_HEAD if call.out.is_terminal else None, pad_edge=False)
    for head in heads:
        justify: Literal["left", "right"] = "right" if head in right else "left"
        folds = head in ("title", "name", "group")
        table.add_column(call.text(message.HEADS[head]), justify=justify, no_wrap=not folds, overflow="fold")
    return table


def _not_read(call: Call, summary: ImportSummary) -> list[str]:
    """Notes of all files added up: the same note of a hundred files is one line."""
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}
    for note in (note for layer in summary.layers for note in layer.notes):
        rest = tuple(sorted((key, value) for key, value in note.parameters.items() if key != "count"))
        count = note.parameters.get("count", "1").replace(",", "")
        sums[note.rule, rest] = sums.get((note.rule, rest), 0) + (int(count) if count.isdecimal() else 1)
    return [_note_line(call, rule, dict(rest), count) for (rule, rest), count in sums.items()]


def _note_line(call: Call, rule: str, parameters: dict[str, str], count: int) -> str:
    return RULES[rule].text.in_language(call.language).format_map({**parameters, "count": f"{count:,}"})


def _show_lines(call: Call, head: Text, lines: Sequence[str]) -> None:
    if not lines:
        return
    call.say(head)
    for line in lines[:_SHOWN_PROBLEMS]:
        call.out.print(f"  {line}", markup=False)
    if len(lines) > _SHOWN_PROBLEMS:
        call.say(message.AND_MORE, count=len(lines) - _SHOWN_PROBLEMS)


def summary_json(store: Store, summary: ImportSummary) -> dict[str, Any]:
    """The import's account; its layers as the HTTP API tells them, as they are now (published or not)."""
    known = visible_ids(store, Viewer.SYSTEM)
    records = {record.id: record for record in store.layers(Viewer.SYSTEM)}
    told = summary.as_json()
    told["layers"] = [{**layer, **layer_json(records[layer["id"]], known)} for layer in told["layers"]]
    return told
