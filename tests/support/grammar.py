"""An independent judge of what the client is sent: it shares no code with the writer.

The rules are those of Anthropic's API reference (Streaming Messages), read strictly.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_EVENT = re.compile(rb"event: ([a-z_]+)\ndata: ([^\n]+)\n\n")
_DELTAS = {
    "text": {"text_delta": "text"},
    "thinking": {"thinking_delta": "thinking", "signature_delta": "signature"},
    "tool_use": {"input_json_delta": "partial_json"},
}
_STARTS: dict[str, dict[str, Any]] = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
}
_STOP_REASONS = {"end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal", "pause_turn"}
_USAGE = {"input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"}


@dataclass
class Answer:
    """What a client makes of a stream. `inputs` are the tool calls' arguments as text, by block number."""

    start: dict[str, Any] = field(default_factory=dict)
    content: list[dict[str, Any]] = field(default_factory=list)
    inputs: dict[int, str] = field(default_factory=dict)
    deltas: list[int] = field(default_factory=list)
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: dict[str, int] = field(default_factory=dict)
    error: dict[str, str] | None = None
    complete: bool = False
    pings: int = 0

    def types(self) -> list[str]:
        return [block["type"] for block in self.content]


def events(stream: bytes) -> list[dict[str, Any]]:
    found, at = [], 0
    while at < len(stream):
        match = _EVENT.match(stream, at)
        assert match, f"not an event: {stream[at : at + 200]!r}"
        event = json.loads(match[2])
        assert event["type"] == match[1].decode(), "the event line and the type differ"
        found.append(event)
        at = match.end()
    return found


def check(stream: bytes, *, unfinished: bool = False) -> Answer:
    """Asserts that the stream is well formed, to its end unless `unfinished`, and returns what it says."""
    answer = Answer()
    open_block: int | None = None
    for event in events(stream):
        assert not answer.complete, "something follows message_stop"
        assert answer.error is None, "something follows an error"
        kind = event["type"]
        if kind == "ping":
            assert event == {"type": "ping"}
            answer.pings += 1
            continue
        if kind == "error":
            assert set(event["error"]) == {"type", "message"}
            assert event["error"]["message"]
            answer.error = event["error"]
            continue
        assert bool(answer.start) != (kind == "message_start"), f"{kind} at the wrong place"
        assert not answer.stop_reason or kind == "message_stop", f"{kind} after message_delta"
        match kind:
            case "message_start":
                _start(answer, event["message"])
            case "content_block_start":
                assert open_block is None, "a block opens inside another"
                open_block = _open(answer, event)
            case "content_block_delta":
                assert event["index"] == open_block, "a delta for a block that is not open"
                _delta(answer, event)
            case "content_block_stop":
                assert event["index"] == open_block, "a stop for a block that is not open"
                _close(answer, answer.content[event["index"]])
                open_block = None
            case "message_delta":
                assert open_block is None, "the message ends inside a block"
                _end(answer, event)
            case "message_stop":
                assert answer.stop_reason, "message_stop without message_delta"
                answer.complete = True
            case _:
                raise AssertionError(f"unknown event {kind}")
    assert unfinished or answer.complete or answer.error, "the stream has no end"
    return answer


def _start(answer: Answer, message: dict[str, Any]) -> None:
    assert message["type"] == "message"
    assert message["role"] == "assistant"
    assert message["id"].startswith("msg_")
    assert message["content"] == []
    assert message["stop_reason"] is None
    assert message["stop_sequence"] is None
    _usage(message["usage"])
    assert message["usage"]["input_tokens"] + message["usage"]["cache_read_input_tokens"] > 0
    answer.start = message


def _open(answer: Answer, event: dict[str, Any]) -> int:
    index, block = event["index"], event["content_block"]
    assert isinstance(index, int)
    assert index == len(answer.content), "block numbers have a hole"
    if block["type"] == "tool_use":
        assert set(block) == {"type", "id", "name", "input"}
        assert block["id"]
        assert block["name"]
        assert block["input"] == {}
        assert block["id"] not in [other.get("id") for other in answer.content], "two calls have one id"
        answer.inputs[index] = ""
    else:
        assert block == _STARTS[block["type"]]
    answer.content.append(dict(block))
    return index


def _delta(answer: Answer, event: dict[str, Any]) -> None:
    index, delta = event["index"], event["delta"]
    block = answer.content[index]
    name = _DELTAS[block["type"]][delta["type"]]
    assert set(delta) == {"type", name}
    answer.deltas.append(index)
    if name == "signature":
        assert block["signature"] == "", "two signatures"
        block["signature"] = delta["signature"]
        return
    assert delta[name], "an empty delta"
    assert not block.get("signature"), "thinking goes on after its signature"
    if name == "partial_json":
        answer.inputs[index] += delta["partial_json"]
    else:
        block[name] += delta[name]


def _close(answer: Answer, block: dict[str, Any]) -> None:
    index = len(answer.content) - 1
    if block["type"] == "thinking":
        assert block["signature"], "a thinking block without a signature"
    if block["type"] == "tool_use":
        try:
            block["input"] = json.loads(answer.inputs[index] or "{}")
        except ValueError:
            block["input"] = None  # only where the limit cut it off


def _end(answer: Answer, event: dict[str, Any]) -> None:
    assert set(event["delta"]) == {"stop_reason", "stop_sequence"}
    answer.stop_reason = event["delta"]["stop_reason"]
    answer.stop_sequence = event["delta"]["stop_sequence"]
    assert answer.stop_reason in _STOP_REASONS
    assert (answer.stop_sequence is not None) == (answer.stop_reason == "stop_sequence")
    calls = [block for block in answer.content if block["type"] == "tool_use"]
    assert calls or answer.stop_reason != "tool_use", "tool_use without a call"
    for block in calls:
        assert isinstance(block["input"], dict) or answer.stop_reason == "max_tokens", "a broken call passed off as a whole one"
    _usage(event["usage"])
    answer.usage = event["usage"]


def _usage(usage: dict[str, Any]) -> None:
    assert set(usage) == _USAGE
    assert all(isinstance(count, int) and count >= 0 for count in usage.values())
