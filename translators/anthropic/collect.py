"""Stream events to one whole message, put together from the very events that a stream would have carried."""

from __future__ import annotations

from typing import Protocol

from pydantic_core import from_json, to_json

from translators.anthropic.types import ContentBlock, ContentBlockDelta, Message, WireEvent


class Sink(Protocol):
    """Made for one answer. What it returns is never empty bytes."""

    blocks: int
    thoughts_only: bool

    def put(self, events: list[WireEvent]) -> list[bytes]: ...


class Collector:
    """Gives out the whole message at its end, and nothing at all for an answer that failed."""

    blocks = 0
    thoughts_only = False

    def __init__(self) -> None:
        self._message: Message | None = None
        self._pieces: list[str] = []  # of the open block
        self._signature = ""

    def put(self, events: list[WireEvent]) -> list[bytes]:
        done = [event for event in events if self._take(event)]
        # JSON has no infinity, which a number such as 1e999 is read as: JavaScript too writes null for it.
        return [to_json(self._message, inf_nan_mode="null")] if done else []

    def _take(self, event: WireEvent) -> bool:
        """Whether the message is whole."""
        if event["type"] == "message_start":
            self._message = event["message"].copy()
            self._message["content"] = []
        elif self._message is None or event["type"] == "error":
            return False
        elif event["type"] == "content_block_start":
            self._message["content"].append(event["content_block"].copy())
        elif event["type"] == "content_block_delta":
            self._add(event)
        elif event["type"] == "content_block_stop":
            self._fill(self._message["content"][-1])
        elif event["type"] == "message_delta":
            self._message["stop_reason"] = event["delta"]["stop_reason"]
            self._message["stop_sequence"] = event["delta"]["stop_sequence"]
            self._message["usage"] = event["usage"]
        return event["type"] == "message_stop"

    def _add(self, event: ContentBlockDelta) -> None:
        delta = event["delta"]
        if delta["type"] == "text_delta":
            self._pieces.append(delta["text"])
        elif delta["type"] == "thinking_delta":
            self._pieces.append(delta["thinking"])
        elif delta["type"] == "input_json_delta":
            self._pieces.append(delta["partial_json"])
        else:
            self._signature = delta["signature"]

    def _fill(self, block: ContentBlock) -> None:
        said = "".join(self._pieces)
        self._pieces.clear()
        if block["type"] == "text":
            block["text"] = said
        elif block["type"] == "thinking":
            block["thinking"] = said
            block["signature"] = self._signature
        else:
            block["input"] = from_json(said) if said else {}
