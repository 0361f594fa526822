from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.support.answers import TARGET, WIRE, as_sdk_reads, call, calls, delta, exchange, finish, message, run, sse
from tests.support.grammar import check
from translators import exchange as exchange_module
from translators.contract import Reader, Reply, Request, Target, WireRequest
from translators.errors import Fault
from translators.events import Event, Failed, Finished, Text, ToolCall, ToolInput
from translators.exchange import Exchange
from translators.openai_chat.dialect import OPENAI_CHAT
from translators.sse import MAX_EVENT, Frame

FAULT = Fault("timeout", "api_error", 504, "acme was silent for too long")
GOOD = sse(delta(content="Hel"), delta(content="lo"), finish(usage={"prompt_tokens": 5, "completion_tokens": 2}), b"[DONE]")
BROKEN_CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1,}'}}


class Breaking:
    """A dialect whose reader says what its frames hold and breaks at `boom`."""

    name = "breaking"

    def encode(self, request: Request, target: Target) -> WireRequest:
        raise NotImplementedError

    def reader(self, target: Target, wire: WireRequest) -> Reader:  # noqa: ARG002 - the contract's
        return self

    def read(self, frame: Frame) -> Iterator[Event]:
        yield Text(frame.data.decode())
        if frame.data == b"boom":
            raise KeyError("a secret path /home/me")

    def close(self) -> Iterator[Event]:
        yield Finished("end_turn")
        raise ZeroDivisionError

    def decode(self, body: bytes, target: Target, wire: WireRequest) -> Iterator[Event]:  # noqa: ARG002 - the contract's
        yield Text("before")
        raise TypeError

    def fault(
        self, status: int, headers: Mapping[str, str], body: bytes, target: Target, *, estimate: int | None = None
    ) -> Fault:
        raise NotImplementedError


def breaking(*, streams: bool = True) -> Exchange:
    return Exchange(Breaking(), TARGET, WIRE, Reply("msg_1", "m", streams, 9))


def test_a_reader_that_raises_becomes_an_error_event_naming_only_the_kind() -> None:
    given = breaking()
    answer = check(run(given, b"data: a\n\ndata: boom\n\ndata: b\n\n"))
    assert answer.content == [{"type": "text", "text": "aboom"}]
    assert answer.error == {"type": "api_error", "message": "provider `acme`: the answer could not be translated (KeyError)"}
    assert given.outcome.fault
    assert given.outcome.fault.kind == "server"


def test_a_reader_that_raises_at_the_end_changes_nothing_of_a_finished_answer() -> None:
    given = breaking()
    assert check(run(given, b"data: a\n\n")).complete
    assert given.outcome.fault is None


def test_a_decoder_that_raises_is_a_fault() -> None:
    for streams in (True, False):
        given = breaking(streams=streams)
        assert given.whole(b"{}") == b""
        assert given.outcome.fault
        assert "TypeError" in given.outcome.fault.message
        assert not given.outcome.began


class Unready(Breaking):
    def reader(self, target: Target, wire: WireRequest) -> Reader:  # noqa: ARG002 - the contract's
        raise RuntimeError


def test_a_break_before_anything_was_said_gives_out_nothing() -> None:
    given = Exchange(Unready(), TARGET, WIRE, Reply("msg_1", "m", True, 9))
    assert given.feed(b"data: x\n\n") == []
    assert given.outcome.fault
    assert "RuntimeError" in given.outcome.fault.message
    assert not given.outcome.began


def test_pieces_are_given_out_as_they_come() -> None:
    given = exchange()
    assert given.feed(b"") == []
    first = b"".join(given.feed(sse(delta(content="a"))))
    assert check(first, unfinished=True).content[0]["text"] == "a"
    halfway = (given.outcome.began, given.outcome.finished)
    rest = b"".join(given.feed(sse(finish(), b"[DONE]")))
    assert check(first + rest).complete
    assert (halfway, given.outcome.finished) == ((True, False), True)
    assert given.feed(sse(delta(content="late"))) == []
    assert given.close() == []
    assert given.fail(FAULT) == []
    assert given.outcome.fault is None


