"""Results as tables for a person."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.table import Table

from data import ImportSummary, LayerRecord, Store, Viewer, Visibility
from geo import RULES, LevelCount, Problem, Text
from web import message
from web.cli.call import Call
from web.cli.head import build_table
from web.cli.level_table import levels_json, show_levels
from web.link import layer_json, visible_ids

_SHOWN_PROBLEMS = 20
_CODELIST, _PACKAGE = "citygml.codelist_missing", "citygml.package_not_read"


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
        show_levels(call, _levels(summary))
    _show_lines(call, message.NOT_READ, _not_read(call, summary), [])
    _show_lines(call, message.FAILURES, *_not_imported(call, summary))
    if summary.ignored:
        call.say(message.IGNORED, count=len(summary.ignored))
    call.say(message.IMPORTED, layers=len(summary.layers), seconds=f"{summary.seconds:.1f}")
    troubled = [layer.record.id for layer in summary.layers if layer.record.current.problem_count]
    if troubled:
        call.say(message.SEE_PROBLEMS, command=f"machinami problems {troubled[0]}")


def _levels(summary: ImportSummary) -> Iterator[LevelCount]:
    return (level for layer in summary.layers for level in layer.record.current.levels)


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
        table.add_section()
        table.add_row(call.text(message.TOTAL), "", *(f"{n:,}" for n in _sums(summary)), "")
    return table


def _sums(summary: ImportSummary) -> tuple[int, ...]:
    """Of the rows above: what belongs to no layer is listed below the table."""
    shown = [layer.record.current for layer in summary.layers]
    rows = [(one.read, one.feature_count, one.kept_out, one.problem_count) for one in shown]
    return tuple(map(sum, zip(*rows, strict=True)))


def _not_read(call: Call, summary: ImportSummary) -> list[str]:
    """Notes of all layers. Codelists are one line, so that they hide nothing of what is not read."""
    notes = [note for layer in summary.layers for note in layer.notes]
    codelists = dict.fromkeys(note.parameters["codelist"] for note in notes if note.rule == _CODELIST)
    lines = _added_up(call, [note for note in notes if note.rule != _CODELIST])
    if codelists:
        lines.append(call.text(message.CODELISTS, count=len(codelists), names=", ".join(codelists)))
    return lines


def _added_up(call: Call, problems: Iterable[Problem]) -> list[str]:
    """The same of a hundred files is one line."""
    sums: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}
    for one in problems:
        rest = tuple(sorted((key, value) for key, value in one.parameters.items() if key != "count"))
        count = one.parameters.get("count", "1").replace(",", "")
        sums[one.rule, rest] = sums.get((one.rule, rest), 0) + (int(count) if count.isdecimal() else 1)
    return [_note_line(call, rule, dict(rest), count) for (rule, rest), count in sums.items()]


def _note_line(call: Call, rule: str, parameters: dict[str, str], count: int) -> str:
    return RULES[rule].text.in_language(call.language).format_map({**parameters, "count": f"{count:,}"})


def _not_imported(call: Call, summary: ImportSummary) -> tuple[list[str], list[str]]:
    """What no layer holds: packages that are not read yet, added up over their files, and all else."""
    packages = [one for one in summary.failures if one.rule == _PACKAGE]
    others = [one.message(call.language) for one in summary.failures if one.rule != _PACKAGE]
    return _added_up(call, packages), others


def _show_lines(call: Call, head: Text, always: Sequence[str], lines: Sequence[str]) -> None:
    if not always and not lines:
        return
    call.say(head)
    for line in (*always, *lines[:_SHOWN_PROBLEMS]):
        call.out.print(f"  {line}", markup=False)
    if len(lines) > _SHOWN_PROBLEMS:
        call.say(message.AND_MORE, count=len(lines) - _SHOWN_PROBLEMS)


def summary_json(store: Store, summary: ImportSummary) -> dict[str, Any]:
    """The import's account; its layers as the HTTP API tells them, as they are now (published or not)."""
    known = visible_ids(store, Viewer.SYSTEM)
    records = {record.id: record for record in store.layers(Viewer.SYSTEM)}
    told = summary.as_json()
    told["layers"] = [{**layer, **layer_json(records[layer["id"]], known)} for layer in told["layers"]]
    told["levels"] = levels_json(_levels(summary))
    return told
