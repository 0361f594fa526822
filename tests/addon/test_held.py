from __future__ import annotations

import json
from typing import Any

import pytest

from addon.commands.tools import tools_lines
from addon.held import gathered, note_edit, tool_inputs
from addon.recordings.heard import of_record
from tests.support.answers import call, calls, delta, exchange, finish, sse
from tests.support.grammar import check


def streamed() -> bytes:
    pieces = [calls(call(piece)) for piece in ('{"command', '": "l', 's"}')]
    events = [delta(content="Now"), delta(content=" this."), calls(call("", id="call_1", name="Bash")), *pieces]
    it = exchange()
    return b"".join([*it.feed(sse(*events, finish("tool_calls"), b"[DONE]")), *it.close()])


def test_a_gathered_stream_says_the_same_in_one_piece_for_each_block() -> None:
    told = streamed()
    said = gathered(
        told.replace(b"event: content_block_stop", b'event: ping\ndata: {"type": "ping"}\n\nevent: content_block_stop', 1)
    )
    assert check(said).content == check(told).content
    assert said.count(b"event: content_block_delta") == 2
    assert said.count(b"ping") == 0
    assert gathered(said) == said


@pytest.mark.parametrize("body", [b"", b'{"type": "message"}', b"no events", b"data: [1]\n\n"])
def test_what_is_no_stream_of_events_stays_as_it_is(body: bytes) -> None:
    assert gathered(body) == body


def test_the_inputs_of_tools_are_read_from_a_stream_and_from_a_whole_message() -> None:
    assert tool_inputs(streamed()) == {"call_1": ("Bash", '{"command": "ls"}')}
    whole = {"content": [{"type": "text", "text": "x"}, {"type": "tool_use", "id": "t", "name": "Read", "input": {"p": 1}}]}
    assert tool_inputs(json.dumps(whole).encode()) == {"t": ("Read", '{"p": 1}')}


def test_an_edit_that_leaves_no_readable_call_is_noted_as_one_all_the_same() -> None:
    record = {"tool_calls": [{"id": "call_1", "name": "Bash", "input": "{}"}]}
    note_edit(record, b"event: x\ndata: {broken\n\n")
    assert record == {"tool_calls": [{"id": "call_1", "name": "Bash", "input": ""}], "edited": True}


def test_calls_that_were_taken_out_or_put_in_by_hand_are_noted_and_told_as_such() -> None:
    calls = [{"id": name, "name": "Bash", "arguments": "{}", "input": "{}", "repaired": False} for name in ("kept", "gone")]
    record: dict[str, Any] = {"tool_calls": calls}
    blocks: list[dict[str, Any]] = [{"type": "tool_use", "id": name, "name": "Bash", "input": {}} for name in ("kept", "new")]
    note_edit(record, json.dumps({"content": blocks}).encode())
    assert [(call["id"], call["arguments"], call["input"]) for call in record["tool_calls"]] == [
        ("kept", "{}", "{}"),
        ("gone", "{}", ""),
        ("new", "", "{}"),
    ]
    assert [line.split()[-1] for line in tools_lines(record)[1:3]] == ["same", "(nothing)"]
    answer = of_record(record | {"stop_reason": "tool_use"}, 200, json.dumps({"content": blocks}).encode())
    assert [call.input for call in answer.tool_calls] == [{}, {}]
