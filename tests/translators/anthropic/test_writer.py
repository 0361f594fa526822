from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.answers import as_sdk_reads
from tests.support.grammar import Answer, check
from translators.anthropic import writer as writer_module
from translators.anthropic.collect import Collector
from translators.anthropic.wire import to_sse
from translators.anthropic.writer import Writer
from translators.contract import Reply
from translators.errors import Fault
from translators.events import Event, Failed, Finished, Started, StopReason, Text, Thinking, ToolCall, ToolInput, Usage
from translators.outcome import Outcome

REPLY = Reply("msg_1", "claude-test", streams=True, input_estimate=50)
END = Finished("end_turn")
FAULT = Fault("overloaded", "overloaded_error", 529, "too much")


def make(*, eager: bool = True) -> tuple[Writer, Outcome]:
    outcome = Outcome()
    return Writer(REPLY, outcome, mark="mark", eager=eager), outcome


def write(*events: Event, eager: bool = True) -> tuple[bytes, Outcome]:
    writer, outcome = make(eager=eager)
    return b"".join(to_sse(wire) for event in events for wire in writer.send(event)), outcome


def read(*events: Event, eager: bool = True) -> Answer:
    return check(write(*events, eager=eager)[0])


def arguments(text: str, reason: StopReason = "tool_use", *, eager: bool = True) -> tuple[Answer, Outcome]:
    out, outcome = write(ToolCall(0, "id", "f"), ToolInput(0, text), Finished(reason), eager=eager)
    return check(out), outcome


def test_nothing_is_given_out_before_the_first_block() -> None:
    writer, outcome = make()
    assert writer.send(Started("real", Usage(input=3))) == []
    assert writer.send(Text("")) == []
    assert writer.send(Thinking("")) == []
    assert writer.send(ToolCall(0, "", "")) == []
    assert writer.send(ToolInput(0, '{"a"')) == []
    assert outcome.model == "real"
    kinds = [wire["type"] for wire in writer.send(ToolCall(0, "id", "f"))]
    assert kinds == ["message_start", "content_block_start", "content_block_delta"]


def test_the_start_tells_an_estimate_unless_the_provider_counted() -> None:
    assert read(Text("x"), END).start["usage"]["input_tokens"] == 50
    assert read(Started("m", Usage(input=3, cache_read=4)), Text("x"), END).start["usage"] == {
        "input_tokens": 3,
        "output_tokens": 0,
        "cache_read_input_tokens": 4,
        "cache_creation_input_tokens": 0,
    }


def test_an_estimate_is_never_zero() -> None:
    writer = Writer(Reply("msg_1", "m", streams=True, input_estimate=0), Outcome(), mark="m", eager=True)
    answer = check(b"".join(to_sse(wire) for event in (Text("x"), END) for wire in writer.send(event)))
    assert answer.start["usage"]["input_tokens"] == 1
    assert answer.usage["input_tokens"] == 1
    assert answer.usage["output_tokens"] >= 1


def test_the_last_count_stands() -> None:
    final = Usage(input=9, output=8, cache_read=7, cache_write=6, reasoning=5)
    out, outcome = write(Started("m", Usage(input=1)), Text("x"), Finished("end_turn", final))
    assert list(check(out).usage.values()) == [9, 8, 7, 6]
    assert outcome.usage == final
    assert not outcome.usage_estimated


def test_a_count_of_nothing_for_something_is_no_count() -> None:
    _, outcome = write(Text("hello " * 2000), Finished("end_turn", Usage(input=9, output=0)))
    assert outcome.usage.input == 9
    assert outcome.usage.output
    assert outcome.usage.output > 1000
    assert outcome.usage_estimated


def test_a_failure_leaves_a_count_too() -> None:
    _, outcome = write(Text("hello world"), Failed(FAULT))
    assert outcome.usage.input == 50
    assert outcome.usage.output
    _, nothing = write(Failed(FAULT))
    assert nothing.usage == Usage(input=50, output=0)


def test_thinking_ends_with_its_signature_or_our_mark() -> None:
    answer = read(Thinking("a"), Thinking("b", "sig"), Thinking("c"), Text("d"), END)
    assert [(block.get("thinking"), block.get("signature")) for block in answer.content] == [
        ("ab", "sig"),
        ("c", "mark"),
        (None, None),
    ]


