from __future__ import annotations

from typing import Any

import pytest

from translators.anthropic.assemble import Assembler, take_apart, to_sse
from translators.errors import BadAnswer

MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [
        {"type": "thinking", "thinking": "hm", "signature": "Er=="},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "é", "citations": [{"type": "char_location", "cited_text": "é"}]},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [1, "é"]}},
        {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 5, "output_tokens": 9, "cache_read_input_tokens": 2},
    "container": {"id": "c"},
}


def assemble(*events: dict[str, Any]) -> dict[str, Any]:
    assembler = Assembler()
    for event in events:
        assembler.add(event)
    return assembler.message


def test_what_is_taken_apart_comes_together_again() -> None:
    assert assemble(*take_apart(MESSAGE)) == MESSAGE


def test_a_message_taken_apart_starts_empty() -> None:
    start = next(take_apart(MESSAGE))
    assert start["message"]["content"] == []
    assert start["message"]["stop_reason"] is None
    assert start["message"]["usage"]["output_tokens"] == 0


def test_a_message_of_few_fields_is_taken_apart() -> None:
    content = [{"type": "text"}, {"type": "thinking"}, {"type": "tool_use", "id": "t", "name": "f"}]
    events = list(take_apart({"content": content}))
    assert [event["type"] for event in events][-2:] == ["message_delta", "message_stop"]
    assert [event["delta"] for event in events if event["type"] == "content_block_delta"] == [
        {"type": "text_delta", "text": ""},
        {"type": "thinking_delta", "thinking": ""},
        {"type": "signature_delta", "signature": ""},
        {"type": "input_json_delta", "partial_json": "{}"},
    ]


def test_the_end_adds_what_was_not_known_before() -> None:
    message = assemble(
        {"type": "message_start", "message": {"id": "a", "usage": {"input_tokens": 5, "output_tokens": 1}}},
        {"type": "ping"},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 7, "input_tokens": None},
            "context_management": {"applied_edits": []},
        },
    )
    assert message == {
        "id": "a",
        "content": [],
        "usage": {"input_tokens": 5, "output_tokens": 7},
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "context_management": {"applied_edits": []},
    }


def test_an_end_without_words_changes_nothing() -> None:
    start = {"type": "message_start", "message": {"id": "a"}}
    assert assemble(start, {"type": "message_delta"}) == {"id": "a", "content": []}
    assert assemble(start, {"type": "message_delta", "usage": {"output_tokens": 1}})["usage"] == {"output_tokens": 1}


@pytest.mark.parametrize("kind", ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "novel"])
def test_an_event_without_its_contents_is_passed_over(kind: str) -> None:
    assert assemble({"type": kind}) == {}


def test_deltas_of_unknown_kinds_add_nothing() -> None:
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a"}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "novel_delta", "text": "b"}}
    assert assemble(start, delta)["content"] == [{"type": "text", "text": "a"}]


def test_a_delta_for_no_block_and_arguments_that_are_no_json_are_bad_answers() -> None:
    with pytest.raises(BadAnswer, match="block 3"):
        assemble({"type": "content_block_delta", "index": 3, "delta": {"type": "text_delta", "text": "x"}})
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "name": "f"}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a'}}
    with pytest.raises(BadAnswer, match="`f`"):
        assemble(start, delta, {"type": "content_block_stop", "index": 0})


def test_an_event_goes_on_the_wire_with_its_name() -> None:
    assert to_sse({"type": "ping", "x": float("inf")}) == b'event: ping\ndata: {"type":"ping","x":null}\n\n'
