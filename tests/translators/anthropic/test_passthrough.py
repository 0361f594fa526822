from __future__ import annotations

import json
from typing import Any

import anthropic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.answers import as_sdk_reads
from tests.support.grammar import check
from translators.anthropic import passthrough
from translators.anthropic.assemble import to_sse
from translators.anthropic.dialect import ANTHROPIC
from translators.anthropic.passthrough import PassthroughExchange
from translators.contract import Reply, Request, Target, WireRequest
from translators.errors import Fault
from translators.events import Usage

THIRD = Target("glm", "glm-5", "https://api.z.ai/api/anthropic")
OFFICIAL = Target("anthropic", "claude-x", "https://api.anthropic.com")
WIRE = WireRequest("https://x.example/v1/messages", {}, b"", streams=True)
FAULT = Fault("timeout", "api_error", 504, "silent")
USAGE = {"input_tokens": 20, "output_tokens": 1, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 3}


def exchange(*, streams: bool = True, target: Target = THIRD) -> PassthroughExchange:
    return PassthroughExchange(target, WIRE, Reply("msg_ours", "claude-asked", streams, 321))


def start(**fields: Any) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "glm-5",
        "content": [],
        "stop_reason": None,
    }
    return {"type": "message_start", "message": {**message, "stop_sequence": None, "usage": USAGE, **fields}}


def opened(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def stopped(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def ended(reason: str | None = "end_turn", **usage: Any) -> dict[str, Any]:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": 7, **usage},
    }


TEXT = [opened(0, type="text", text=""), delta(0, "text_delta", text="Héllo"), stopped(0)]
CALL = [
    opened(1, type="tool_use", id="toolu_1", name="f", input={}),
    delta(1, "input_json_delta", partial_json='{"a"'),
    delta(1, "input_json_delta", partial_json=": 1}"),
    stopped(1),
]
STOP = {"type": "message_stop"}


def sse(*events: dict[str, Any] | bytes) -> bytes:
    return b"".join(event if isinstance(event, bytes) else to_sse(event) for event in events)


ANSWER = sse(start(), b": keep-alive\n\n", {"type": "ping"}, *TEXT, *CALL, ended("tool_use"), STOP)
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "glm-5",
    "content": [{"type": "text", "text": "Héllo"}, {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}}],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {**USAGE, "output_tokens": 7},
}


def run(given_exchange: PassthroughExchange, stream: bytes, *, size: int = 0, cut: str = "") -> bytes:
    step = size or max(len(stream), 1)
    pieces = [piece for at in range(0, len(stream), step) for piece in given_exchange.feed(stream[at : at + step])]
    pieces += given_exchange.close(cut)
    assert b"" not in pieces
    return b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, 7, 64])
def test_a_stream_goes_through_as_it_came_but_for_the_model(size: int) -> None:
    given_exchange = exchange()
    assert run(given_exchange, ANSWER, size=size) == ANSWER.replace(b'"glm-5"', b'"claude-asked"')
    outcome = given_exchange.outcome
    assert (outcome.began, outcome.finished, outcome.fault, outcome.empty) == (True, True, None, False)
    assert (outcome.stop_reason, outcome.upstream_reason, outcome.model) == ("tool_use", "tool_use", "glm-5")
    assert outcome.usage == Usage(input=20, output=7, cache_read=4, cache_write=3)
    assert not outcome.usage_estimated
    [call] = outcome.calls
    assert (call.id, call.name, call.arguments, call.input, call.repaired) == ("toolu_1", "f", '{"a": 1}', '{"a": 1}', False)


def test_the_official_client_reads_what_goes_through() -> None:
    message = as_sdk_reads(run(exchange(), ANSWER))
    assert message.model == "claude-asked"
    assert [block.type for block in message.content] == ["text", "tool_use"]
    assert message.stop_reason == "tool_use"
    assert message.usage.output_tokens == 7


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_other_line_ends_stay_as_they_came(end: bytes) -> None:
    stream = ANSWER.replace(b"\n", end)
    for size in (0, 1):
        assert run(exchange(), stream, size=size) == stream.replace(b'"glm-5"', b'"claude-asked"')