def test_a_signature_may_come_alone() -> None:
    answer = read(Thinking("a"), Thinking("", "one"), Thinking("", "two"), END)
    assert [(block["thinking"], block["signature"]) for block in answer.content] == [("a", "one"), ("", "two")]


@pytest.mark.parametrize(
    ("events", "reason", "told"),
    [
        ([Text("x")], "end_turn", "end_turn"),
        ([Text("x")], "tool_use", "end_turn"),
        ([ToolCall(0, "i", "f")], "end_turn", "tool_use"),
        ([ToolCall(0, "i", "f")], "stop_sequence", "tool_use"),
        ([ToolCall(0, "i", "f")], "tool_use", "tool_use"),
        ([ToolCall(0, "i", "f"), ToolInput(0, "{}")], "max_tokens", "max_tokens"),
        ([ToolCall(0, "i", "f")], "refusal", "refusal"),
        ([ToolCall(0, "i", "f"), ToolInput(0, "[1]")], "tool_use", "end_turn"),
        ([ToolCall(0, "i", "f"), ToolInput(0, "[1]"), ToolCall(1, "j", "g")], "tool_use", "tool_use"),
    ],
)
def test_the_stop_reason_tells_what_is_there(events: list[Event], reason: StopReason, told: str) -> None:
    assert read(*events, Finished(reason)).stop_reason == told


def test_a_stop_sequence_is_named() -> None:
    answer = read(Text("x"), Finished("stop_sequence", stop_sequence="END"))
    assert (answer.stop_reason, answer.stop_sequence) == ("stop_sequence", "END")


def test_ids_that_are_missing_twice_or_unfit_are_made_and_always_the_same() -> None:
    given_ids = ["", "same", "same", "with space", "tab\t", "é", "x" * 65, "x" * 64, "functions.Bash:0"]
    events: list[Event] = [ToolCall(key, call_id, "f") for key, call_id in enumerate(given_ids)]
    found = [block["id"] for block in read(*events, Finished("tool_use")).content]
    assert found == [block["id"] for block in read(*events, Finished("tool_use")).content]
    kept = {1: "same", 7: "x" * 64, 8: "functions.Bash:0"}
    for key, call_id in enumerate(found):
        assert call_id == kept.get(key, call_id)
        assert key in kept or (call_id.startswith("toolu_") and len(call_id) == 30)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("eager", [True, False])
@pytest.mark.parametrize("text", ["null", '""', " ", ""])
def test_no_arguments_are_a_start_and_a_stop(text: str, eager: bool) -> None:
    answer, outcome = arguments(text, eager=eager)
    assert answer.content[0]["input"] == {}
    assert answer.deltas == []
    assert outcome.calls[0].input == "{}"
    assert not outcome.calls[0].repaired


def test_a_waiting_call_is_mended_and_noted() -> None:
    answer, outcome = arguments('{"a": 1,}', eager=False)
    assert answer.content[0]["input"] == {"a": 1}
    record = outcome.calls[0]
    assert (record.arguments, record.input, record.repaired) == ('{"a": 1,}', '{"a":1}', True)
    assert [note.rule for note in outcome.notes] == ["arguments.repaired"]


def test_a_stream_mends_what_it_has_not_begun_to_give_out() -> None:
    answer, _ = arguments("```json\n" + '{"a": 1}\n```')
    assert answer.content[0]["input"] == {"a": 1}
    answer, _ = arguments('"{\\"a\\": 1}"')
    assert answer.content[0]["input"] == {"a": 1}


@pytest.mark.parametrize("text", ['{"command": "rm -rf /', '{"n": 12', "[1]", "nonsense"])
def test_unusable_arguments_become_a_text_that_shows_them(text: str) -> None:
    answer, outcome = arguments(text, eager=False)
    assert answer.types() == ["text"]
    assert "`f`" in answer.content[0]["text"]
    assert text in answer.content[0]["text"]
    assert answer.stop_reason == "end_turn"
    assert [note.rule for note in outcome.notes] == ["arguments.unusable"]
    assert (outcome.calls[0].arguments, outcome.calls[0].input) == (text, "")


