from __future__ import annotations

import pytest

from tests.support import grammar
from translators.anthropic.stream import LONG_TEXT, Stream
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

REPLY = Reply("msg_1", "claude", streams=True, input_estimate=5)
START: list[WireEvent] = [message_start(REPLY, Usage(5, 1))]
THINKING: list[WireEvent] = [
    block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
    thinking_delta(0, "hm"),
]
THINKING_END: list[WireEvent] = [
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
FAULT: WireEvent = error(Fault("server", "api_error", 502, "broke off"))


def one_by_one(stream: Stream, events: list[WireEvent]) -> list[bytes]:
    return [b"".join(stream.put([event])) for event in events]


def test_a_client_that_does_not_repeat_is_given_everything_at_once() -> None:
    given = one_by_one(Stream("m", repeats=False), START + THINKING + THINKING_END + TEXT + TEXT_END + CALL + END)
    assert all(given)
    assert grammar.check(b"".join(given)).complete


def test_for_one_that_repeats_a_short_text_after_thinking_and_what_follows_waits_for_a_good_end() -> None:
    stream = Stream("m", repeats=True)
    at_once = THINKING + THINKING_END
    given = one_by_one(stream, [*START, *at_once, *TEXT, *TEXT_END, *CALL, *END])
    assert all(given[1 : 1 + len(at_once)])
    assert given[1 + len(at_once) : -2] == [b""] * len(TEXT + TEXT_END + CALL)
    assert [block["type"] for block in grammar.check(b"".join(given)).content] == ["thinking", "text", "tool_use"]


def test_a_long_text_after_thinking_streams_from_there_on() -> None:
    stream = Stream("m", repeats=True)
    long, more = text_delta(1, "x" * (LONG_TEXT + 1)), text_delta(1, "y")
    given = one_by_one(
        stream,
        [*START, *THINKING, *THINKING_END, TEXT[0], long, more, *TEXT_END, message_delta("end_turn", None, Usage(5, 1)), END[1]],
    )
    assert [bool(piece) for piece in given[-6:]] == [False, True, True, False, True, True]
    assert grammar.check(b"".join(given)).content[1]["text"] == "x" * (LONG_TEXT + 1) + "y"


def test_a_first_text_streams_but_its_end_waits() -> None:
    stream = Stream("m", repeats=True)
    text: list[WireEvent] = [block_start(0, {"type": "text", "text": ""}), text_delta(0, "so"), block_stop(0)]
    call: list[WireEvent] = [block_start(1, {"type": "tool_use", "id": "t", "name": "n", "input": {}}), block_stop(1)]
    given = one_by_one(stream, [*START, *text, *call, *END])
    assert [bool(piece) for piece in given] == [False, True, True, False, False, False, True, True]
    assert grammar.check(b"".join(given)).complete


def test_tool_calls_that_come_first_come_with_the_end() -> None:
    stream = Stream("m", repeats=True)
    call: list[WireEvent] = [block_start(0, {"type": "tool_use", "id": "t", "name": "n", "input": {}}), block_stop(0)]
    given = one_by_one(stream, [*START, *call, FAULT])
    assert not any(given)
    assert stream.thoughts_only is False


def test_a_failure_drops_what_waits() -> None:
    text: list[WireEvent] = [block_start(0, {"type": "text", "text": ""}), text_delta(0, "so"), block_stop(0)]
    given = b"".join(one_by_one(Stream("m", repeats=True), [*START, *text, FAULT]))
    assert grammar.check(given).error == {"type": "api_error", "message": "broke off"}
    assert b"content_block_stop" not in given
    assert b"broke off" in b"".join(Stream("m", repeats=True).put([FAULT]))


def test_after_an_earlier_attempts_thinking_a_short_text_waits_too() -> None:
    stream = Stream("m", repeats=True, blocks_given=1)
    assert not any(one_by_one(stream, TEXT))
    assert one_by_one(stream, TEXT_END + END)[1:] != [b"", b""]


@pytest.mark.parametrize("repeats", [True, False])
def test_a_failure_amid_thinking_closes_its_block_and_is_not_told(repeats: bool) -> None:
    stream = Stream("m", repeats=repeats)
    given = b"".join(one_by_one(stream, [*START, *THINKING, FAULT]))
    assert b"error" not in given
    assert given.endswith(b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n')
    assert b'"signature":"m"' in given
    assert (stream.blocks, stream.thoughts_only) == (1, True)


def test_a_failure_after_thinking_is_not_told() -> None:
    stream = Stream("m", repeats=True)
    assert one_by_one(stream, [*START, *THINKING, *THINKING_END, FAULT])[-1] == b""
    assert (stream.blocks, stream.thoughts_only) == (1, True)


def test_a_failure_after_thinking_and_text_is_told() -> None:
    stream = Stream("m", repeats=False)
    assert b"broke off" in one_by_one(stream, [*START, *THINKING, *THINKING_END, *TEXT, FAULT])[-1]
    assert stream.thoughts_only is False


def test_thinking_after_a_text_does_not_count_as_thoughts_only() -> None:
    stream = Stream("m", repeats=False)
    more: WireEvent = block_start(2, {"type": "thinking", "thinking": "", "signature": ""})
    one_by_one(stream, [*START, *THINKING, *THINKING_END, *TEXT, *TEXT_END, more])
    assert stream.thoughts_only is False


def test_many_events_at_once_are_one_piece() -> None:
    stream = Stream("m", repeats=True)
    assert len(stream.put(START + THINKING)) == 1
    assert stream.put([]) == []
