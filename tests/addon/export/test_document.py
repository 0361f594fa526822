from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.test import tflow

from addon.export.document import document
from addon.export.files import written
from addon.export.prose import _filled, filler

SECRET = "providers-own-key-123456"
PROSE = ["Grandmother", "apple-pie", "wolfsbane", "/home/alice/diary", "Zürich", "moonlit", "sekretplan", "overripe"]
REQUEST = {
    "model": "claude-opus-4-8",
    "stream": True,
    "system": [{"type": "text", "text": f"You are {PROSE[0]}.\nBe kind.", "cache_control": {"type": "ephemeral"}}],
    "tools": [
        {
            "name": "Bash",
            "description": PROSE[1],
            "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}},
        }
    ],
    "messages": [
        {"role": "user", "content": f"tell of {PROSE[4]} and sk-typed-by-the-user-9876"},
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "t0", "name": "Bash", "input": {"command": f"cat {PROSE[3]}", "name": PROSE[2]}}
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t0", "content": PROSE[2]}]},
    ],
}


def event(value: Any) -> str:
    return f"event: {value['type']}\ndata: {json.dumps(value)}\n\n"


ANSWER = event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": PROSE[5]}}) + event(
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"command": "' + PROSE[6]}}
)


def routed() -> http.HTTPFlow:
    flow = tflow.tflow(resp=True)
    assert flow.response
    flow.request.text = json.dumps({"model": "m", "messages": [{"role": "user", "content": PROSE[0]}]})
    flow.request.headers["authorization"] = f"Bearer {SECRET}"
    flow.response.text = ANSWER
    flow.metadata["ccr"] = {
        "request_id": "req_ccr1",
        "client_request": {
            "method": "POST",
            "path": "/v1/messages",
            "headers": {"cookie": SECRET},
            "body": json.dumps(REQUEST, ensure_ascii=False),
        },
        "kind": "main",
        "route": "default",
        "provider": "one",
        "model": "m",
        "asked_model": "claude-opus-4-8",
        "reason": "nothing special",
        "candidates": ["one,m"],
        "tokens_estimate": 5,
        "attempts": [{"provider": "one", "model": "m", "status": 400, "error": f"bad {SECRET}: {PROSE[7]}", "ms": 1}],
        "provider_answer": {"status": 200, "headers": {"set-cookie": SECRET}, "body": 'data: {"key": "' + SECRET + '"}\n\n'},
        "tool_calls": [
            {"id": "t1", "name": "Bash", "arguments": '{"command": "' + PROSE[6], "input": '{"command":"x"}', "repaired": True}
        ],
        "notes": [{"rule": "top_k", "text": "left out"}],
        "error": None,
    }
    return flow


@pytest.mark.parametrize("ending", ["json", "md"])
@pytest.mark.parametrize("without_prose", [False, True])
def test_no_secret_is_ever_written(tmp_path: Path, ending: str, without_prose: bool) -> None:
    path = tmp_path / f"flow.{ending}"
    assert written(document([routed()], secrets=[SECRET], without_prose=without_prose), path) == path.stat().st_size
    text = path.read_text()
    assert SECRET not in text
    assert "sk-typed-by-the-user" not in text
    assert "default" in text


@pytest.mark.parametrize("ending", ["json", "md"])
def test_prose_is_there_unless_it_is_to_go(tmp_path: Path, ending: str) -> None:
    for without_prose in (False, True):
        path = tmp_path / f"flow{without_prose}.{ending}"
        written(document([routed()], secrets=[], without_prose=without_prose), path)
        found = {word for word in PROSE if word in path.read_text()}
        assert found == (set() if without_prose else set(PROSE))


def test_structure_sizes_and_names_stay_without_prose() -> None:
    (flow,) = document([routed()], secrets=[], without_prose=True)["flows"]
    told = json.loads(flow["client_request"]["body"])
    assert told["model"] == REQUEST["model"]
    assert told["tools"][0]["name"] == "Bash"
    assert told["tools"][0]["input_schema"] == {"type": "object", "properties": {"command": {"type": "string"}}}
    assert told["messages"][1]["content"][0]["id"] == "t0"
    assert told["messages"][1]["content"][0]["input"].keys() == {"command", "name"}
    assert told["system"][0]["text"] == filler(f"You are {PROSE[0]}.\nBe kind.")
    assert len(told["messages"][2]["content"][0]["content"]) == len(PROSE[2])
    assert flow["tool_calls"][0]["name"] == "Bash"
    assert flow["tool_calls"][0]["arguments"].startswith('{"xxxxxxx": "x')
    assert flow["notes"][0]["rule"] == "top_k"
    assert flow["reason"] == "nothing special"
    assert flow["client_answer"]["body"].count("event: content_block_delta") == 2


@given(st.text())
def test_filler_is_as_long_as_the_text_and_says_nothing(text: str) -> None:
    assert len(filler(text)) == len(text)
    assert set(filler(text)) <= {"x", *(letter for letter in text if letter.isspace())}


_VALUES = st.recursive(
    st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)


@given(_VALUES, st.booleans())
def test_filling_never_raises_and_keeps_the_shape(value: Any, free: bool) -> None:
    filled = _filled(value, free=free)
    assert type(filled) is type(value)
    if isinstance(value, str):
        assert free or len(filled) == len(value)