@pytest.mark.parametrize("text", ['{"a": "whole", "b": "wh', '{"a": "whole"', "", "  "])
def test_a_call_that_the_limit_cut_short_is_not_made(text: str) -> None:
    answer, _ = arguments(text, "max_tokens", eager=False)
    assert answer.types() == ["text"]
    assert answer.stop_reason == "max_tokens"


def test_calls_before_the_one_that_was_cut_short_are_made() -> None:
    events: list[Event] = [ToolCall(0, "a", "f"), ToolCall(1, "b", "g"), ToolInput(1, '{"x'), Finished("max_tokens")]
    answer = read(*events, eager=False)
    assert answer.types() == ["tool_use", "text"]
    assert answer.stop_reason == "max_tokens"


def test_a_call_that_never_got_a_name_is_text() -> None:
    answer = read(ToolCall(0, "id", ""), ToolInput(0, '{"a":1}'), Finished("tool_use"))
    assert answer.types() == ["text"]
    assert '{"a":1}' in answer.content[0]["text"]
    assert "did not name" in answer.content[0]["text"]


def test_arguments_for_a_call_never_announced_are_not_lost() -> None:
    assert '{"a":1}' in read(ToolInput(5, '{"a":1}'), END).content[0]["text"]


@pytest.mark.parametrize("text", ['{"a": 1,}', '{"a": "b', '{"a": 1}}', '{"a": "raw\nline"}', "{x}"])
def test_broken_arguments_that_were_streamed_are_an_error(text: str) -> None:
    out, outcome = write(ToolCall(0, "id", "f"), *(ToolInput(0, piece) for piece in text), Finished("tool_use"))
    answer = check(out)
    assert answer.error
    assert "`f`" in answer.error["message"]
    assert outcome.fault
    assert outcome.fault.kind == "server"
    assert not outcome.finished
    assert [record.name for record in outcome.calls] == ["f"]


@pytest.mark.parametrize("text", ['{{"a"', '{"a": "raw\nline'])
def test_the_limit_is_no_excuse_for_what_was_broken_before_it(text: str) -> None:
    assert arguments(text, "max_tokens")[0].error


@pytest.mark.parametrize("end", ["\\", "\\u", "\\u00e", "\\ud83d", "\\ud83d\\", "\\ud83d\\ud", "é"])
def test_the_limit_may_cut_anywhere_even_in_an_escape(end: str) -> None:
    assert arguments('{"a": "b' + end, "max_tokens")[0].stop_reason == "max_tokens"


def test_what_the_limit_cut_off_in_a_stream_ends_as_max_tokens() -> None:
    answer, outcome = arguments('{"a": "b', "max_tokens")
    assert answer.stop_reason == "max_tokens"
    assert outcome.calls[0].input == '{"a": "b'


def test_arguments_after_the_end_of_a_call_are_an_error_but_white_space_is_none() -> None:
    opened: list[Event] = [ToolCall(0, "a", "f"), ToolInput(0, "{}"), Text("x"), ToolInput(0, " \n")]
    assert read(*opened, END).types() == ["tool_use", "text"]
    assert read(*opened, ToolInput(0, "{}"), END).error


def test_white_space_before_arguments_is_not_given_out() -> None:
    answer = read(ToolCall(0, "a", "f"), ToolInput(0, "\n "), ToolInput(0, ' {"a":'), ToolInput(0, " 1}\n"), END)
    assert answer.inputs[0] == '{"a": 1}\n'


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_HELD", 1000)
    waiting = read(ToolCall(0, "a", "f"), ToolInput(0, '{"a'), *(Text("x" * 100) for _ in range(11)))
    assert waiting.error
    assert "1000" in waiting.error["message"]
    assert read(*(Text("x" * 100) for _ in range(11)), END).complete


def test_one_calls_arguments_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_HELD", 1000)
    long = read(ToolCall(0, "a", "f"), ToolInput(0, '{"a":"'), *(ToolInput(0, "x" * 100) for _ in range(10)))
    assert long.error
    assert "`f`" in long.error["message"]


