from __future__ import annotations

import json
import random
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.answers import TARGET, WIRE, as_sdk_reads, call, calls, delta, exchange, finish, run, sse
from tests.support.grammar import Answer, check
from translators.contract import WireRequest
from translators.events import Event, Finished, Started, Thinking, ToolCall, ToolInput
from translators.opaque import unseal
from translators.openai_chat.stream import ChatReader
from translators.sse import Decoder

FILES = Path(__file__).parents[2] / "wire" / "openai_chat"
ANSWERS: dict[str, dict[str, Any]] = json.loads((FILES / "answers.json").read_text())

# One stream each, with what the client is to make of it in answers.json.
CASES = [
    "text",
    "role_only_opens_nothing",
    "comments_crlf_and_fields",
    "byte_order_mark_and_bare_cr",
    "reasoning_content",
    "reasoning",
    "reasoning_in_two_fields_is_not_doubled",
    "reasoning_details_alone",
    "think_tags_cut_anywhere",
    "a_tag_that_is_none_is_text",
    "half_a_tag_at_the_end_is_text",
    "everything_in_one_chunk",
    "call_in_fragments",
    "arguments_in_the_opening_chunk",
    "stop_with_calls",
    "tool_calls_without_calls",
    "parallel_calls_in_turn",
    "parallel_calls_interleaved",
    "same_index_new_id",
    "same_index_new_name",
    "no_index_by_id",
    "no_index_no_id_is_the_last_call",
    "index_sparse_and_from_one",
    "name_late",
    "name_repeated_and_null",
    "id_never",
    "id_twice",
    "ids_of_kimi_stay",
    "cumulative_arguments",
    "cumulative_arguments_unclear_at_first",
    "arguments_that_only_look_cumulative",
    "no_arguments",
    "arguments_as_an_object",
    "text_after_a_call",
    "text_inside_a_call",
    "function_call_of_old",
    "usage_after_the_finish",
    "usage_in_every_chunk",
    "usage_never",
    "usage_of_groq",
    "usage_of_kimi",
    "usage_of_deepseek",
    "usage_with_cache_writes",
    "finish_without_done",
    "stop_string_of_vllm",
    "stop_token_of_vllm",
    "length",
    "length_with_a_whole_call",
    "length_in_a_call",
    "content_filter",
    "refusal",
    "parts_of_mistral",
    "azure_filter_results_first",
    "text_and_calls_in_two_choices",
    "cut_without_a_finish",
    "done_without_a_finish",
    "cut_inside_a_call",
    "broken_call_before_another",
    "error_in_the_stream",
    "error_of_openrouter",
    "error_in_a_choice",
    "error_as_the_finish",
    "error_event_of_vllm",
    "error_of_minimax",
    "error_of_groq",
    "not_json",
    "resources_of_deepseek",
    "finished_with_nothing",
    "neither_content_nor_finish",
    "error_at_once",
]


def stream_of(case: str) -> bytes:
    return (FILES / f"{case}.sse").read_bytes()


def without_signatures(answer: Answer) -> list[dict[str, Any]]:
    """The content, with made ids as `<made>`."""
    content = []
    for block in answer.content:
        kept = {key: value for key, value in block.items() if key != "signature"}
        if str(kept.get("id", "")).startswith("toolu_"):
            kept["id"] = "<made>"
        content.append(kept)
    return content


def assert_failed(answer: Answer, expected: dict[str, Any]) -> None:
    assert answer.error
    assert fnmatchcase(answer.error["type"], expected["error"]["type"])
    assert fnmatchcase(answer.error["message"], expected["error"]["message"])
    content = without_signatures(answer)
    for block in content:
        if block["type"] == "tool_use":
            block["input"] = ""
    assert content == expected["content"]


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_stream_reads_as_written_down(case: str) -> None:
    expected = ANSWERS[case]
    given_exchange = exchange()
    out = run(given_exchange, stream_of(case))
    outcome = given_exchange.outcome
    if expected.get("empty"):
        assert out == b""
        assert (outcome.empty, outcome.began, outcome.finished) == (True, False, False)
        assert outcome.stop_reason == expected["stop_reason"]
        assert outcome.fault is None
        return
    if expected.get("nothing"):
        assert out == b""
        assert outcome.fault
        assert fnmatchcase(outcome.fault.message, expected["message"])
        assert not outcome.began
        return
    answer = check(out)
    assert outcome.began
    if "error" in expected:
        assert_failed(answer, expected)
        assert outcome.fault
        assert not outcome.finished
        return
    assert outcome.fault is None
    assert outcome.finished
    assert without_signatures(answer) == expected["content"]
    assert answer.stop_reason == outcome.stop_reason == expected["stop_reason"]
    assert answer.stop_sequence == expected.get("stop_sequence")
    if expected["usage"]["output_tokens"] == "<estimate>":
        assert answer.usage["output_tokens"] > 1
        assert outcome.usage_estimated
    else:
        assert answer.usage == expected["usage"]


