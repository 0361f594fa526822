"""A flow's tool calls as a table: what the provider sent, what the client was given, and whether it had to be repaired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json

_HEAD = ("tool", "id", "repaired", "as sent", "as given")


def tools_lines(record: Mapping[str, Any] | None) -> list[str]:
    """The table's rows, the head first; one line of words where there is nothing to show."""
    calls = (record or {}).get("tool_calls") or ()
    if not calls:
        return ["no tool calls"]
    return list(_aligned([_HEAD, *map(_row, calls)]))


def _row(call: Mapping[str, Any]) -> tuple[str, ...]:
    sent, given = _one_line(call["arguments"]), _one_line(call["input"])
    same = "the same" if _value(call["arguments"]) == _value(call["input"]) else given
    return call["name"], call["id"], "yes" if call["repaired"] else "no", sent, same


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
