from __future__ import annotations

import json
from typing import Any

import pytest

from addon.demo.driver import _blocks, run
from addon.demo.errors import DemoFailed
from addon.demo.recorded import Recording
from addon.routing.facts import facts_of
from addon.routing.kinds import kind_of
from tests.support.routing import captured
from translators.contract import Request


def stream(*events: dict[str, Any]) -> bytes:
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def opened(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def more(index: int, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


STOP = {"type": "message_stop"}


def test_a_stream_becomes_blocks() -> None:
    events = [
        {"type": "message_start", "message": {}},
        opened(0, type="thinking", thinking="", signature=""),
        more(0, type="thinking_delta", thinking="hm"),
        more(0, type="signature_delta", signature="s"),
        opened(1, type="text", text=""),
        more(1, type="text_delta", text="a"),
        more(1, type="text_delta", text="b"),
        opened(2, type="tool_use", id="t", name="Bash", input={}),
        more(2, type="input_json_delta", partial_json='{"command":'),
        more(2, type="input_json_delta", partial_json='"ls"}'),
        opened(3, type="tool_use", id="u", name="Bash", input={}),
        STOP,
    ]
    assert _blocks(stream(*events)) == [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "ab"},
        {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "ls"}},
        {"type": "tool_use", "id": "u", "name": "Bash", "input": {}},
    ]


def test_a_cut_stream_is_a_failure() -> None:
    with pytest.raises(DemoFailed, match="broke off before its end"):
        _blocks(stream(opened(0, type="text", text="")))


def test_an_error_in_the_stream_is_a_failure() -> None:
    with pytest.raises(DemoFailed, match="busy"):
        _blocks(stream({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}))


def test_a_router_that_is_not_there_is_a_failure(tmp_path: Any) -> None:
    with pytest.raises(DemoFailed, match="broke off"):
        run("http://127.0.0.1:9", tmp_path)


@pytest.mark.parametrize(("name", "capture"), [("title", "title_headless"), ("main", "main_first_turn")])
def test_its_requests_are_the_recorded_ones_but_for_what_the_user_says(name: str, capture: str) -> None:
    recording, real = Recording(name), captured(capture)
    assert kind_of(facts_of(Request(b"", recording.body("hello")), 0)) == kind_of(facts_of(real, 0))
    body = recording.body("hello", [{"role": "assistant", "content": "so"}])
    assert {key: value for key, value in body.items() if key != "messages"} == {
        key: value for key, value in real.body.items() if key != "messages"
    }
    assert body["messages"][0]["content"][-1]["text"] == "hello"
    assert body["messages"][-1] == {"role": "assistant", "content": "so"}
    assert recording.headers["X-Claude-Code-Session-Id"] == real.headers["x-claude-code-session-id"]