def test_every_recorded_stream_is_a_case() -> None:
    assert sorted(CASES) == sorted(ANSWERS) == sorted(path.stem for path in FILES.glob("*.sse"))


@pytest.mark.parametrize("case", CASES)
def test_how_a_stream_is_cut_is_invisible(case: str) -> None:
    data = stream_of(case)
    at_once = run(exchange(), data)
    assert run(exchange(), data, size=1) == at_once
    dice = random.Random(case)
    for _ in range(5):
        given_exchange, out, at = exchange(), b"", 0
        while at < len(data):
            size = dice.randint(1, 60)
            out += b"".join(given_exchange.feed(data[at : at + size]))
            at += size
        assert out + b"".join(given_exchange.close()) == at_once


@pytest.mark.parametrize("case", [case for case in CASES if "stop_reason" in ANSWERS[case] and "content" in ANSWERS[case]])
def test_the_official_client_library_reads_the_same(case: str) -> None:
    answer = check(out := run(exchange(), stream_of(case)))
    read = as_sdk_reads(out)
    content = [block.to_dict() for block in read.content]
    if ANSWERS[case]["content"][-1].get("input", {}) is None:  # what the limit cut off it leaves out
        assert content[-1].pop("input") == {}
        assert answer.content[-1].pop("input") is None
    assert content == answer.content
    assert read.stop_reason == answer.stop_reason
    assert read.usage.input_tokens == answer.usage["input_tokens"]
    assert read.usage.output_tokens == answer.usage["output_tokens"]
    assert read.usage.cache_read_input_tokens == answer.usage["cache_read_input_tokens"]


# What the two give differs by design only where arguments are broken: a stream cannot mend what it has given out.
BROKEN = {"length_in_a_call", "cut_inside_a_call", "broken_call_before_another"}


@pytest.mark.parametrize("case", [case for case in CASES if "content" in ANSWERS[case] and case not in BROKEN])
def test_streamed_and_whole_are_the_same_message(case: str) -> None:
    data = stream_of(case)
    streamed, whole = exchange(), exchange(streams=False)
    body = whole.whole(data)
    out = run(streamed, data)
    assert (whole.outcome.fault is None) == (streamed.outcome.fault is None)
    if whole.outcome.fault:
        assert body == b""
        assert not whole.outcome.began
        return
    assert as_sdk_reads(body, streams=False).to_dict(exclude_none=True) == as_sdk_reads(out).to_dict(exclude_none=True)
    assert whole.outcome.calls == streamed.outcome.calls


def test_the_open_call_streams_while_others_wait() -> None:
    given_exchange = exchange()
    given_exchange.feed(sse(calls(call("", index=0, id="a", name="f")), calls(call('{"b":', index=1, id="b", name="g"))))
    first = b"".join(given_exchange.feed(sse(calls(call('{"a":', index=0)))))
    assert b'"partial_json":"{\\"a\\":"' in first
    assert given_exchange.feed(sse(calls(call("2}", index=1)))) == []
    second = b"".join(given_exchange.feed(sse(calls(call("1}", index=0)))))
    assert b'"name":"g"' in second  # complete, and another waiting: the next has its turn
    assert b'"partial_json":"{\\"b\\":2}"' in second


def test_calls_that_follow_each_other_stream_at_once() -> None:
    given_exchange = exchange()
    for number in range(3):
        opened = b"".join(given_exchange.feed(sse(calls(call('{"a":', index=number, id=f"c{number}", name="f")))))
        assert f'"id":"c{number}"'.encode() in opened
        assert given_exchange.feed(sse(calls(call("1}", index=number))))


def test_names_that_were_shortened_are_restored() -> None:
    given_exchange = exchange(names={"short_1": "mcp__server__a_very_long_name"})
    answer = check(run(given_exchange, sse(calls(call("{}", id="c", name="short_1")), finish())))
    assert answer.content[0]["name"] == "mcp__server__a_very_long_name"
    assert given_exchange.outcome.calls[0].name == "mcp__server__a_very_long_name"


