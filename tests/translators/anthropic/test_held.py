from __future__ import annotations

from tests.support import grammar
from translators.anthropic.held import HeldStream
from translators.anthropic.types import WireEvent
from translators.anthropic.wire import (
    block_start,
    block_stop,
    error,
    input_json_delta,
    message_delta,
    message_start,
    text_delta,
    thinking_delta,
)
from translators.contract import Reply
from translators.errors import Fault
from translators.events import Usage

REPLY = Reply("msg_1", "claude", streams=True, input_estimate=5, repeats=True)
START: list[WireEvent] = [message_start(REPLY, Usage(5, 1))]
THINKING: list[WireEvent] = [
    block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
    thinking_delta(0, "hm"),
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
    block_stop(0),
]
TEXT: list[WireEvent] = [block_start(1, {"type": "text", "text": ""}), text_delta(1, "so")]
TEXT_END: list[WireEvent] = [block_stop(1)]
CALL: list[WireEvent] = [
    block_start(2, {"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}),
    input_json_delta(2, "{}"),
    block_stop(2),
]
END: list[WireEvent] = [message_delta("tool_use", None, Usage(5, 1)), {"type": "message_stop"}]


def one_by_one(events: list[WireEvent]) -> list[list[bytes]]:
    sink = HeldStream()
    return [sink.put([event]) for event in events]


def test_everything_up_to_the_end_of_the_first_text_streams_and_the_rest_comes_with_the_end() -> None:
    events = START + THINKING + TEXT + TEXT_END + CALL + END
    given = one_by_one(events)
    at_once = len(START + THINKING + TEXT)
    assert all(given[:at_once])
    assert given[at_once : len(events) - 2] == [[]] * len(TEXT_END + CALL)
    answer = grammar.check(b"".join(piece for pieces in given for piece in pieces))
    assert [block["type"] for block in answer.content] == ["thinking", "text", "tool_use"]


def test_a_tool_call_that_comes_first_streams_too() -> None:
    given = one_by_one(
        [*START, block_start(0, {"type": "tool_use", "id": "t", "name": "n", "input": {}}), input_json_delta(0, "{")]
    )
    assert all(given)


def test_a_failure_drops_what_waits_so_that_nothing_complete_was_given() -> None:
    fault = Fault("server", "api_error", 502, "broke off")
    given = one_by_one(START + THINKING + TEXT + TEXT_END + CALL + [error(fault)])
    answer = grammar.check(b"".join(piece for pieces in given for piece in pieces))
    assert answer.error == {"type": "api_error", "message": "broke off"}
    assert b'"index":2' not in b"".join(piece for pieces in given for piece in pieces)


def test_many_events_at_once_are_one_piece() -> None:
    sink = HeldStream()
    assert len(sink.put(START + TEXT)) == 1
    assert sink.put([]) == []
