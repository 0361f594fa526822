"""What one streamed piece costs the translator alone: `python -m tests.bench.chunks [--chunks N]`. No proxy, no socket."""

from __future__ import annotations

import argparse
import json
import statistics
import time

from rich.console import Console
from rich.table import Table

from translators.contract import Reply, Request, Target
from translators.exchange import Exchange
from translators.openai_chat.dialect import OPENAI_CHAT

REPEATS = 7


def pieces(chunks: int, kind: str) -> list[bytes]:
    """The events of a streamed completion: `chunks` deltas of the kind between the opening and the finish."""
    deltas = {
        "text": {"content": "some words "},
        "thoughts": {"reasoning_content": "some words "},
        "arguments": {"tool_calls": [{"index": 0, "function": {"arguments": '"some", '}}]},
    }
    opening: dict[str, object] = {"role": "assistant", "content": ""}
    closing: list[dict[str, object]] = []
    if kind == "arguments":
        call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "List", "arguments": '{"items": ['}}
        opening = {"tool_calls": [call]}
        closing = [{"tool_calls": [{"index": 0, "function": {"arguments": '"end"]}'}}]}]
    rows = [_event(delta, None) for delta in (opening, *([deltas[kind]] * chunks), *closing)]
    return [*rows, _event({}, "tool_calls" if kind == "arguments" else "stop"), b"data: [DONE]\n\n"]


def _event(delta: object, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    frame = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "canned", "choices": [choice]}
    return b"data: " + json.dumps(frame).encode() + b"\n\n"


def microseconds(events: list[bytes]) -> float:
    """For one event of a whole exchange, on the average."""
    body = {"model": "claude", "max_tokens": 10, "stream": True, "messages": [{"role": "user", "content": "x"}]}
    tools = [{"name": "List", "input_schema": {"type": "object", "properties": {}}}]
    request = Request(json.dumps(body).encode(), body | {"tools": tools})
    target = Target("bench", "canned", "http://127.0.0.1:1/v1")
    exchange = Exchange(OPENAI_CHAT, target, OPENAI_CHAT.encode(request, target), Reply("msg_1", "claude", True, 10))
    begun = time.perf_counter()
    for event in events:
        exchange.feed(event)
    exchange.close()
    spent = time.perf_counter() - begun
    if exchange.outcome.fault or not exchange.outcome.finished:
        raise RuntimeError(f"the exchange failed: {exchange.outcome}")
    return spent / len(events) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=20_000)
    options = parser.parse_args()
    table = Table("kind of piece", "median µs", "best µs", title=f"{options.chunks} pieces, {REPEATS} times")
    for kind in ("text", "thoughts", "arguments"):
        events = pieces(options.chunks, kind)
        times = [microseconds(events) for _ in range(REPEATS)]
        table.add_row(kind, f"{statistics.median(times):.1f}", f"{min(times):.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
