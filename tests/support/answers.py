"""Answers of chat-completions servers, and exchanges to read them with."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from anthropic import Anthropic
from anthropic.types import Message

from translators.contract import Reply, Target, WireRequest
from translators.exchange import Exchange
from translators.openai_chat.dialect import OPENAI_CHAT

TARGET = Target("acme", "acme-1", "https://acme.example/v1")
WIRE = WireRequest("https://acme.example/v1/chat/completions", {}, b"", streams=True)
INPUT_ESTIMATE = 321


def exchange(*, streams: bool = True, names: dict[str, str] | None = None) -> Exchange:
    wire = WireRequest(WIRE.url, {}, b"", streams=streams, tool_names=names or {})
    return Exchange(OPENAI_CHAT, TARGET, wire, Reply("msg_0123", "claude-test", streams, INPUT_ESTIMATE))


def sse(*documents: Any) -> bytes:
    """Each as one event: bytes as they are, anything else as JSON."""
    return b"".join(
        b"data: " + (document if isinstance(document, bytes) else json.dumps(document).encode()) + b"\n\n"
        for document in documents
    )


def delta(**fields: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "model": "acme-1-0601",
        "choices": [{"index": 0, "delta": fields}],
    }


def call(arguments: Any = None, *, index: int | None = 0, id: str | None = None, name: str | None = None) -> dict[str, Any]:  # noqa: A002 - the wire's word
    """One entry of `tool_calls`; None leaves a field away."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    entry = {key: value for key, value in (("index", index), ("id", id)) if value is not None}
    return entry | {"function": function}


def calls(*entries: dict[str, Any]) -> dict[str, Any]:
    return delta(tool_calls=list(entries))


def finish(reason: str | None = "stop", **fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]} | fields


def message(finish_reason: str | None = "stop", *, usage: dict[str, Any] | None = None, **fields: Any) -> bytes:
    """A whole answer."""
    choice = {"index": 0, "message": {"role": "assistant"} | fields, "finish_reason": finish_reason}
    document: dict[str, Any] = {"id": "chatcmpl-1", "model": "acme-1-0601", "choices": [choice]}
    return json.dumps(document | ({"usage": usage} if usage else {})).encode()


def run(given: Exchange, data: bytes, *, size: int = 0, cut: str = "") -> bytes:
    """All of the answer to a stream, fed in pieces of `size` bytes, or at once."""
    step = size or max(len(data), 1)
    out = [piece for at in range(0, len(data), step) for piece in given.feed(data[at : at + step])]
    out += given.close(cut)
    assert b"" not in out
    return b"".join(out)


def as_sdk_reads(answer: bytes, *, streams: bool = True) -> Message:
    """The message that Anthropic's own client library makes of an answer. Raises what it raises."""
    kind = "text/event-stream" if streams else "application/json"
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, headers={"content-type": kind}, content=answer))
    client = Anthropic(api_key="x", base_url="http://test", http_client=httpx2.Client(transport=transport), max_retries=0)
    question: Any = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    if not streams:
        return client.messages.create(**question)  # type: ignore[no-any-return]
    with client.messages.stream(**question) as stream:
        return stream.get_final_message()
