"""A scripted turn as an Anthropic message, whole and as a stream of events.

Written to the Messages API reference and its "Streaming messages" page (docs.anthropic.com/en/api/messages-streaming).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.script import SEARCH, Step, Text, Thinking, Turn

STOP_WORDS = ("end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal")


def signature(thinking: str) -> str:
    """The proof that a thinking block is ours: a server refuses one it did not sign."""
    return "fake" + hashlib.sha256(thinking.encode()).hexdigest()


def message(turn: Turn, model: str, identity: str, input_tokens: int) -> dict[str, Any]:
    return _message([_block(step) for step in turn.steps], turn.finish, model, identity, input_tokens)


def search_message(query: str, model: str, identity: str, input_tokens: int) -> dict[str, Any]:
    """The answer of a model that used the server's own web search once."""
    call = f"srvtoolu_{identity}"
    found = {
        "type": "web_search_result",
        "url": "https://example.com/found",
        "title": f"About {query}",
        "encrypted_content": "ZmFrZQ==",
        "page_age": None,
    }
    blocks: list[dict[str, Any]] = [
        {"type": "server_tool_use", "id": call, "name": "web_search", "input": {"query": query}},
        {"type": "web_search_tool_result", "tool_use_id": call, "content": [found]},
        {"type": "text", "text": f"One page was found about {query}."},
    ]
    answer = _message(blocks, "", model, identity, input_tokens)
    answer["usage"]["server_tool_use"] = {"web_search_requests": 1}
    return answer


def searched_for(text: str) -> str:
    return text.split(SEARCH, 1)[1].strip() if SEARCH in text else ""


def stream(whole: dict[str, Any], chunk: int) -> Iterator[bytes]:
    """The events of a message; texts, thoughts and inputs in pieces of `chunk` characters."""
    usage = whole["usage"]
    begun = whole | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage | {"output_tokens": 1}}
    yield event("message_start", message=begun)
    yield event("ping")
    for index, block in enumerate(whole["content"]):
        yield event("content_block_start", index=index, content_block=_opened(block))
        for delta in _deltas(block, chunk):
            yield event("content_block_delta", index=index, delta=delta)
        yield event("content_block_stop", index=index)
    ended = {"stop_reason": whole["stop_reason"], "stop_sequence": whole["stop_sequence"]}
    yield event("message_delta", delta=ended, usage=usage)
    yield event("message_stop")


def event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields}, ensure_ascii=False)}\n\n".encode()


def _message(blocks: list[dict[str, Any]], finish: str, model: str, identity: str, input_tokens: int) -> dict[str, Any]:
    natural = "tool_use" if any(block["type"] == "tool_use" for block in blocks) else "end_turn"
    return {
        "id": f"msg_{identity}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": blocks,
        "stop_reason": finish or natural,
        "stop_sequence": None,
        "usage": {
            "input_tokens": input_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": max(1, len(json.dumps(blocks)) // 4),
            "service_tier": "standard",
        },
    }


def _block(step: Step) -> dict[str, Any]:
    match step:
        case Text(text):
            return {"type": "text", "text": text}
        case Thinking(text):
            return {"type": "thinking", "thinking": text, "signature": signature(text)}
        case tool:
            return {"type": "tool_use", "id": f"toolu_{tool.key}", "name": tool.name, "input": tool.input}


def _opened(block: dict[str, Any]) -> dict[str, Any]:
    match block["type"]:
        case "text":
            return block | {"text": ""}
        case "thinking":
            return block | {"thinking": "", "signature": ""}
        case "tool_use" | "server_tool_use":
            return block | {"input": {}}
        case _:
            return block


def _deltas(block: dict[str, Any], chunk: int) -> Iterator[dict[str, Any]]:
    match block["type"]:
        case "text":
            yield from ({"type": "text_delta", "text": piece} for piece in pieces(block["text"], chunk))
        case "thinking":
            yield from ({"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"], chunk))
            yield {"type": "signature_delta", "signature": block["signature"]}
        case "tool_use" | "server_tool_use":
            whole = json.dumps(block["input"], ensure_ascii=False) if block["input"] else ""
            yield from ({"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(whole, chunk)])


def pieces(text: str, chunk: int) -> Iterator[str]:
    for start in range(0, len(text), chunk):
        yield text[start : start + chunk]