def test_ids_changing_with_every_piece_do_not_split_a_call() -> None:
    pieces = [calls(call(piece, index=0, id=f"id{n}")) for n, piece in enumerate(['":', "1", "}"])]
    answer = check(run(exchange(), sse(calls(call('{"a', id="first", name="f")), *pieces, finish())))
    assert [(block["id"], block["input"]) for block in answer.content] == [("first", {"a": 1})]


def test_two_calls_without_arguments_index_or_id_are_two() -> None:
    answer = check(run(exchange(), sse(calls(call(index=None, name="f"), call(index=None, name="g")), finish())))
    assert [block["name"] for block in answer.content] == ["f", "g"]


def test_the_same_name_without_ids_opens_the_next_call() -> None:
    answer = check(run(exchange(), sse(calls(call('{"a":1}', name="f")), calls(call('{"a":2}', name="f")), finish())))
    assert [block["input"] for block in answer.content] == [{"a": 1}, {"a": 2}]


def test_arguments_said_once_more_at_the_end_are_one_call() -> None:
    whole = '{"a":1}'
    answer = check(run(exchange(), sse(calls(call(whole, name="f")), calls(call(whole, name="f")), finish())))
    assert [block["input"] for block in answer.content] == [{"a": 1}]


def test_an_unclear_repetition_at_the_end_is_what_makes_the_arguments_whole() -> None:
    snapshot = sse(calls(call('{"a":', id="c", name="f")), calls(call('{"a":1}')), finish())
    assert check(run(exchange(), snapshot)).content[0]["input"] == {"a": 1}
    nested = sse(calls(call('{"a":', id="c", name="f")), calls(call('{"a":1}')), calls(call("}")), finish())
    assert check(run(exchange(), nested)).content[0]["input"] == {"a": {"a": 1}}


def test_pieces_as_long_as_all_before_them_are_just_pieces() -> None:
    pieces = [calls(call(piece)) for piece in ('{"path":', ' "/etc/hosts" ', ', "limit": 12 }')]
    answer = check(run(exchange(), sse(calls(call("", id="c", name="f")), *pieces, finish())))
    assert answer.content[0]["input"] == {"path": "/etc/hosts", "limit": 12}


def test_a_long_piece_with_the_same_beginning_is_no_snapshot() -> None:
    opening = '{"text": "' + "x" * 80
    answer = check(run(exchange(), sse(calls(call(opening, id="c", name="f")), calls(call("x" * 100 + '"}')), finish())))
    assert answer.content[0]["input"] == {"text": "x" * 180}
    same_head = '{"items": ["' + "x" * 70 + '", '
    other = same_head[:70] + "y" * 40 + '", 1]}'
    answer = check(run(exchange(), sse(calls(call(same_head, id="c", name="f")), calls(call(other)), finish("length"))))
    assert answer.inputs[0] == same_head + other  # wrong as it is, it is what was said


def test_white_space_before_arguments_is_no_snapshot_either() -> None:
    answer = check(run(exchange(), sse(calls(call(" ", id="c", name="f")), calls(call(' {"a":1}')), finish())))
    assert answer.content[0]["input"] == {"a": 1}


def test_text_that_repeats_itself_inside_a_string_is_kept() -> None:
    answer = check(run(exchange(), sse(calls(call('"', id="c", name="f")), calls(call('"')), finish())))
    assert answer.content[0]["input"] == {}


def states_of(data: bytes) -> list[dict[str, Any]]:
    found = [unseal(block["signature"]) for block in check(run(exchange(), data)).content if block["type"] == "thinking"]
    return [state for state in found if state]


def test_reasoning_details_come_back_to_their_provider_in_the_signature() -> None:
    pieces = [
        {"type": "reasoning.text", "text": "Let ", "index": 0, "format": "anthropic-claude-v1"},
        {"type": "reasoning.text", "text": "me.", "index": 0, "signature": None},
        {"type": "reasoning.text", "signature": "c2ln", "index": 0},
        {"type": "reasoning.encrypted", "data": "AAAA", "index": 1},
        {"type": "reasoning.encrypted", "data": "BB"},
    ]
    data = sse(*(delta(reasoning_details=[piece]) for piece in pieces), delta(content="Done"), finish())
    details = [
        {"type": "reasoning.text", "text": "Let me.", "index": 0, "format": "anthropic-claude-v1", "signature": "c2ln"},
        {"type": "reasoning.encrypted", "data": "AAAA", "index": 1},
        {"type": "reasoning.encrypted", "data": "BB"},
    ]
    assert states_of(data) == [{"provider": "acme", "model": "acme-1", "reasoning_details": details}]


