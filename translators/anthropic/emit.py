"""Stream events one after another: what was opened, how it is numbered, what was not taken yet."""

from __future__ import annotations

from translators.anthropic import wire
from translators.anthropic.blocks import ProseKind
from translators.anthropic.count import Count
from translators.anthropic.types import ContentBlock, WireEvent
from translators.contract import Reply
from translators.errors import Fault
from translators.events import Usage


class Emitter:
    """The writer's hand. Made for one answer; `begun` says that it opened a block."""

    def __init__(self, reply: Reply, count: Count) -> None:
        self.begun = False
        self._reply = reply
        self._count = count
        self._index = reply.blocks_given
        self._out: list[WireEvent] = []

    def take(self) -> list[WireEvent]:
        """What came since the last time."""
        out, self._out = self._out, []
        return out

    def open(self, block: ContentBlock) -> None:
        if not self.begun:
            self.begun = True
            if not self._reply.blocks_given:
                self._out.append(wire.message_start(self._reply, self._count.usage()[0]))
        self._out.append(wire.block_start(self._index, block))

    def open_prose(self, kind: ProseKind) -> None:
        if kind == "text":
            self.open({"type": "text", "text": ""})
        else:
            self.open({"type": "thinking", "thinking": "", "signature": ""})

    def prose(self, kind: ProseKind, text: str) -> None:
        self._out.append(wire.text_delta(self._index, text) if kind == "text" else wire.thinking_delta(self._index, text))

    def signature(self, signature: str) -> None:
        self._out.append(wire.signature_delta(self._index, signature))

    def json(self, partial_json: str) -> None:
        if partial_json:
            self._out.append(wire.input_json_delta(self._index, partial_json))

    def stop(self) -> None:
        self._out.append(wire.block_stop(self._index))
        self._index += 1

    def end(self, stop_reason: str, stop_sequence: str | None, usage: Usage) -> None:
        self._out += [wire.message_delta(stop_reason, stop_sequence, usage), {"type": "message_stop"}]

    def error(self, fault: Fault) -> None:
        self._out.append(wire.error(fault))
