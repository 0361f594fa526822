"""Streamed answers that are held back whole, so that a person can read and change them.

Such an answer is still a stream of events, but with one piece for each block: an argument of a tool call stands in one place.
"""

from __future__ import annotations

import json
from typing import Any

from translators.errors import BadAnswer
from translators.sse import Decoder

_GROWING = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
"""Deltas that are pieces of one text, and the field it is in."""


def gathered(body: bytes) -> bytes:
    """The stream with the pieces of each block joined, and without pings. One that is no such stream comes back as it was."""
    out: list[dict[str, Any]] = []
    try:
        events = _events(body)
    except BadAnswer:
        return body
    for event in events:
        field = _growing_field(event)
        before = out[-1] if out else {}
        if event.get("type") == "ping":
            continue
        if field and _growing_field(before) == field and before["index"] == event["index"]:
            before["delta"][field] += event["delta"][field]
        else:
            out.append(event)
    return b"".join(_written(event) for event in out) or body


def tool_inputs(body: bytes) -> dict[str, tuple[str, str]]:
    """By id, the name and the input, as JSON text, of each tool call in an answer to a client; stream or whole message."""
    if body.lstrip().startswith(b"{"):
        return {
            block["id"]: (block["name"], json.dumps(block["input"], ensure_ascii=False))
            for block in _loaded(body).get("content") or ()
            if isinstance(block, dict) and {"id", "name", "input"} <= block.keys()
        }
    calls: dict[Any, list[str]] = {}
    for event in _events(body):
        block = event.get("content_block") or {}
        if event.get("type") == "content_block_start" and {"id", "name"} <= block.keys():
            calls[event.get("index")] = [block["id"], block["name"], ""]
        elif _growing_field(event) == "partial_json" and event.get("index") in calls:
            calls[event["index"]][2] += event["delta"]["partial_json"]
    return {call_id: (name, given or "{}") for call_id, name, given in calls.values()}


def note_edit(record: dict[str, Any], body: bytes) -> None:
    """Put what the client is given in the end into the flow's record: it was changed by hand.

    A tool call that was taken out has no input any more, one that was put in has no arguments.
    """
    record["edited"] = True
    try:
        given = tool_inputs(body)
    except BadAnswer:
        given = {}
    calls = record.get("tool_calls") or []
    for call in calls:
        name, value = given.get(call["id"], (call["name"], ""))
        call |= {"name": name, "input": value}
    known = {call["id"] for call in calls}
    record["tool_calls"] = calls + [
        {"id": call_id, "name": name, "arguments": "", "input": value, "repaired": False}
        for call_id, (name, value) in given.items()
        if call_id not in known
    ]


def _events(body: bytes) -> list[dict[str, Any]]:
    """Raises `BadAnswer` for an event that is too long."""
    decoder = Decoder()
    frames = (*decoder.feed(body), *decoder.close())
    return [event for frame in frames if (event := _loaded(frame.data))]


def _loaded(text: str | bytes) -> dict[str, Any]:
    """A person may have edited it: what is no JSON object is passed over."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _growing_field(event: dict[str, Any]) -> str:
    delta = event.get("delta")
    return _GROWING.get(delta.get("type", ""), "") if isinstance(delta, dict) else ""


def _written(event: dict[str, Any]) -> bytes:
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    # A surrogate on its own, which JSON can write and UTF-8 cannot, stays escaped.
    return f"event: {event.get('type', 'message')}\ndata: {data}\n\n".encode(errors="backslashreplace")