def test_details_that_come_after_the_content_are_not_lost() -> None:
    late = [{"type": "reasoning.encrypted", "data": "AAAA", "index": 1}]
    data = sse(delta(content="Done"), delta(reasoning_details=late), finish())
    assert states_of(data) == [{"provider": "acme", "model": "acme-1", "reasoning_details": late}]


def test_the_thought_signature_of_gemini_goes_with_the_call() -> None:
    signed = call("{}", id="c", name="f") | {"extra_content": {"google": {"thought_signature": "U0lH"}}}
    answer = check(run(exchange(), sse(calls(signed), finish())))
    assert answer.types() == ["thinking", "tool_use"]
    assert states_of(sse(calls(signed), finish())) == [{"provider": "acme", "model": "acme-1", "thought_signature": "U0lH"}]


def test_thinking_without_state_is_still_marked_as_another_providers() -> None:
    assert states_of(sse(delta(reasoning="Hm"), delta(content="x"), finish())) == [{"provider": "acme"}]


def test_a_part_of_an_unknown_kind_leaves_a_trace() -> None:
    parts = [{"type": "image_url", "image_url": {}}, {"type": "thinking", "thinking": "Hm"}, {}, 7]
    answer = check(run(exchange(), sse(delta(content=parts), finish())))
    assert answer.content[0]["text"] == "[image_url content, which cannot be shown here]"
    assert answer.content[1]["thinking"] == "Hm"
    assert answer.content[2]["text"] == "[unknown content, which cannot be shown here]"


def test_half_characters_do_not_break_a_stream() -> None:
    data = b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n' + sse(finish())
    assert check(run(exchange(), data)).content[0]["text"] == "a\ufffd"


def test_pictures_of_the_model_leave_a_trace() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,eA=="}}
    answer = check(run(exchange(), sse(delta(content="Look: ", images=[picture]), finish())))
    assert answer.content[0]["text"] == "Look: [image_url content, which cannot be shown here]"


def test_an_index_may_be_a_text() -> None:
    places: list[Any] = ["0", "1"]
    pieces = [call(index=place, id=place + "c", name="T") for place in places]
    pieces += [call(f'{{"x":{place}}}', index=place) for place in places]
    answer = check(run(exchange(), sse(*(calls(piece) for piece in pieces), finish("tool_calls"))))
    assert [(block["id"], block["input"]) for block in answer.content] == [("0c", {"x": 0}), ("1c", {"x": 1})]


def test_a_whole_message_in_a_stream_is_read() -> None:
    data = sse({"choices": [{"message": {"content": "all of it"}, "finish_reason": "stop"}]})
    assert check(run(exchange(), data)).content[0]["text"] == "all of it"


def test_nothing_is_read_after_the_end() -> None:
    data = sse(delta(content="x"), finish(), b"[DONE]", delta(content="y"))
    assert check(run(exchange(), data)).content[0]["text"] == "x"
    reader = ChatReader(TARGET, WIRE)
    assert [type(event) for frame in Decoder().feed(data) for event in reader.read(frame)][-1] is Finished
    assert list(reader.close()) == []


def test_a_blank_event_is_nothing() -> None:
    assert check(run(exchange(), b"data:\n\n" + sse(delta(content="x"), b"  ", finish()))).content[0]["text"] == "x"


def test_an_error_wrapped_in_a_list_is_an_error() -> None:
    given_exchange = exchange()
    assert run(given_exchange, b"data: " + json.dumps([{"error": {"code": 429, "message": "Quota is gone"}}]).encode()) == b""
    assert given_exchange.outcome.fault
    assert "Quota is gone" in given_exchange.outcome.fault.message


@pytest.mark.parametrize("nonsense", [b"7", b"[]", b'"x"', b"null"])
def test_json_that_is_no_object_is_an_error(nonsense: bytes) -> None:
    given_exchange = exchange()
    assert run(given_exchange, sse(nonsense)) == b""
    assert given_exchange.outcome.fault
    assert nonsense.decode() in given_exchange.outcome.fault.message