def test_nothing_is_given_out_before_the_first_block() -> None:
    given_exchange = exchange()
    assert given_exchange.feed(sse(start(), {"type": "ping"})) == []
    assert not given_exchange.outcome.began
    [piece] = given_exchange.feed(sse(TEXT[0]))
    assert piece.startswith(b"event: message_start")
    assert piece.endswith(sse(TEXT[0]))
    assert given_exchange.outcome.began


def test_a_message_start_in_another_spelling_still_names_the_model() -> None:
    on_lines = b'event: message_start\ndata: {"type":"message_start",\ndata: "message":{"model":"glm-5","content":[]}}\n\n'
    for first in (on_lines, sse({"type": "message_start", "message": {"content": []}})):
        answer = run(exchange(), sse(first, *TEXT, ended(), STOP))
        assert answer.count(b'"model":"claude-asked"') == 1


def test_a_message_start_without_a_message_is_a_fault() -> None:
    given_exchange = exchange()
    assert run(given_exchange, sse({"type": "message_start"})) == b""
    assert given_exchange.outcome.fault is not None
    assert "`message_start` has no message" in given_exchange.outcome.fault.message


def test_the_end_mark_of_another_protocol_and_what_follows_the_end_are_left_out() -> None:
    answer = run(exchange(), sse(start(), *TEXT, b"data: [DONE]\n\n", ended(), STOP, b"data: [DONE]\n\n", {"type": "ping"}))
    assert answer == sse(start(model="claude-asked"), *TEXT, ended(), STOP)


def test_a_last_event_without_its_empty_line_is_an_event() -> None:
    given_exchange = exchange()
    answer = run(given_exchange, ANSWER.rstrip())
    assert given_exchange.outcome.finished
    assert as_sdk_reads(answer).stop_reason == "tool_use"


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded", "overloaded_error"),
        ({"error": {"code": "1302", "message": "Rate limit reached"}}, "rate", "rate_limit_error"),
        (b'event: error\ndata: {"message": "boom"}\n\n', "server", "api_error"),
    ],
)
def test_an_error_in_the_stream_is_a_fault(error: dict[str, Any] | bytes, kind: str, told: str) -> None:
    raw = error if isinstance(error, bytes) else b"data: " + json.dumps(error).encode() + b"\n\n"
    early = exchange()
    assert run(early, sse(start(), raw, *TEXT)) == b""
    assert early.outcome.fault is not None
    assert (early.outcome.fault.kind, early.outcome.began) == (kind, False)
    late = exchange()
    answer = run(late, sse(start(), *TEXT[:2], raw, *TEXT, STOP))
    assert check(answer, unfinished=True).error is not None
    assert answer.count(b"event: error\n") == 1
    assert f'"type":"{told}"'.encode() in answer.rpartition(b"event: error\n")[2]
    assert late.outcome.usage == Usage(input=20, output=1, cache_read=4, cache_write=3)
    with pytest.raises(anthropic.APIStatusError):
        as_sdk_reads(answer)


@pytest.mark.parametrize("kept", [sse(start()), sse(start(), *TEXT), sse(start(), *TEXT, ended())])
@pytest.mark.parametrize(
    ("cut", "why"), [("", "ended without `message_stop`"), ("peer closed", "broke off its answer: peer closed")]
)
def test_a_stream_that_ends_too_early_is_never_a_success(kept: bytes, cut: str, why: str) -> None:
    given_exchange = exchange()
    answer = run(given_exchange, kept, cut=cut)
    outcome = given_exchange.outcome
    assert outcome.fault is not None
    assert (outcome.fault.status, outcome.finished) == (502, False)
    assert why in outcome.fault.message
    assert answer.count(b"event: error\n") == (1 if outcome.began else 0)
    assert answer == b"" or outcome.began


def test_half_an_event_of_a_broken_connection_is_not_read() -> None:
    given_exchange = exchange()
    answer = run(given_exchange, sse(start(), *TEXT) + b'event: message_stop\ndata: {"type":"message_stop"}', cut="reset")
    assert answer.endswith(b"\n\n")
    assert not given_exchange.outcome.finished
    assert b"message_stop" not in answer.rpartition(b"event: error")[0]


@pytest.mark.parametrize("junk", [b"data: {\n\n", b"data: 7\n\n"])
def test_nonsense_in_the_stream_is_a_fault(junk: bytes) -> None:
    given_exchange = exchange()
    assert b"event: error\n" in run(given_exchange, sse(start(), *TEXT, junk, STOP))
    assert given_exchange.outcome.fault is not None


