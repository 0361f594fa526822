"""Answers as Anthropic's API gives them, byte for byte, for servers that are asked in its place."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.http import HttpRequest
from tests.support.upstream import Says

MODEL = "claude-opus-4-8"
USAGE: dict[str, int] = {"input_tokens": 25, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 5, "output_tokens": 1}
START: dict[str, Any] = {
    "type": "message",
    "id": "msg_01",
    "role": "assistant",
    "model": MODEL,
    "content": [],
    "stop_reason": None,
    "usage": USAGE,
}
# Spaces, field order and fields that no reference has are its own.
EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": START},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Grüß "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Gott"}, "news": [1, 2]},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 12}},
    {"type": "message_stop"},
]
STREAM = b"".join(b"event: %b\ndata: %b   \n\n" % (event["type"].encode(), json.dumps(event).encode()) for event in EVENTS)
SAID = {"content": [{"type": "text", "text": "Grüß Gott"}], "stop_reason": "end_turn", "usage": {**USAGE, "output_tokens": 12}}
WHOLE = json.dumps({**START, **SAID}, indent=1).encode()

HEADERS = {
    "request-id": "req_of_anthropic",
    "anthropic-organization-id": "org-1",
    "anthropic-ratelimit-unified-status": "allowed",
    "anthropic-ratelimit-unified-reset": "1767225600",
    "cf-ray": "8f0",
    "server": "cloudflare",
    "x-envoy-upstream-service-time": "1234",
}


def answer(request: HttpRequest) -> Says:
    """A short text; the counts and models of a far-off day; else what a stranger's path gets."""
    if request.path == "/v1/messages":
        streams = json.loads(request.body).get("stream") is True
        kind = "text/event-stream; charset=utf-8" if streams else "application/json"
        return Says(STREAM if streams else WHOLE, {"content-type": kind, **HEADERS})
    known = {
        "/v1/messages/count_tokens": b'{"input_tokens": 4711}',
        "/v1/models": b'{"data": [], "has_more": false, "first_id": null, "last_id": null}',
        "/v1/models/claude-x": b'{"id": "claude-x", "type": "model"}',
        "/api/claude_code/settings": b'{"settings": {}}',
    }
    if request.path in known:
        return Says(known[request.path], {"content-type": "application/json", **HEADERS})
    return Says(b'{"type": "error", "error": {"type": "not_found_error", "message": "Not found"}}', status=404)