def events_of(*documents: Any) -> list[Event]:
    reader = ChatReader(TARGET, WireRequest("", {}, b"", streams=True))
    return [event for frame in Decoder().feed(sse(*documents)) for event in reader.read(frame)]


def test_what_becomes_known_of_a_call_later_is_said_again() -> None:
    events = events_of(calls(call('{"a"')), calls(call(name="f")), calls(call(":1}", id="c")))
    assert events == [
        Started("acme-1-0601"),
        ToolInput(0, '{"a"'),
        ToolCall(0, "", "f"),
        ToolCall(0, "c", "f"),
        ToolInput(0, ":1}"),
    ]


def test_reasoning_and_a_tag_are_both_thinking() -> None:
    events = events_of(delta(reasoning="a"), delta(content="<think>b</think>c"))
    assert events[1:3] == [Thinking("a"), Thinking("b")]


# fmt: off
FIELDS = [
    "choices", "delta", "message", "content", "tool_calls", "function", "name",
    "arguments", "id", "index", "finish_reason", "usage", "error", "reasoning",
    "reasoning_details", "type", "text", "thinking", "prompt_tokens", "completion_tokens", "base_resp",
    "status_code", "extra_content", "google", "thought_signature", "function_call", "refusal", "stop_reason",
    "model", "x_groq", "prompt_tokens_details", "cached_tokens",
]
# fmt: on

json_ish = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["{", '{"a":1}', "stop", "f"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


def chunk_like(inner: Any) -> dict[str, Any]:
    return {"choices": [{"delta": inner, "finish_reason": None}]}


@given(st.lists(json_ish | json_ish.map(chunk_like), max_size=5), st.booleans())
@example([{"choices": [{"delta": {"tool_calls": [{"index": "x", "function": {"name": 1, "arguments": [1]}}]}}]}], True)
@example([float("inf"), {"usage": {"prompt_tokens": float("inf")}}], True)
@example([{"choices": [{"delta": {"tool_calls": [{"function": {"name": "f", "arguments": {"a": float("nan")}}}]}}]}], True)
@example([{"choices": 7}, {"choices": [{"delta": 7}]}, {"choices": [None]}], False)
def test_whatever_is_sent_the_answer_is_well_formed_or_nothing(documents: list[Any], ends: bool) -> None:
    data = sse(*documents, *([finish("tool_calls")] if ends else []))
    given_exchange = exchange()
    out = run(given_exchange, data)
    outcome = given_exchange.outcome
    if out:
        answer = check(out)
        assert answer.complete == outcome.finished == (outcome.fault is None)
    else:
        assert outcome.fault or outcome.empty
    assert outcome.fault is None or "could not be translated" not in outcome.fault.message
    assert outcome.usage.input is not None
    assert outcome.usage.output is not None


@given(st.binary(max_size=200))
def test_garbage_is_a_failure_and_never_an_answer(data: bytes) -> None:
    given_exchange = exchange()
    assert run(given_exchange, data) == b""
    assert given_exchange.outcome.fault


pieces_of_json = st.dictionaries(
    st.text(max_size=5), st.text(max_size=12) | st.integers() | st.lists(st.text(max_size=4), max_size=3), max_size=4
)


@given(st.lists(pieces_of_json, min_size=1, max_size=4), st.randoms(use_true_random=False), st.booleans())
def test_interleaved_calls_arrive_whole_and_in_order(inputs: list[dict[str, Any]], dice: random.Random, snapshots: bool) -> None:
    texts = [json.dumps(value, ensure_ascii=dice.random() < 0.5) for value in inputs]
    sent = [0] * len(texts)
    chunks = [calls(*(call("", index=n, id=f"c{n}", name=f"f{n}") for n in range(len(texts))))]
    while any(at < len(text) for at, text in zip(sent, texts, strict=True)):
        n = dice.choice([n for n, text in enumerate(texts) if sent[n] < len(text)])
        end = min(sent[n] + dice.randint(1, 5), len(texts[n]))
        chunks.append(calls(call(texts[n][0 if snapshots else sent[n] : end], index=n)))
        sent[n] = end
    given_exchange = exchange()
    out = run(given_exchange, sse(*chunks, finish("tool_calls")))
    answer = check(out)
    assert [block["input"] for block in answer.content] == inputs
    assert [block.to_dict()["input"] for block in as_sdk_reads(out).content] == inputs
    assert [record.arguments for record in given_exchange.outcome.calls] == texts