def test_arguments_that_are_no_json_end_in_an_error_unless_the_answer_was_too_long() -> None:
    broken = sse(start(), CALL[0], CALL[1], CALL[3])
    for target, reason, fails in ((THIRD, "tool_use", True), (THIRD, "max_tokens", False), (OFFICIAL, "tool_use", False)):
        given_exchange = exchange(target=target)
        answer = run(given_exchange, broken + sse(ended(reason), STOP))
        assert (given_exchange.outcome.fault is not None) == fails
        assert (b"event: error\n" in answer) == fails
        assert given_exchange.outcome.calls[0].arguments == '{"a"'


def test_thinking_goes_through_with_its_signature() -> None:
    thinking = [opened(0, type="thinking", thinking="", signature=""), delta(0, "thinking_delta", thinking="hm")]
    stream = sse(start(usage=None), *thinking, delta(0, "signature_delta", signature="Er=="), stopped(0), ended(), STOP)
    answer = run(exchange(), stream)
    assert answer == stream.replace(b'"glm-5"', b'"claude-asked"')
    assert (
        as_sdk_reads(run(exchange(), stream.replace(b'"usage":null', b'"usage":{"input_tokens":1}'))).content[0].type
        == "thinking"
    )


def test_a_call_that_was_left_open_is_recorded() -> None:
    given_exchange = exchange()
    run(given_exchange, sse(start(), CALL[0], CALL[1]), cut="reset")
    assert [(call.name, call.arguments) for call in given_exchange.outcome.calls] == [("f", '{"a"')]


def test_a_call_whose_arguments_came_with_its_start_is_recorded() -> None:
    given_exchange = exchange()
    run(
        given_exchange,
        sse(start(), opened(0, type="tool_use", id="t", name="f", input={"a": 1}), stopped(0), ended("tool_use"), STOP),
    )
    assert given_exchange.outcome.calls[0].input == '{"a":1}'


@pytest.mark.parametrize(
    ("first", "last", "usage", "estimated"),
    [
        ({}, {}, Usage(input=321, output=2), True),
        ({"input_tokens": 0, "output_tokens": 0}, {"output_tokens": 0}, Usage(input=321, output=2), True),
        ({"input_tokens": 0}, {"input_tokens": 50}, Usage(input=50, output=7), False),
        ({"input_tokens": 0, "cache_read_input_tokens": 90}, {}, Usage(input=0, output=7, cache_read=90), False),
        ({"input_tokens": "many"}, {"input_tokens": True}, Usage(input=321, output=7), True),
    ],
)
def test_usage_that_was_not_told_is_estimated(first: Any, last: Any, usage: Usage, estimated: bool) -> None:
    given_exchange = exchange()
    final = ended(**last) if last or first else {**ended(), "usage": None}
    run(given_exchange, sse(start(usage=first or None), *TEXT, final, STOP))
    assert given_exchange.outcome.usage.input == usage.input
    assert given_exchange.outcome.usage.cache_read == usage.cache_read
    assert (given_exchange.outcome.usage.output or 0) >= 1
    assert given_exchange.outcome.usage_estimated == estimated


EMPTY = sse(start(), {"type": "ping"}, ended(), STOP)


def test_an_empty_answer_waits_for_the_hosts_word() -> None:
    given_exchange = exchange()
    assert run(given_exchange, EMPTY) == b""
    assert (given_exchange.outcome.empty, given_exchange.outcome.began, given_exchange.outcome.fault) == (True, False, None)
    answer = b"".join(given_exchange.finish_empty())
    message = as_sdk_reads(answer)
    assert [block.to_dict() for block in message.content] == [{"type": "text", "text": ""}]
    assert message.stop_reason == "end_turn"
    assert given_exchange.outcome.finished
    assert given_exchange.finish_empty() == []
    assert given_exchange.close() == []


def test_an_empty_answer_without_its_end_is_finished_too() -> None:
    given_exchange = exchange()
    assert run(given_exchange, sse(start(), STOP)) == b""
    assert b"".join(given_exchange.finish_empty()).endswith(sse(STOP))


def test_only_an_empty_answer_is_finished_empty() -> None:
    given_exchange = exchange()
    assert given_exchange.finish_empty() == []
    run(given_exchange, ANSWER)
    assert given_exchange.finish_empty() == []


