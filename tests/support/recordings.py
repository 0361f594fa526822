"""Flows as mitmproxy captures them without this addon, and files of flows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mitmproxy import flow, http
from mitmproxy.io import FlowReader
from mitmproxy.test import tflow

from tests.support.asking import body

LOGIN = "sk-ant-oat01-the-recorded-login"
HEADERS = {
    "authorization": f"Bearer {LOGIN}",
    "user-agent": "claude-cli/2.1.197 (external, cli)",
    "x-claude-code-session-id": "5e551011-0c1e-4a6b-9d55-6a1d2f0e7b11",
    "content-type": "application/json",
    "accept-encoding": "gzip, br",
    "anthropic-version": "2023-06-01",
}
_FIELDS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
SENT_AT = 1_700_000_000.0


def event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def message_stream(text: str = "Hello from Anthropic.", model: str = "claude-opus-4-8", *, call: str = "") -> bytes:
    """A streamed answer, with a call of Bash whose arguments are `call`."""
    usage = {"input_tokens": 20, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5, "output_tokens": 1}
    start: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
    start |= {"stop_reason": None, "stop_sequence": None}
    pieces = [event("message_start", message=start), event("ping")]
    pieces += _block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": text})
    if call:
        tool = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
        pieces += _block(1, tool, {"type": "input_json_delta", "partial_json": call})
    reason = "tool_use" if call else "end_turn"
    pieces += [
        event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage={"output_tokens": 7}),
        event("message_stop"),
    ]
    return b"".join(pieces)


def _block(index: int, block: Mapping[str, Any], delta: Mapping[str, Any]) -> list[bytes]:
    start = event("content_block_start", index=index, content_block=block)
    return [start, event("content_block_delta", index=index, delta=delta), event("content_block_stop", index=index)]


def plain(
    asked: Mapping[str, Any] | bytes | None = None,
    answer: bytes | Mapping[str, Any] | None = b"",
    *,
    status: int = 200,
    url: str = "https://api.anthropic.com/v1/messages?beta=true",
    encoding: str = "",
    method: str = "POST",
) -> http.HTTPFlow:
    """A captured call; `answer` is a stream as bytes, a message as a mapping, or None for one that never came."""
    request = http.Request.make(method, url, _bytes(body() if asked is None else asked), http.Headers(_FIELDS))
    request.timestamp_start = SENT_AT
    made = tflow.tflow(req=request)
    if answer is not None:
        streamed = isinstance(answer, bytes)
        kind = "text/event-stream; charset=utf-8" if streamed else "application/json"
        made.response = http.Response.make(status, b"", {"content-type": kind})
        made.response.content = _bytes(answer) or message_stream()
        if encoding:
            made.response.encode(encoding)
        made.response.timestamp_start, made.response.timestamp_end = SENT_AT + 0.8, SENT_AT + 2.5
    made.live = False
    return made


def _bytes(value: Mapping[str, Any] | bytes) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def flows_in(path: Path) -> list[http.HTTPFlow]:
    with path.open("rb") as file:
        every: Iterable[flow.Flow] = FlowReader(file).stream()
        return [each for each in every if isinstance(each, http.HTTPFlow)]
