"""A stream of Anthropic's events put together to a whole message, and a whole message taken apart to events.

Blocks of kinds that nobody here knows come through: a block is what its start says, with what its deltas add.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json, to_json

from translators.contract import JsonObject
from translators.errors import BadAnswer

# Which field of its block a delta adds to, by the delta's type.
_ADDS_TEXT = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


class Assembler:
    """Made for one answer. `message` is whole after `message_stop`."""

    def __init__(self) -> None:
        self.message: JsonObject = {}
        self._blocks: dict[Any, JsonObject] = {}
        self._inputs: dict[Any, list[str]] = {}

    def add(self, event: JsonObject) -> None:
        match event.get("type"):
            case "message_start" if isinstance(event.get("message"), dict):
                self.message = {**event["message"], "content": []}
            case "content_block_start" if isinstance(event.get("content_block"), dict):
                block = dict(event["content_block"])
                self._blocks[event.get("index")] = block
                self.message.setdefault("content", []).append(block)
            case "content_block_delta" if isinstance(event.get("delta"), dict):
                self._add_delta(event.get("index"), event["delta"])
            case "content_block_stop":
                self._close(event.get("index"))
            case "message_delta":
                self._add_end(event)

    def _add_delta(self, index: Any, delta: JsonObject) -> None:
        block = self._blocks.get(index)
        if block is None:
            raise BadAnswer(f"a delta belongs to block {index}, which was not opened")
        kind = delta.get("type")
        if field := _ADDS_TEXT.get(str(kind)):
            block[field] = f"{block.get(field) or ''}{delta.get(field) or ''}"
        elif kind == "input_json_delta":
            self._inputs.setdefault(index, []).append(str(delta.get("partial_json") or ""))
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or []), delta.get("citation")]

    def _close(self, index: Any) -> None:
        text = "".join(self._inputs.pop(index, ()))
        if text:
            try:
                self._blocks[index]["input"] = from_json(text)
            except ValueError as error:
                raise BadAnswer(f"the model's arguments for the tool `{self._blocks[index].get('name')}` are not JSON") from error

    def _add_end(self, event: JsonObject) -> None:
        """`message_delta` carries what was not known at the start, some of it beside its `delta`."""
        delta, usage = event.get("delta"), event.get("usage")
        self.message |= {name: value for name, value in event.items() if name not in ("type", "delta", "usage")}
        self.message |= delta if isinstance(delta, dict) else {}
        if isinstance(usage, dict):
            told = {name: value for name, value in usage.items() if value is not None}
            self.message["usage"] = {**(self.message.get("usage") or {}), **told}


def is_message(value: Any) -> bool:
    """Whether a JSON value is a whole message, of which nothing but its content matters here."""
    if not isinstance(value, dict) or value.get("error"):
        return False
    content = value.get("content")
    return isinstance(content, list) and all(isinstance(block, dict) for block in content)


def take_apart(message: JsonObject) -> Iterator[JsonObject]:
    """The events that a stream of the message would have had, a delta for each block."""
    usage = message.get("usage") or {}
    start = {**message, "content": [], "stop_reason": None, "stop_sequence": None, "usage": {**usage, "output_tokens": 0}}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(message["content"]):
        yield from _events_of(index, block)
    delta = {"stop_reason": message.get("stop_reason"), "stop_sequence": message.get("stop_sequence")}
    yield {"type": "message_delta", "delta": delta, "usage": usage}
    yield {"type": "message_stop"}


def _events_of(index: int, block: JsonObject) -> Iterator[JsonObject]:
    empty, deltas = _emptied(block)
    yield {"type": "content_block_start", "index": index, "content_block": empty}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _emptied(block: JsonObject) -> tuple[JsonObject, list[JsonObject]]:
    """The block as it starts, and the deltas that fill it. Kinds that have no deltas start full."""
    match block.get("type"):
        case "text":
            citations = [{"type": "citations_delta", "citation": citation} for citation in block.get("citations") or ()]
            return {**block, "text": ""} | ({"citations": []} if citations else {}), [
                *citations,
                {"type": "text_delta", "text": block.get("text") or ""},
            ]
        case "thinking":
            thinking = {"type": "thinking_delta", "thinking": block.get("thinking") or ""}
            signature = {"type": "signature_delta", "signature": block.get("signature") or ""}
            return {**block, "thinking": "", "signature": ""}, [thinking, signature]
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            arguments = to_json(block.get("input") or {}).decode()
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": arguments}]
        case _:
            return block, []


def to_sse(event: JsonObject) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (str(event["type"]).encode(), to_json(event, inf_nan_mode="null"))
