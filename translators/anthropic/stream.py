"""Stream events to bytes, and how much of the answer the client was given by them.

Claude Code takes over each block as it stops. An answer that fails within its first block it asks for again, unseen; one that
fails later it shows as `API Error`, and the turn is over. (Seen on the client, 2.1.197, with error events at every place.) Two
things keep it from that. A failure after nothing but thinking is kept from the client: its block is closed, and another
attempt goes on from there. And a client that `repeats` is given an answer in the order of what it can still take back:
thinking as it comes; a first text as it comes, but its end not before the message ends well; a text after thinking once it
is long enough to be the answer itself; tool calls with the end of the message, for nobody watches them come.
"""

from __future__ import annotations

from typing import Literal

from translators.anthropic.types import ErrorEvent, WireEvent
from translators.anthropic.wire import block_stop, signature_delta, to_sse

LONG_TEXT = 400
"""Characters. A text that is shorter often leads up to a tool call, whose arguments take the longest and break off most."""

type _Kind = Literal["", "thinking", "text", "tool_use"]


class Stream:
    """A sink for one answer. `mark` signs thinking that is broken off; `blocks_given` of thinking came from an earlier attempt.

    `blocks` were given whole. `thoughts_only`: something was given, but no text and no tool call.
    """

    def __init__(self, mark: str, *, repeats: bool, blocks_given: int = 0) -> None:
        self.blocks = 0
        self.thoughts_only = False
        self._mark = mark
        self._repeats = repeats
        self._given: _Kind = ""  # the last block that was given
        self._given_index = 0
        self._given_open = False
        # Of a client that repeats:
        self._held: list[WireEvent] = []
        self._coming: _Kind = ""  # the last block that came
        self._thought_before = blocks_given > 0
        self._short_text = 0  # characters of a text that is held until it is long
        self._to_the_end = False  # what is held now waits for the message's end

    def put(self, events: list[WireEvent]) -> list[bytes]:
        if len(events) == 1 and not self._held and events[0]["type"] == "content_block_delta":
            return [to_sse(events[0])]
        given = b"".join([self._pass(event) for event in events])
        return [given] if given else []

    def _pass(self, event: WireEvent) -> bytes:
        if event["type"] == "error":
            return self._fail(event)
        self._held.append(event)
        if self._repeats and event["type"] not in ("message_delta", "message_stop") and self._waits(event):
            return b""
        held, self._held = self._held, []
        return b"".join([self._give(event) for event in held])

    def _waits(self, event: WireEvent) -> bool:
        if event["type"] == "content_block_start":
            self._comes(event["content_block"]["type"])
        elif event["type"] == "content_block_delta" and self._short_text and event["delta"]["type"] == "text_delta":
            self._short_text += len(event["delta"]["text"])
            if self._short_text > LONG_TEXT:
                self._short_text = 0
        elif event["type"] == "content_block_stop" and self._coming == "text":
            self._to_the_end = True
        return event["type"] == "message_start" or self._to_the_end or self._short_text > 0

    def _comes(self, kind: _Kind) -> None:
        self._coming = kind
        if kind == "tool_use":
            self._to_the_end = True
        elif kind == "text" and self._thought_before:
            self._short_text = 1
        self._thought_before = self._thought_before or kind == "thinking"

    def _give(self, event: WireEvent) -> bytes:
        if event["type"] == "content_block_start":
            kind = event["content_block"]["type"]
            self.thoughts_only = kind == "thinking" and (self._given == "" or self.thoughts_only)
            self._given, self._given_index, self._given_open = kind, event["index"], True
        elif event["type"] == "content_block_stop":
            self._given_open = False
            self.blocks += 1
        return to_sse(event)

    def _fail(self, event: ErrorEvent) -> bytes:
        nothing_given = self._given == ""
        held, self._held = self._held, []
        if nothing_given and held:
            return b""  # nobody's answer so far: the host may ask another, or answer with a status
        if nothing_given or not self.thoughts_only:
            return to_sse(event)
        if not self._given_open:
            return b""
        self._given_open = False
        self.blocks += 1
        return to_sse(signature_delta(self._given_index, self._mark)) + to_sse(block_stop(self._given_index))
