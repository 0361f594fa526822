from __future__ import annotations

import json

from translators.anthropic.collect import Collector
from translators.anthropic.stream import Stream
from translators.anthropic.types import WireEvent
from translators.anthropic.wire import block_start, block_stop, error, input_json_delta, message_delta, message_start
from translators.contract import Reply
from translators.errors import Fault
from translators.events import Usage

START = message_start(Reply("msg_1", "m", streams=True, input_estimate=1), Usage(input=1, output=9))
FAULT = error(Fault("server", "api_error", 502, "broke"))


def whole(partial_json: str) -> bytes:
    events: list[WireEvent] = [
        START,
        block_start(0, {"type": "tool_use", "id": "i", "name": "f", "input": {}}),
        input_json_delta(0, partial_json),
        block_stop(0),
        message_delta("tool_use", None, Usage(input=1, output=2)),
    ]
    collector = Collector()
    assert [collector.put([event]) for event in events] == [[]] * 5
    [answer] = collector.put([{"type": "message_stop"}])
    return answer


def test_the_message_is_given_out_once_it_is_whole() -> None:
    message = json.loads(whole('{"a": ["é", 1.5]}'))
    assert message["content"][0]["input"] == {"a": ["é", 1.5]}
    assert message["stop_reason"] == "tool_use"
    assert message["usage"]["output_tokens"] == 2


def test_what_json_cannot_say_is_null() -> None:
    assert json.loads(whole('{"a": 1e999}'))["content"][0]["input"] == {"a": None}


def test_a_failed_answer_gives_nothing() -> None:
    collector = Collector()
    assert collector.put([START, FAULT]) == []
    assert Collector().put([FAULT]) == []


def test_a_stream_gives_each_bundle_as_one_piece_and_never_an_empty_one() -> None:
    stream = Stream("m", repeats=False)
    assert stream.put([]) == []
    assert stream.put([FAULT]) == [b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"broke"}}\n\n']
    [both] = stream.put([block_stop(0), {"type": "message_stop"}])
    assert both.startswith(b"event: content_block_stop\n")
    assert both.endswith(b'\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n')
