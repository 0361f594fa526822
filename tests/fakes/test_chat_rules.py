"""What the strict fake refuses, one broken request at a time; a sound request in every feature passes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.chat_rules import Strictness, complaints, leaks

PIXEL = "data:image/png;base64,aGk="


def call(identity: str = "call_1", name: str = "Read", arguments: Any = "{}") -> dict[str, Any]:
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


SOUND: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Look."}, {"type": "image_url", "image_url": {"url": PIXEL}}]},
        {"role": "assistant", "content": None, "tool_calls": [call("call_1"), call("call_2", "Bash", '{"command": "ls"}')]},
        {"role": "tool", "tool_call_id": "call_2", "content": ""},
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "x"}]},
        {"role": "user", "content": "Answer in JSON."},
        {"role": "assistant", "content": "Yes."},
        {
            "role": "user",
            "content": [{"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,aGk="}}],
        },
    ],
    "tools": [
        {"type": "function", "function": {"name": name, "description": "d", "parameters": {"type": "object", "properties": {}}}}
        for name in ("Read", "Bash")
    ],
    "tool_choice": {"type": "function", "function": {"name": "Read"}},
    "parallel_tool_calls": False,
    "max_tokens": 100,
    "temperature": 1,
    "stop": ["a", "b"],
    "stream": True,
    "stream_options": {"include_usage": True},
    "response_format": {"type": "json_object"},
}

type Change = Callable[[dict[str, Any]], Any]


def put(value: Any, *path: str | int) -> Change:
    """A change that sets what stands at `path`; a last step of "+" appends."""

    def change(body: Any) -> None:
        *way, last = path
        for step in way:
            body = body[step]
        if last == "+":
            body.append(value)
        else:
            body[last] = value

    return change


def drop(*path: str | int) -> Change:
    def change(body: Any) -> None:
        *way, last = path
        for step in way:
            body = body[step]
        del body[last]

    return change


OPEN_SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "t", "strict": True, "schema": {"type": "object", "properties": {"a": {}}}},
}

BROKEN: list[tuple[str, Change]] = [
    ("unknown top-level field", put({}, "metadata")),
    ("reasoning effort", put("low", "reasoning_effort")),
    ("thinking", put({"type": "enabled"}, "thinking")),
    ("no model", drop("model")),
    ("no messages", put([], "messages")),
    ("both limits", put(5, "max_completion_tokens")),
    ("limit of zero", put(0, "max_tokens")),
    ("limit as text", put("5", "max_tokens")),
    ("temperature too high", put(3, "temperature")),
    ("five stops", put(["s"] * 5, "stop")),
    ("no stops", put([], "stop")),
    ("empty user", put("", "user")),
    ("stream options without stream", drop("stream")),
    ("unknown stream option", put({"x": True}, "stream_options")),
    ("no tools", put([], "tools")),
    ("tool choice without tools", drop("tools")),
    ("tool choice of another tool", put("Other", "tool_choice", "function", "name")),
    ("tool choice in Anthropic's words", put({"type": "auto"}, "tool_choice")),
    ("parallel calls as text", put("no", "parallel_tool_calls")),
    ("unknown tool field", put({"type": "ephemeral"}, "tools", 0, "cache_control")),
    ("unknown function field", put({}, "tools", 0, "function", "input_schema")),
    ("typed tool", put({"type": "web_search_20250305", "name": "w"}, "tools", 0)),
    ("long tool name", put("x" * 65, "tools", 1, "function", "name")),
    ("dotted tool name", put("a.b", "tools", 1, "function", "name")),
    ("same tool name twice", put("Read", "tools", 1, "function", "name")),
    ("null description", put(None, "tools", 0, "function", "description")),
    ("schema without type", put({"properties": {}}, "tools", 0, "function", "parameters")),
    ("schema without properties", put({"type": "object"}, "tools", 0, "function", "parameters")),
    ("unknown role", put("developer", "messages", 0, "role")),
    ("system in the midst", put({"role": "system", "content": "x"}, "messages", "+")),
    ("unknown message field", put("x", "messages", 6, "reasoning_content")),
    ("unknown part field", put({}, "messages", 1, "content", 0, "cache_control")),
    ("unknown part", put({"type": "image"}, "messages", 1, "content", 1)),
    ("image in a tool message", put({"type": "image_url", "image_url": {"url": PIXEL}}, "messages", 4, "content", 0)),
    ("image that is no base64", put("data:image/png;base64,???", "messages", 1, "content", 1, "image_url", "url")),
    ("image without media type", put("aGk=", "messages", 1, "content", 1, "image_url", "url")),
    ("file without name", drop("messages", 7, "content", 0, "file", "filename")),
    ("empty user content", put("", "messages", 5, "content")),
    ("no parts", put([], "messages", 5, "content")),
    ("empty text part", put("", "messages", 1, "content", 0, "text")),
    ("null user content", put(None, "messages", 5, "content")),
    ("null tool content", put(None, "messages", 3, "content")),
    ("missing tool content", drop("messages", 3, "content")),
    ("assistant with nothing", put({"role": "assistant", "content": None}, "messages", 6)),
    ("assistant with empty text", put("", "messages", 6, "content")),
    ("no calls", put([], "messages", 6, "tool_calls")),
    ("call without id", drop("messages", 2, "tool_calls", 0, "id")),
    ("long call id", put("x" * 41, "messages", 2, "tool_calls", 0, "id")),
    ("same id twice", put("call_2", "messages", 2, "tool_calls", 0, "id")),
    ("call without type", drop("messages", 2, "tool_calls", 0, "type")),
    ("call with an index", put(0, "messages", 2, "tool_calls", 0, "index")),
    ("long name in a call", put("x" * 65, "messages", 2, "tool_calls", 0, "function", "name")),
    ("arguments as an object", put({}, "messages", 2, "tool_calls", 0, "function", "arguments")),
    ("empty arguments", put("", "messages", 2, "tool_calls", 0, "function", "arguments")),
    ("broken arguments", put('{"a":', "messages", 2, "tool_calls", 0, "function", "arguments")),
    ("arguments that are a list", put("[]", "messages", 2, "tool_calls", 0, "function", "arguments")),
    ("call without a result", drop("messages", 3)),
    ("result without a call", put({"role": "tool", "tool_call_id": "call_9", "content": "x"}, "messages", 5)),
    ("two results for a call", put("call_2", "messages", 4, "tool_call_id")),
    ("text between call and result", lambda body: body["messages"].insert(3, {"role": "user", "content": "x"})),
    ("calls at the very end", put({"role": "assistant", "content": None, "tool_calls": [call()]}, "messages", "+")),
    ("unknown format", put({"type": "xml"}, "response_format")),
    ("schema format without a name", put({"type": "json_schema", "json_schema": {"schema": {}}}, "response_format")),
    ("strict schema that is open", put(OPEN_SCHEMA, "response_format")),
    ("JSON demanded but not spoken of", put("Answer.", "messages", 5, "content")),
]


def test_a_sound_request_with_every_feature_passes() -> None:
    assert list(complaints(SOUND, Strictness())) == []


@pytest.mark.parametrize(("name", "change"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_broken_request_is_refused(name: str, change: Change) -> None:
    body = copy.deepcopy(SOUND)
    change(body)
    assert list(complaints(body, Strictness())), name


def test_a_server_may_know_more_or_take_less() -> None:
    body = SOUND | {"reasoning_effort": "low"}
    assert not list(complaints(body, Strictness(knows=frozenset({"reasoning_effort"}))))
    assert list(complaints(SOUND, Strictness(refuses=frozenset({"stream_options"}))))


@pytest.mark.parametrize("body", [None, [], "text", 1])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    assert list(complaints(body, Strictness()))


CLEAN = (("host", "x"), ("authorization", "Bearer sk-provider"), ("user-agent", "ccr/1"))


@pytest.mark.parametrize(
    "header",
    [
        ("anthropic-version", "2023-06-01"),
        ("anthropic-beta", "x"),
        ("x-stainless-lang", "js"),
        ("x-app", "cli"),
        ("x-claude-code-session-id", "1"),
        ("cookie", "a=b"),
        ("x-api-key", "k"),
        ("user-agent", "claude-cli/2.1.197 (external, cli)"),
        ("x-trace", "of sk-client"),
    ],
)
def test_a_header_of_the_client_is_a_leak(header: tuple[str, str]) -> None:
    assert list(leaks((*CLEAN, header), "/v1/chat/completions", b"{}", ("sk-client",)))


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/v1?beta=true", b"{}"),
        ("/v1", b'{"a": "sk-client"}'),
        ("/v1", b'"cache_control":{}'),
        ("/v1", b"x-anthropic-billing-header: 1"),
    ],
)
def test_a_trace_of_the_client_elsewhere_is_a_leak(target: str, body: bytes) -> None:
    assert list(leaks(CLEAN, target, body, ("sk-client",)))


def test_a_clean_request_leaks_nothing() -> None:
    assert list(leaks(CLEAN, "/v1/chat/completions", json.dumps(SOUND).encode(), ("sk-client",))) == []