def test_the_outcome_tells_what_the_host_needs() -> None:
    given = exchange()
    run(given, GOOD)
    outcome = given.outcome
    assert (outcome.model, outcome.stop_reason, outcome.upstream_reason) == ("acme-1-0601", "end_turn", "stop")
    assert (outcome.usage.input, outcome.usage.output, outcome.usage_estimated) == (5, 2, False)


def test_the_client_reads_the_model_it_asked_for() -> None:
    assert as_sdk_reads(run(exchange(), GOOD)).model == "claude-test"


def test_a_broken_connection_is_told_with_its_reason() -> None:
    given = exchange()
    answer = check(run(given, sse(delta(content="a")), cut="connection reset"))
    assert answer.error == {"type": "api_error", "message": "provider `acme` broke off its answer: connection reset"}
    nothing = exchange()
    assert run(nothing, b"", cut="connection reset") == b""
    assert nothing.outcome.fault
    assert nothing.outcome.fault.message == "provider `acme` broke off its answer: connection reset"


def test_half_an_event_before_the_break_is_not_read() -> None:
    answer = check(run(exchange(), sse(delta(content="a")) + b'data: {"choices"', cut="reset"))
    assert answer.error
    assert answer.error["message"] == "provider `acme` broke off its answer: reset"


def test_a_connection_that_breaks_after_the_finish_hurts_nobody() -> None:
    given = exchange()
    assert check(run(given, sse(delta(content="a"), finish()), cut="reset")).complete
    assert given.outcome.fault is None


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("body", [GOOD, message(content="Hello", usage={"prompt_tokens": 5, "completion_tokens": 2})])
def test_a_whole_body_of_either_kind_becomes_what_was_asked_for(body: bytes, streams: bool) -> None:
    given = exchange(streams=streams)
    answer = given.whole(body)
    read = as_sdk_reads(answer, streams=streams)
    assert [block.to_dict() for block in read.content] == [{"type": "text", "text": "Hello"}]
    assert (read.stop_reason, read.usage.input_tokens, read.usage.output_tokens) == ("end_turn", 5, 2)
    assert given.outcome.finished
    assert given.outcome.began
    if streams:
        check(answer)


