"""What the host wants to know of an answer that goes through as it came: usage, why it ended, the tool calls."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json, to_json

from translators.anthropic.count import Count
from translators.contract import JsonObject, Reply
from translators.events import Usage
from translators.outcome import CallRecord, Outcome

_SPOKEN = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
# A provider may finish without a word only for a reason of its own; otherwise the answer is empty.
_REASONS_TO_SAY_SOMETHING = ("", "end_turn", "stop_sequence", "tool_use")


class Watch:
    """Made for one answer. Looks at every event and writes down in `outcome` what it learns."""

    def __init__(self, outcome: Outcome, reply: Reply) -> None:
        self.blocks = 0
        self._outcome = outcome
        self._count = Count(reply.input_estimate)
        self._usage = Usage()
        self._open: dict[Any, tuple[CallRecord, list[str]]] = {}

    @property
    def says_nothing(self) -> bool:
        return not self.blocks and self._outcome.upstream_reason in _REASONS_TO_SAY_SOMETHING

    def see(self, event: JsonObject) -> None:
        match event.get("type"):
            case "message_start" if isinstance(event.get("message"), dict):
                self._outcome.model = str(event["message"].get("model") or "")
                self._learn(event["message"].get("usage"))
            case "content_block_start" if isinstance(event.get("content_block"), dict):
                self._start(event.get("index"), event["content_block"])
            case "content_block_delta" if isinstance(event.get("delta"), dict):
                self._spoken(event.get("index"), event["delta"])
            case "content_block_stop":
                self._stop(event.get("index"))
            case "message_delta" if isinstance(event.get("delta"), dict):
                self._outcome.upstream_reason = str(event["delta"].get("stop_reason") or "")
                self._outcome.stop_reason = self._outcome.upstream_reason
                self._learn(event.get("usage"))

    def end(self) -> None:
        """Fills in the usage, by estimate where the provider did not tell, and the calls that were left open."""
        for index in list(self._open):
            self._stop(index)
        self._outcome.usage, self._outcome.usage_estimated = self._count.usage()

    def _start(self, index: Any, block: JsonObject) -> None:
        self.blocks += 1
        if block.get("type") == "tool_use":
            record = CallRecord(str(block.get("id") or ""), str(block.get("name") or ""))
            self._outcome.calls.append(record)
            given = block.get("input")
            self._open[index] = record, []
            record.input = to_json(given or {}, inf_nan_mode="null").decode()

    def _spoken(self, index: Any, delta: JsonObject) -> None:
        text = delta.get(_SPOKEN.get(str(delta.get("type")), ""))
        if not isinstance(text, str):
            return
        self._count.add(text)
        if delta["type"] == "input_json_delta" and index in self._open:
            self._open[index][1].append(text)

    def _stop(self, index: Any) -> None:
        if index in self._open:
            record, pieces = self._open.pop(index)
            record.arguments = "".join(pieces)
            record.input = record.arguments or record.input

    def broken_call(self) -> str:
        """The name of a tool whose arguments came to an end that is not JSON; "" if there is none."""
        return next((record.name for record in self._outcome.calls if not _is_json(record.input)), "")

    def _learn(self, usage: Any) -> None:
        """Later counts stand over earlier ones; a field that is left out keeps what was told before."""
        if not isinstance(usage, dict):
            return
        before = self._usage
        cache_read = _count(usage, "cache_read_input_tokens", before.cache_read)
        cache_write = _count(usage, "cache_creation_input_tokens", before.cache_write)
        told = _count(usage, "input_tokens", before.input)
        # Several third parties send 0 at the start and the count at the end, or never.
        self._usage = Usage(
            input=told if told or cache_read or cache_write else None,
            output=_count(usage, "output_tokens", before.output),
            cache_read=cache_read,
            cache_write=cache_write,
        )
        self._count.learn(self._usage)


def _count(usage: JsonObject, name: str, before: int | None) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else before


def _is_json(text: str) -> bool:
    try:
        from_json(text)
    except ValueError:
        return False
    return True