def test_a_refusal_without_words_is_an_answer() -> None:
    given_exchange = exchange()
    stream = sse(start(), ended("refusal"), STOP)
    assert run(given_exchange, stream) == stream.replace(b'"glm-5"', b'"claude-asked"')
    assert given_exchange.outcome.finished


def test_the_host_may_end_a_stream() -> None:
    given_exchange = exchange()
    given_exchange.feed(sse(start(), *TEXT[:2]))
    [event] = given_exchange.fail(FAULT)
    assert event == b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"silent"}}\n\n'
    assert given_exchange.outcome.fault is FAULT
    assert given_exchange.fail(FAULT) == []
    assert given_exchange.feed(sse(*TEXT)) == []
    assert given_exchange.close() == []


def test_the_host_ends_a_stream_that_said_nothing_with_an_error_too() -> None:
    assert exchange().fail(FAULT) != []
    assert exchange(streams=False).fail(FAULT) == []


def test_a_finished_stream_cannot_fail() -> None:
    given_exchange = exchange()
    run(given_exchange, ANSWER)
    assert given_exchange.fail(FAULT) == []
    assert given_exchange.outcome.fault is None


def test_a_whole_message_goes_through_as_it_came_but_for_the_model() -> None:
    raw = json.dumps({"first": {"model": "x"}, **MESSAGE}, indent=1).encode()
    given_exchange = exchange(streams=False)
    answer = given_exchange.whole(raw)
    assert answer == raw.replace(b'"glm-5"', b'"claude-asked"')
    assert as_sdk_reads(answer, streams=False).model == "claude-asked"
    outcome = given_exchange.outcome
    assert (outcome.finished, outcome.stop_reason, outcome.model) == (True, "tool_use", "glm-5")
    assert outcome.usage == Usage(input=20, output=7, cache_read=4, cache_write=3)
    assert [(call.name, call.input) for call in outcome.calls] == [("f", '{"a":1}')]


def test_a_whole_message_without_a_model_gets_one() -> None:
    raw = json.dumps({name: value for name, value in MESSAGE.items() if name != "model"}).encode()
    assert json.loads(exchange(streams=False).whole(raw))["model"] == "claude-asked"


@pytest.mark.parametrize("size", [0, 1])
def test_a_whole_message_where_a_stream_was_asked_becomes_one(size: int) -> None:
    given_exchange = exchange()
    answer = run(given_exchange, b"\xef\xbb\xbf \n" + json.dumps(MESSAGE).encode(), size=size)
    assert check(answer).types() == ["text", "tool_use"]
    message = as_sdk_reads(answer)
    assert message.model == "claude-asked"
    assert [block.to_dict() for block in message.content] == MESSAGE["content"]
    assert given_exchange.outcome.finished


@pytest.mark.parametrize("size", [0, 1])
def test_a_stream_where_a_whole_message_was_asked_becomes_one(size: int) -> None:
    given_exchange = exchange(streams=False)
    answer = run(given_exchange, ANSWER, size=size) if size else given_exchange.whole(ANSWER)
    message = as_sdk_reads(answer, streams=False)
    assert message.model == "claude-asked"
    assert json.loads(answer)["content"] == MESSAGE["content"]
    assert json.loads(answer)["usage"] == MESSAGE["usage"]
    assert given_exchange.outcome.finished


def test_an_empty_whole_message_waits_for_the_hosts_word() -> None:
    for body in (json.dumps({**MESSAGE, "content": [], "stop_reason": "end_turn"}).encode(), EMPTY):
        given_exchange = exchange(streams=False)
        assert given_exchange.whole(body) == b""
        assert given_exchange.outcome.empty
        [answer] = given_exchange.finish_empty()
        assert as_sdk_reads(answer, streams=False).content[0].type == "text"
        assert json.loads(answer)["model"] == "claude-asked"


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}', "overloaded", "busy"),
        (b'{"code":500,"msg":"404 NOT_FOUND","success":false}', "server", "404 NOT_FOUND"),
        (b'{"content":[],"error":{"message":"boom"}}', "server", "boom"),
        (b'[{"error":{"code":429,"message":"slow"}}]', "rate", "slow"),
        (b'{"choices":[]}', "server", "JSON that is no message"),
        (b'{"content":["x"]}', "server", "JSON that is no message"),
        (b"<html><title>Hi</title></html>", "server", "web page"),
        (b'{"type":"mess', "server", "answered 200"),
        (b"", "server", "ended without `message_stop`"),
        (b"hello", "server", "ended without `message_stop`"),
    ],
)
def test_a_success_that_holds_no_message_is_a_fault(body: bytes, streams: bool, kind: str, told: str) -> None:
    given_exchange = exchange(streams=streams)
    assert given_exchange.whole(body) == b""
    fault = given_exchange.outcome.fault
    assert fault is not None
    assert fault.kind == kind
    assert told in fault.message
    assert not given_exchange.outcome.began