@pytest.mark.parametrize("prefix", [b"", b" \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
@pytest.mark.parametrize("size", [0, 1])
def test_a_document_sent_as_a_stream_is_read_at_its_end(prefix: bytes, size: int) -> None:
    given = exchange()
    body = prefix + message(content="Hello")
    for at in range(len(body)) if size else ():
        assert given.feed(body[at : at + 1]) == []
    if not size:
        assert given.feed(body) == []
    assert check(b"".join(given.close())).content[0]["text"] == "Hello"


def test_a_document_cut_off_is_a_failure() -> None:
    given = exchange()
    assert run(given, message(content="Hello")[:-20]) == b""
    assert given.outcome.fault
    assert "not JSON" in given.outcome.fault.message
    broken = exchange()
    assert run(broken, message(content="Hello"), cut="reset") == b""
    assert broken.outcome.fault
    assert broken.outcome.fault.message == "provider `acme` broke off its answer: reset"


def test_html_is_a_failure_that_shows_it() -> None:
    given = exchange()
    assert given.whole(b"<html><h1>Welcome</h1></html>") == b""
    assert given.outcome.fault
    assert "Welcome" in given.outcome.fault.message


def test_arguments_of_a_whole_body_are_mended_even_for_a_stream() -> None:
    for body in (
        message("tool_calls", content=None, tool_calls=[BROKEN_CALL]),
        sse(calls(call('{"a": 1,}', id="c", name="f")), finish("tool_calls")),
    ):
        given = exchange()
        assert check(given.whole(body)).content[0]["input"] == {"a": 1}
        assert given.outcome.calls[0].repaired
        assert [note.rule for note in given.outcome.notes] == ["arguments.repaired"]


def test_a_whole_body_that_fails_halfway_says_nothing() -> None:
    for streams in (True, False):
        given = exchange(streams=streams)
        assert given.whole(sse(delta(content="a"))) == b""
        assert given.outcome.fault
        assert not given.outcome.began


@pytest.mark.parametrize("streams", [True, False])
def test_an_empty_answer_is_finished_when_the_host_says_so(streams: bool) -> None:
    given = exchange(streams=streams)
    assert given.whole(message(content=None)) == b""
    assert given.outcome.empty
    assert given.outcome.fault is None
    assert given.feed(GOOD) == []
    [answer] = given.finish_empty()
    read = as_sdk_reads(answer, streams=streams)
    assert [block.to_dict() for block in read.content] == [{"type": "text", "text": ""}]
    assert given.outcome.finished
    assert given.finish_empty() == []


def test_the_host_ends_a_stream_with_an_error_event() -> None:
    given = exchange()
    begun = b"".join(given.feed(sse(delta(content="a"))))
    assert check(begun + b"".join(given.fail(FAULT))).error == {"type": "api_error", "message": FAULT.message}
    assert given.outcome.fault == FAULT
    assert given.feed(GOOD) == []
    assert given.close() == []
    unbegun = exchange()
    assert check(b"".join(unbegun.fail(FAULT))).error
    whole = exchange(streams=False)
    assert whole.fail(FAULT) == []
    assert whole.outcome.fault == FAULT


def test_an_event_beyond_the_bound_is_a_failure() -> None:
    given = exchange()
    begun = given.feed(sse(delta(content="a")))
    begun += given.feed(b"data: " + b"x" * MAX_EVENT)
    answer = check(b"".join(begun + given.feed(b"x")))
    assert answer.error
    assert str(MAX_EVENT) in answer.error["message"]


def test_what_is_kept_whole_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "MAX_WHOLE", 1000)
    for given, data in ((exchange(), b"{" + b" " * 1000), (exchange(streams=False), GOOD * 20)):
        assert given.feed(data) == []
        assert given.outcome.fault
        assert "1000" in given.outcome.fault.message
    endless = exchange()
    assert check(run(endless, sse(*[delta(content="a")] * 50, finish()))).complete


def test_a_long_answer_asked_for_whole_is_one_message() -> None:
    given = exchange(streams=False)
    body = run(given, sse(*[delta(content="word ")] * 500, finish("length")), size=100)
    read = json.loads(body)
    assert read["content"] == [{"type": "text", "text": "word " * 500}]
    assert read["stop_reason"] == "max_tokens"


class Telling(Breaking):
    """Says what it is given, then ends with it."""

    def __init__(self, *events: Event) -> None:
        self._events = events

    def decode(self, body: bytes, target: Target, wire: WireRequest) -> Iterator[Event]:  # noqa: ARG002 - the contract's
        yield from self._events


@pytest.mark.parametrize("end", [Finished("end_turn"), Failed(FAULT)])
def test_nothing_comes_after_an_end(end: Any) -> None:
    given = Exchange(
        Telling(Text("a"), end, Text("b"), ToolCall(0, "", "f"), ToolInput(0, "{"), END),
        TARGET,
        WIRE,
        Reply("msg_1", "m", True, 9),
    )
    answer = check(b"".join(given.feed(b"{}") + given.close()))
    assert answer.content == [{"type": "text", "text": "a"}]


END = Finished("end_turn")


def test_an_answer_that_breaks_off_amid_thinking_is_gone_on_with_by_another() -> None:
    first = Exchange(OPENAI_CHAT, TARGET, WIRE, Reply("msg_1", "claude", streams=True, input_estimate=5))
    given = first.feed(sse(delta(reasoning_content="hm"))) + first.close("reset")
    assert (first.outcome.began, first.outcome.answered, first.outcome.blocks) == (True, False, 1)
    assert first.outcome.fault is not None
    reply = Reply("msg_1", "claude", streams=True, input_estimate=5, blocks_given=first.outcome.blocks)
    second = Exchange(OPENAI_CHAT, TARGET, WIRE, reply)
    given += second.feed(sse(delta(content="so"), finish("stop"))) + second.close()
    assert second.outcome.answered
    answer = check(b"".join(given))
    assert [block["type"] for block in answer.content] == ["thinking", "text"]


def test_a_client_that_repeats_is_given_mended_arguments_in_a_stream() -> None:
    reply = Reply("msg_1", "claude", streams=True, input_estimate=5, repeats=True)
    one = Exchange(OPENAI_CHAT, TARGET, WIRE, reply)
    given = one.feed(sse(calls(call('{"command": "ls",}', id="c1", name="Bash")), finish("tool_calls"))) + one.close()
    answer = check(b"".join(given))
    assert json.loads(answer.inputs[0]) == {"command": "ls"}
    assert one.outcome.calls[0].repaired
