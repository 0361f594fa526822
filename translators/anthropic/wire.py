"""Stream events as they stand on the wire. Which may follow which is the writer's business."""

from __future__ import annotations

from pydantic_core import to_json

from translators.anthropic.types import (
    ContentBlock,
    ContentBlockDelta,
    ContentBlockStart,
    ContentBlockStop,
    ErrorEvent,
    MessageDelta,
    MessageStart,
    WireEvent,
    WireUsage,
)
from translators.contract import Reply
from translators.errors import Fault
from translators.events import Usage


def to_sse(event: WireEvent) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), to_json(event))


def message_start(reply: Reply, usage: Usage) -> MessageStart:
    return {
        "type": "message_start",
        "message": {
            "id": reply.message_id,
            "type": "message",
            "role": "assistant",
            "model": reply.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": wire_usage(usage) | {"output_tokens": 0},
        },
    }


def block_start(index: int, block: ContentBlock) -> ContentBlockStart:
    return {"type": "content_block_start", "index": index, "content_block": block}


def text_delta(index: int, text: str) -> ContentBlockDelta:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}


def thinking_delta(index: int, thinking: str) -> ContentBlockDelta:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "thinking_delta", "thinking": thinking}}


def signature_delta(index: int, signature: str) -> ContentBlockDelta:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "signature_delta", "signature": signature}}


def input_json_delta(index: int, partial_json: str) -> ContentBlockDelta:
    delta: ContentBlockDelta = {
        "type": "content_block_delta",
        "index": index,
        "delta": {"type": "input_json_delta", "partial_json": partial_json},
    }
    return delta


def block_stop(index: int) -> ContentBlockStop:
    return {"type": "content_block_stop", "index": index}


def message_delta(stop_reason: str, stop_sequence: str | None, usage: Usage) -> MessageDelta:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason, "stop_sequence": stop_sequence},
        "usage": wire_usage(usage),
    }


def error(fault: Fault) -> ErrorEvent:
    return {"type": "error", "error": {"type": fault.type, "message": fault.message}}


def wire_usage(usage: Usage) -> WireUsage:
    return {
        "input_tokens": usage.input or 0,
        "output_tokens": usage.output or 0,
        "cache_read_input_tokens": usage.cache_read or 0,
        "cache_creation_input_tokens": usage.cache_write or 0,
    }
