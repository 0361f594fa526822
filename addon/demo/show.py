"""The demo on a terminal: each request as it finishes, then how it ended. Readable without colour."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

_LONGEST = 96

type Record = dict[str, Any]


def request(console: Console, number: int, record: Record) -> None:
    """One finished request, from its line of `ccr_events`."""
    failed = record.get("error")
    head = Text()
    head.append(f"{number:>2}  ", "dim")
    head.append(f"{record.get('kind', '?')}", "bold red" if failed else "bold")
    head.append(f"  → {record.get('provider')},{record.get('model')}", "cyan")
    head.append(f"  {record.get('route')}: {record.get('reason')}")
    console.print(head)
    for attempt in list(record.get("attempts") or [])[:-1]:
        console.print(_indented(f"failed at {attempt.get('provider')},{attempt.get('model')}: {attempt.get('error')}", "yellow"))
    for call in record.get("tool_calls") or []:
        _line(console, _indented(_call(call), "green"))
    if failed:
        console.print(_indented(f"{failed.get('status')} {failed.get('type')}: {failed.get('message')}", "red"))
    _line(console, _indented(_numbers(record), "dim"))


def _line(console: Console, text: Text) -> None:
    """One line, cut at the terminal's width; in a file, which has none, it stays whole."""
    if console.is_terminal:
        console.print(text, no_wrap=True, overflow="ellipsis")
    else:
        console.print(text, soft_wrap=True)


def _call(call: Record) -> str:
    repaired = "  (arguments repaired)" if call.get("repaired") else ""
    return _cut(f"tool call {call.get('name')} {call.get('input')}") + repaired


def _numbers(record: Record) -> str:
    usage, timings = record.get("usage") or {}, record.get("timings") or {}
    about = "about " if usage.get("estimated") else ""
    parts = [
        f"{record.get('status')}",
        f"{about}{usage.get('input') or 0:,} tokens in, {usage.get('output') or 0:,} out",
        money(record.get("cost")),
        f"first byte {timings['first_byte_ms']} ms" if timings.get("first_byte_ms") is not None else "no first byte",
        f"{timings.get('total_ms')} ms in all",
    ]
    return " · ".join(parts)


def money(dollars: float | None) -> str:
    """A cost for people: four digits after the point, as requests cost fractions of a cent."""
    if dollars is None:
        return "price unknown"
    return "under $0.0001" if 0 < dollars < 0.0001 else f"${dollars:.4f}"


def summary(console: Console, records: list[Record]) -> None:
    """The session in one line. The prices are the demo configuration's own inventions, which is said."""
    calls = sum(len(record.get("tool_calls") or []) for record in records)
    costs = [record["cost"] for record in records if record.get("cost") is not None]
    cost = f"{money(sum(costs))} at the demo's invented prices" if costs else "no price known"
    console.print(Text(f"\n{len(records)} requests, {calls} tool calls, {cost}", "bold"))


def _indented(text: str, style: str) -> Text:
    return Text("    " + text, style)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
