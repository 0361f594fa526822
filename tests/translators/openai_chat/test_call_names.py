"""Names of tools that come in pieces: the tools that were offered tell a piece from another call."""

from __future__ import annotations

import json

import pytest

from tests.support.answers import TARGET, WIRE, call, calls, finish, run, sse
from tests.support.grammar import check
from translators.contract import Reply, WireRequest
from translators.exchange import Exchange
from translators.openai_chat.dialect import OPENAI_CHAT

LONG = "mcp__files__a_very_long_name"
TOOLS = ["get_weather", "Bash", "Ba", "mcp__short"]


def exchange(*, repeats: bool = False, body: bytes | None = None) -> Exchange:
    offered = json.dumps({"tools": [{"type": "function", "function": {"name": name}} for name in TOOLS]}).encode()
    wire = WireRequest(WIRE.url, {}, offered if body is None else body, streams=True, tool_names={"mcp__short": LONG})
    return Exchange(OPENAI_CHAT, TARGET, wire, Reply("msg_0123", "claude-test", True, 1, repeats=repeats))


@pytest.mark.parametrize("pieces", [["get_", "weather"], ["g", "et_weat", "her"], ["Ba", "sh"], ["mcp__", "short"]])
@pytest.mark.parametrize("every", [True, False], ids=["id in every piece", "id in the first"])
@pytest.mark.parametrize("repeats", [True, False])
def test_they_are_put_together(pieces: list[str], every: bool, repeats: bool) -> None:
    named = [call("", id="c1" if every or n == 0 else None, name=piece) for n, piece in enumerate(pieces)]
    data = sse(*(calls(piece) for piece in named), calls(call('{"x":1}')), finish("tool_calls"))
    answer = check(run(exchange(repeats=repeats), data))
    name = "".join(pieces)
    assert [(block["id"], block["name"], block["input"]) for block in answer.content] == [
        ("c1", LONG if name == "mcp__short" else name, {"x": 1})
    ]


@pytest.mark.parametrize(("first", "second"), [("Bash", "Bash"), ("Bash", "Ba"), ("get_weather", "get_weather")])
def test_a_whole_name_is_no_piece(first: str, second: str) -> None:
    data = sse(calls(call(name=first)), calls(call('{"x":1}', name=second)), finish("tool_calls"))
    assert [block["name"] for block in check(run(exchange(), data)).content] == list(dict.fromkeys([first, second]))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"tools": [7, {}]}'])
def test_where_nothing_is_known_to_be_offered_each_name_is_a_call(body: bytes) -> None:
    data = sse(calls(call(name="get_")), calls(call("{}", name="weather")), finish("tool_calls"))
    assert [block["name"] for block in check(run(exchange(body=body), data)).content] == ["get_", "weather"]
