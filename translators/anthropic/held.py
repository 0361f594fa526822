"""A stream for a client that repeats an answer which breaks off, as long as nothing of it was complete.

Claude Code takes over each text and tool call as soon as its block stops. An answer that fails after that is shown as an error
and ends the turn; one that fails earlier is asked for again, unseen. (Seen on the client, 2.1.197: an error event within the
first text block is followed by a request with `stream: false`, one after that block by `API Error`.) So the first text streams as
it comes, its end and all that follows wait until the message ends well, and a failure drops what waits.
"""

from __future__ import annotations

from translators.anthropic.types import WireEvent
from translators.anthropic.wire import to_sse


class HeldStream:
    """A sink for one answer. What waits is bounded by what an answer may hold at all."""

    def __init__(self) -> None:
        self._thinking = False  # the open block is one that completes nothing
        self._held: list[bytes] | None = None

    def put(self, events: list[WireEvent]) -> list[bytes]:
        given = b"".join([piece for event in events for piece in self._pass(event)])
        return [given] if given else []

    def _pass(self, event: WireEvent) -> list[bytes]:
        kind = event["type"]
        if event["type"] == "content_block_start":
            self._thinking = event["content_block"]["type"] == "thinking"
        elif kind == "content_block_stop" and not self._thinking and self._held is None:
            self._held = []
        elif kind == "error":
            self._held = None
        elif kind == "message_delta":
            held, self._held = self._held or [], None
            return [*held, to_sse(event)]
        if self._held is None:
            return [to_sse(event)]
        self._held.append(to_sse(event))
        return []
