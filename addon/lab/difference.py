"""One pair of answers to the same request, side by side and line by line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mitmproxy import http
from mitmproxy.flow import Flow

from addon.lab.agreement import agreement, canonical, paired
from addon.lab.report import shown
from addon.lab.success import by_default
from addon.recordings.captured import NoModelCall, captured
from addon.recordings.exchange import Answer, Exchange, ToolCall
from addon.recordings.heard import recorded_answer
from addon.recordings.recording import exchange_of

_CONTEXT = 3  # lines around a change


def difference(exchange: Exchange, answer: Answer, model: str = "") -> list[str]:
    """As lines: those that begin with `-` are the recorded answer's, with `+` the new one's, as in a unified diff."""
    before, name = exchange.recorded, model or answer.choice
    parts = (_head(exchange, name), _table(exchange, answer, name), _text(before, answer), _calls(before, answer))
    return [line for part in parts for line in part]


def flow_difference(flow: Flow) -> list[str]:
    """Of a flow that was replayed. Raises ValueError for one that holds no two answers."""
    try:
        asked = captured(flow)
        exchange = exchange_of(flow)
    except NoModelCall as reason:
        raise ValueError(f"this flow cannot be compared: {reason}") from None
    before = recorded_answer(flow, asked.request, exchange.tokens) if isinstance(flow, http.HTTPFlow) else None
    if before is None:
        raise ValueError("this flow has one answer only; hint: `ccr.replay FLOW provider,model` makes a second one")
    return difference(replace(exchange, recorded=before), exchange.recorded)


def _head(exchange: Exchange, name: str) -> Iterator[str]:
    whose = [exchange.kind, f"turn {exchange.turn}" if exchange.turn else "", exchange.session[:8]]
    yield f"{exchange.id} · {' · '.join(filter(None, whose))}"
    yield f"- {exchange.recorded.choice} (recorded)"
    yield f"+ {name}"


def _table(exchange: Exchange, answer: Answer, name: str) -> Iterator[str]:
    before = exchange.recorded
    rows = [
        ("", before.choice, name),
        ("success", _verdict(exchange, before), _verdict(exchange, answer)),
        ("stop", _stop(before), _stop(answer)),
        ("tool calls", *(", ".join(call.name for call in each.tool_calls) or "none" for each in (before, answer))),
        ("first token", shown.duration(before.first_ms), shown.duration(answer.first_ms)),
        ("total time", shown.duration(before.total_ms), shown.duration(answer.total_ms)),
        ("tokens", _tokens(before), _tokens(answer)),
        ("cost", shown.dollars(before.cost), shown.dollars(answer.cost)),
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    yield ""
    for label, one, other in rows:
        mark = "≠" if label in ("success", "stop", "tool calls") and one != other else " "
        yield f"{label:{widths[0]}}  {one:{widths[1]}} {mark} {other}".rstrip()


def _verdict(exchange: Exchange, answer: Answer) -> str:
    verdict = by_default(exchange, answer)
    return "yes" if verdict.success else f"no, {verdict.reason}"


def _stop(answer: Answer) -> str:
    return f"error {answer.error}" if answer.error else answer.stop_reason or "none"


def _tokens(answer: Answer) -> str:
    cached = f" (+{shown.tokens(answer.cache_read)} cached)" if answer.cache_read else ""
    return f"{shown.tokens(answer.input)}{cached} → {shown.tokens(answer.output)}{' estimated' if answer.usage_estimated else ''}"


def _text(before: Answer, after: Answer) -> Iterator[str]:
    yield ""
    if after.error:
        yield f"error: {after.message}"
    if before.text == after.text:
        yield "text: the same" if before.text else "text: none"
        return
    yield "text:"
    yield from _changes(before.text.splitlines(), after.text.splitlines())


def _calls(before: Answer, after: Answer) -> Iterator[str]:
    pairs = paired(before.tool_calls, after.tool_calls)
    yield ""
    if not pairs:
        yield "tool calls: none"
        return
    found = agreement(before, after)
    yield f"tool calls: {found.same_tool} of {found.calls} call the same tool, {found.same_arguments} with the same arguments"
    for one, other in pairs:
        yield from _call(one, other)


def _call(before: ToolCall | None, after: ToolCall | None) -> Iterator[str]:
    if before and after and canonical(before) == canonical(after):
        yield f"  {before.name}: the same arguments"
        return
    either = before or after
    assert either is not None
    yield f"  {either.name}: {'other arguments' if before and after else 'only recorded' if before else 'only new'}"
    yield from _changes(_pretty(before), _pretty(after))


def _pretty(call: ToolCall | None) -> list[str]:
    """A line for each argument, and for each line in it."""
    if call is None:
        return []
    if not isinstance(call.input, dict):
        return [*(call.arguments or "(nothing)").splitlines(), "(no JSON object)"]
    return [line for name, value in call.input.items() for line in _argument(name, value)] or ["(no arguments)"]


def _argument(name: str, value: object) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    first, *others = text.split("\n")
    return [f"{name}: {first}", *(f"  {line}" for line in others)]


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(difflib.unified_diff(before, after, lineterm="", n=_CONTEXT)):
        if number > 2:  # without the files' names and the first place
            yield "…" if line.startswith("@@") else line