def test_a_failure_before_content_says_nothing() -> None:
    out, outcome = write(Started("m"), ToolCall(0, "a", ""), ToolInput(0, "{"), Failed(FAULT), Text("x"), END)
    assert out == b""
    assert outcome.fault == FAULT
    assert [record.arguments for record in outcome.calls] == ["{"]


def test_a_failure_after_content_is_an_error_event_and_the_last() -> None:
    out, outcome = write(Text("x"), Failed(FAULT), Text("y"), END)
    answer = check(out)
    assert answer.error == {"type": "overloaded_error", "message": "too much"}
    assert answer.content[0]["text"] == "x"
    assert outcome.fault == FAULT


def test_the_host_can_end_an_answer_that_has_not_begun() -> None:
    writer, outcome = make()
    assert check(b"".join(map(to_sse, writer.fail(FAULT)))).error
    assert outcome.fault == FAULT
    assert writer.fail(FAULT) == []
    assert writer.send(Text("x")) == []
    assert writer.finish_empty() == []


def test_the_host_cannot_end_what_has_ended() -> None:
    writer, outcome = make()
    writer.send(Text("x"))
    writer.send(END)
    assert writer.fail(FAULT) == []
    assert outcome.fault is None
    assert writer.finish_empty() == []


def test_an_empty_answer_waits_for_the_host_to_decide() -> None:
    writer, outcome = make()
    assert writer.finish_empty() == []
    assert writer.send(Finished("tool_use", Usage(input=2, output=3), upstream_reason="tool_calls")) == []
    assert (outcome.empty, outcome.finished, outcome.stop_reason) == (True, False, "end_turn")
    answer = check(b"".join(map(to_sse, writer.finish_empty())))
    assert answer.content == [{"type": "text", "text": ""}]
    assert answer.complete
    assert answer.usage["output_tokens"] == 3
    assert outcome.finished
    assert writer.finish_empty() == []


events = st.lists(
    st.builds(Text, st.text(max_size=5))
    | st.builds(Thinking, st.text(max_size=5), st.sampled_from(["", "", "sig"]))
    | st.builds(ToolCall, st.integers(0, 3), st.sampled_from(["", "a", "b"]), st.sampled_from(["", "f", "g"]))
    | st.builds(ToolInput, st.integers(0, 3), st.sampled_from(["", "{", "}", '"a":', '"b"', "{}", "1", " ", "x", "[", ","]))
    | st.builds(Started, st.text(max_size=2), st.none() | st.just(Usage(input=0, cache_read=4))),
    max_size=20,
)
reasons: Any = st.sampled_from(["end_turn", "tool_use", "max_tokens", "refusal"])


@given(events, reasons)
def test_the_grammar_holds_whatever_is_said(said: list[Event], reason: StopReason) -> None:
    for eager in (True, False):
        out, outcome = write(*said, Finished(reason), eager=eager)
        if not out:
            assert outcome.empty or outcome.fault
            continue
        answer = check(out)
        assert answer.complete == outcome.finished == (outcome.fault is None)
        if outcome.finished:
            assert as_sdk_reads(out).stop_reason == answer.stop_reason


@given(events, reasons)
def test_every_word_of_text_arrives(said: list[Event], reason: StopReason) -> None:
    out, outcome = write(*said, Finished(reason), eager=False)
    if not outcome.finished:
        return
    texts = "".join(
        block.get("text", "") + block.get("thinking", "") for block in check(out).content if block["type"] != "tool_use"
    )
    for event in said:
        if isinstance(event, Text | Thinking):
            assert event.text in texts


@given(events, reasons)
def test_collected_and_streamed_are_the_same_message(said: list[Event], reason: StopReason) -> None:
    writer, outcome = make(eager=False)
    wires = [wire for event in [*said, Finished(reason)] for wire in writer.send(event)]
    if not outcome.finished:
        assert Collector().put(wires) == []
        return
    streamed = as_sdk_reads(b"".join(map(to_sse, wires))).to_dict(exclude_none=True)
    [whole] = Collector().put(wires)
    assert as_sdk_reads(whole, streams=False).to_dict(exclude_none=True) == streamed
    assert json.loads(whole)["content"] == streamed["content"]
