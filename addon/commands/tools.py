"""A flow's tool calls as a table: what the provider sent, what the client was given, and whether it had to be repaired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json
from rich.cells import cell_len

_HEAD = ("tool", "id", "repaired", "as sent", "as given")


def tools_lines(record: Mapping[str, Any] | None, width: int = 0) -> list[str]:
    """The table's rows, the head first; three lines for each call where that is wider than `width` cells, unless it is 0."""
    calls = (record or {}).get("tool_calls") or ()
    if not calls:
        return ["no tool calls"]
    table = list(_aligned([_HEAD, *map(_row, calls)]))
    if not width or max(map(cell_len, table)) <= width:
        return table
    return [line for call in calls for line in _listed(*_row(call))]


def _listed(name: str, call_id: str, repaired: str, sent: str, given: str) -> tuple[str, str, str]:
    return f"{name}  {call_id}" + ("  repaired" if repaired == "yes" else ""), f"  as sent:  {sent}", f"  as given: {given}"


def _row(call: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    sent, given = _one_line(call["arguments"]), _one_line(call["input"])
    taken_out = call["arguments"] and not call["input"]
    same = not taken_out and _value(call["arguments"]) == _value(call["input"])
    return call["name"], call["id"], "yes" if call["repaired"] else "no", sent, "the same" if same else given


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """All columns but the last as wide as their widest cell, up to a width that leaves the line readable."""
    widths = [min(60, max(len(row[column]) for row in rows)) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]])


def _one_line(text: str) -> str:
    return " ".join(text.split("\n")) or "(nothing)"


def _value(text: str) -> Any:
    try:
        return from_json(text or "{}")
    except ValueError:
        return text
