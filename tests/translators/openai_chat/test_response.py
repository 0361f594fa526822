from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.answers import TARGET, WIRE, as_sdk_reads, exchange, message
from tests.support.grammar import check
from translators.events import Event, Failed, Finished, Started, Text, Thinking, ToolCall, ToolInput, Usage
from translators.openai_chat.response import decode


def events(body: bytes) -> list[Event]:
    return list(decode(body, TARGET, WIRE))


def function(name: Any, arguments: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}} | fields


def whole(body: bytes) -> dict[str, Any]:
    given_exchange = exchange(streams=False)
    answer: dict[str, Any] = json.loads(given_exchange.whole(body))
    return answer


def test_a_message_with_everything_in_it() -> None:
    body = message(
        "tool_calls",
        reasoning_content="Hm",
        content="Let me see",
        tool_calls=[function("f", '{"a":1}', id="c1"), function("g", '{"b":2}', id="c2")],
        usage={"prompt_tokens": 10, "completion_tokens": 3},
    )
    assert events(body) == [
        Started("acme-1-0601"),
        Thinking("Hm"),
        Text("Let me see"),
        ToolCall(0, "c1", "f"),
        ToolInput(0, '{"a":1}'),
        ToolCall(1, "c2", "g"),
        ToolInput(1, '{"b":2}'),
        Finished("tool_use", Usage(input=10, output=3), None, "tool_calls"),
    ]


def test_equal_calls_without_ids_are_all_made() -> None:
    body = message("tool_calls", content=None, tool_calls=[function("f", '{"a":1}')] * 3)
    content = whole(body)["content"]
    assert [block["input"] for block in content] == [{"a": 1}] * 3
    assert len({block["id"] for block in content}) == 3


def test_thinking_tags_at_the_head_are_thinking() -> None:
    content = whole(message(content="<think>\nHm.\n</think>\n\nYes <think>no</think>"))["content"]
    assert (content[0]["type"], content[0]["thinking"]) == ("thinking", "Hm.\n")
    assert content[1] == {"type": "text", "text": "Yes <think>no</think>"}


def test_thinking_that_is_never_closed_stays_thinking() -> None:
    content = whole(message(content="<think>Hm </thi"))["content"]
    assert [(block["type"], block["thinking"]) for block in content] == [("thinking", "Hm </thi")]


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        ("", {}),
        (None, {}),
        ({"a": 1}, {"a": 1}),
        ('{"a": 1,}', {"a": 1}),
        ("{'a': 'b'}", {"a": "b"}),
        ('"{\\"a\\":1}"', {"a": 1}),
    ],
)
def test_arguments_are_read_or_mended(arguments: Any, read: Any) -> None:
    answer = whole(message("tool_calls", content=None, tool_calls=[function("f", arguments, id="c")]))
    assert answer["content"] == [{"type": "tool_use", "id": "c", "name": "f", "input": read}]
    assert answer["stop_reason"] == "tool_use"


def test_arguments_beyond_repair_are_text() -> None:
    answer = whole(message("tool_calls", content=None, tool_calls=[function("f", '{"a": "b', id="c")]))
    assert answer["content"][0]["type"] == "text"
    assert answer["stop_reason"] == "end_turn"


def test_a_function_call_of_old_is_read() -> None:
    answer = whole(message("function_call", content=None, function_call={"name": "f", "arguments": "{}"}))
    assert answer["content"][0]["name"] == "f"
    assert answer["stop_reason"] == "tool_use"


def test_a_whole_answer_need_not_say_why_it_ended() -> None:
    assert whole(message(None, content="x"))["stop_reason"] == "end_turn"


def test_a_byte_order_mark_does_not_matter() -> None:
    assert events(b"\xef\xbb\xbf" + message(content="x"))[1] == Text("x")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"Bad gateway", "Bad gateway"),
        (b"<html><title>nginx</title>", "nginx"),
        (b"[]", "[]"),
        (b"7", "7"),
        (b"{}", "without a message"),
        (b'{"choices": []}', "without a message"),
        (b'{"choices": [{"index": 0}], "usage": {}}', "without a message"),
        (b'{"error": {"message": "No such engine"}}', "No such engine"),
        (b'[{"error": {"message": "No such engine"}}]', "No such engine"),
        (b'{"error": "No such engine"}', "No such engine"),
        (b'{"detail": "No such engine"}', "No such engine"),
        (b'{"code": "Throttled", "message": "No such engine"}', "No such engine"),
        (b'{"base_resp": {"status_code": 1008, "status_msg": "No such engine"}}', "No such engine"),
        (b'{"choices": [{"message": {"content": ""}, "error": {"message": "No such engine"}}]}', "No such engine"),
    ],
)
def test_a_success_that_is_none_is_a_failure(body: bytes, said: str) -> None:
    [failed] = events(body)
    assert isinstance(failed, Failed)
    assert said in failed.fault.message
    given_exchange = exchange(streams=False)
    assert given_exchange.whole(body) == b""
    assert not given_exchange.outcome.finished


def test_a_status_code_of_zero_is_no_error() -> None:
    body = json.loads(message(content="x")) | {"base_resp": {"status_code": 0, "status_msg": "success"}, "error": None}
    assert whole(json.dumps(body).encode())["content"][0]["text"] == "x"


@pytest.mark.parametrize("reason", ["error", "network_error", "ABORT", "function_call_filter: MALFORMED_FUNCTION_CALL"])
def test_a_finish_that_is_a_failure_is_one(reason: str) -> None:
    failed = events(message(reason, content="half"))[-1]
    assert isinstance(failed, Failed)
    assert reason in failed.fault.message


@given(
    st.binary(max_size=50)
    | st.recursive(
        st.none() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["choices", "message", "content", "tool_calls", "function"]), inner)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_body_is_an_answer_or_a_failure(body: bytes) -> None:
    found = events(body)
    assert isinstance(found[-1], Failed | Finished)
    given_exchange = exchange()
    answer = given_exchange.whole(body)
    if answer:
        assert check(answer).content == [block.to_dict() for block in as_sdk_reads(answer).content]