def test_a_document_that_was_cut_off_is_a_fault() -> None:
    given_exchange = exchange(streams=False)
    assert given_exchange.feed(json.dumps(MESSAGE).encode()) == []
    assert given_exchange.close("reset") == []
    assert given_exchange.outcome.fault is not None


def test_a_whole_stream_that_broke_off_gives_nothing() -> None:
    given_exchange = exchange()
    assert given_exchange.whole(sse(start(), *TEXT)) == b""
    assert given_exchange.outcome.fault is not None
    assert not given_exchange.outcome.began


def test_what_is_kept_whole_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passthrough, "MAX_WHOLE", 200)
    for given_exchange in (exchange(), exchange(streams=False)):
        given_exchange.feed(b'{"x":"' + b"y" * 300)
        assert given_exchange.outcome.fault is not None
        assert "longer than 200 bytes" in given_exchange.outcome.fault.message
    waiting = exchange()
    waiting.feed(b": wait\n\n" * 40)
    assert waiting.outcome.fault is not None
    long = exchange()
    run(long, sse(start(), *TEXT * 9, ended(), STOP))
    assert long.outcome.fault is not None, "the bound holds until something was given out"


def test_an_answer_of_another_form_than_any_known_is_a_fault_and_no_crash() -> None:
    given_exchange = exchange()
    answer = run(given_exchange, sse(start(), CALL[0], {**CALL[1], "index": []}, STOP))
    assert b"event: error\n" in answer
    assert given_exchange.outcome.fault is not None
    assert "TypeError" in given_exchange.outcome.fault.message


_EVENT = st.sampled_from([start(), *TEXT, *CALL, ended(), ended("tool_use"), STOP, {"type": "ping"}, {"type": "novel"}]).map(
    to_sse
)
_PIECE = _EVENT | st.sampled_from([b": c\n\n", b"data: [DONE]\n\n", b"data: {\n\n", b'data: {"error":1}\n\n', b"\n", b"x"])


@given(st.lists(_PIECE, max_size=12), st.integers(0, 9), st.booleans())
def test_no_answer_raises_and_every_end_is_either_success_or_fault(pieces: list[bytes], size: int, streams: bool) -> None:
    given_exchange = exchange(streams=streams)
    answer = run(given_exchange, b"".join(pieces), size=size)
    outcome = given_exchange.outcome
    assert (outcome.fault is not None) + outcome.finished + outcome.empty == 1
    assert outcome.began == bool(answer)
    if streams and outcome.fault is not None and outcome.began:
        assert answer.rpartition(b"event: ")[2].startswith(b"error\n")


def test_the_dialect_encodes_and_tells_of_faults() -> None:
    body: dict[str, Any] = {"model": "a", "messages": [{"role": "user", "content": "hi"}]}
    wire = ANTHROPIC.encode(Request(json.dumps(body).encode(), body), THIRD)
    assert json.loads(wire.body)["model"] == "glm-5"
    told = json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": "tools.0: nope"}}).encode()
    assert ANTHROPIC.fault(400, {}, told, THIRD).message == "provider `glm` answered 400: tools.0: nope"
    assert ANTHROPIC.fault(400, {}, told, OFFICIAL).message == "tools.0: nope"
    assert ANTHROPIC.fault(529, {}, b"", OFFICIAL).type == "overloaded_error"
    assert ANTHROPIC.fault(400, {}, b"", OFFICIAL).message == "provider `anthropic` answered 400: it gave no reason"
    too_long = b'{"error":{"message":"prompt is too long: 9 tokens > 5 maximum"}}'
    assert ANTHROPIC.fault(400, {}, too_long, OFFICIAL, estimate=7).kind == "context"
