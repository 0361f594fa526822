from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.chat_requests import (
    asked,
    assistant,
    call,
    image,
    pdf,
    result,
    sent,
    text,
    thinking,
    tool,
    unknown_target,
    user,
)
from translators.opaque import seal
from translators.quirks import Quirks, apply_quirks, bare_model, quirk_names

type Body = dict[str, Any]

SEARCH = {"type": "web_search_20250305", "name": "web_search"}
ASK = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}
OFF = {"thinking": {"type": "disabled"}}
FORCED = {"tools": [tool("Read")], "tool_choice": {"type": "tool", "name": "Read"}}
USER = {"metadata": {"user_id": '{"device_id": "d", "session_id": "s"}'}}
CALLED = [user("go"), assistant(thinking("hm"), call("a.b")), user([result("a.b"), text("x")])]
SEALED = thinking("", seal({"provider": "corp", "reasoning_details": [{"data": "d"}]}))
URL_PDF = {"type": "document", "source": {"type": "url", "url": "https://x/y.pdf"}}
MARKED = [user([text("x", cache_control={"type": "ephemeral"})])]
ANSWER = {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}
FORMATTED = {"type": "object", "properties": {"a": {"type": "string", "format": "uri"}}}


def field(name: str) -> Callable[[Body], Any]:
    return lambda body: body.get(name)


def roles(body: Body) -> list[str]:
    return [message["role"] for message in body["messages"]]


def first_call_id(body: Body) -> Any:
    return body["messages"][1]["tool_calls"][0]["id"]


def content(body: Body) -> Any:
    return body["messages"][0]["content"]


# Each quirk: other values of it, a request, what to look at, what is seen by default, what is seen then.
SEEN: dict[str, tuple[Body, Body, Callable[[Body], Any], Any, Any]] = {
    "max_tokens_field": ({"max_tokens_field": "max_completion_tokens"}, asked(), field("max_completion_tokens"), None, 10),
    "max_output": ({"max_output": 5}, asked(), field("max_tokens"), 10, 5),
    "sampling": ({"sampling": False}, asked(temperature=1), field("temperature"), 1, None),
    "top_k": ({"top_k": True}, asked(top_k=3), field("top_k"), None, 3),
    "max_stop": ({"max_stop": 1}, asked(stop_sequences=["a", "b"]), field("stop"), ["a", "b"], ["a"]),
    "stream_usage": ({"stream_usage": False}, asked(stream=True), field("stream_options"), {"include_usage": True}, None),
    "tool_choices": (
        {"tool_choices": ("auto",)},
        asked(tools=[tool()], tool_choice={"type": "any"}),
        field("tool_choice"),
        "required",
        "auto",
    ),
    "parallel_tool_calls": (
        {"parallel_tool_calls": False},
        asked(tools=[tool()], tool_choice={"type": "auto", "disable_parallel_tool_use": True}),
        field("parallel_tool_calls"),
        False,
        None,
    ),
    "schema": (
        {"schema": "full"},
        asked(tools=[tool("x", FORMATTED)]),
        lambda body: "format" in str(body["tools"]),
        False,
        True,
    ),
    "tool_ids": ({"tool_ids": "any"}, asked(messages=CALLED), lambda body: first_call_id(body) == "a.b", False, True),
    "max_tool_id": (
        {"max_tool_id": 60},
        asked(messages=[user("x"), assistant(call("y" * 50))]),
        lambda body: len(first_call_id(body)),
        37,
        50,
    ),
    "web_search": ({"web_search": "enable_search"}, asked(tools=[SEARCH]), field("enable_search"), None, True),
    "thought_signature": (
        {"thought_signature": True},
        asked(messages=CALLED),
        lambda body: "extra_content" in body["messages"][1]["tool_calls"][0],
        False,
        True,
    ),
    "system_midway": (
        {"system_midway": True},
        asked(messages=[user("x"), {"role": "system", "content": "y"}]),
        roles,
        ["user", "user"],
        ["user", "system"],
    ),
    "user_after_tool": (
        {"user_after_tool": False},
        asked(messages=CALLED),
        roles,
        ["user", "assistant", "tool", "user"],
        ["user", "assistant", "tool", "assistant", "user"],
    ),
    "merge_user": ({"merge_user": True}, asked(messages=[user("x"), user("y")]), roles, ["user", "user"], ["user"]),
    "images": ({"images": False}, asked(messages=[user([image()])]), lambda body: isinstance(content(body), str), False, True),
    "pdf": ({"pdf": False}, asked(messages=[user([pdf()])]), lambda body: isinstance(content(body), str), False, True),
    "pdf_url": ({"pdf_url": True}, asked(messages=[user([URL_PDF])]), lambda body: isinstance(content(body), str), True, False),
    "cache_control": ({"cache_control": True}, asked(messages=MARKED), lambda body: "cache_control" in str(body), False, True),
    "thinking": ({"thinking": "type"}, asked(**ASK), field("thinking"), None, {"type": "enabled"}),
    "efforts": ({"thinking": "effort", "efforts": ["low", "high"]}, asked(**ASK), field("reasoning_effort"), None, "high"),
    "thinking_off": ({"thinking": "type", "thinking_off": True}, asked(**OFF), field("thinking"), None, {"type": "disabled"}),
    "thinking_with_tools": (
        {"thinking": "effort", "efforts": ["high"], "thinking_off": True, "thinking_with_tools": False},
        asked(tools=[tool()], **ASK),
        field("reasoning_effort"),
        None,
        "none",
    ),
    "thinking_when_forced": (
        {"thinking": "type", "thinking_off": True, "thinking_when_forced": False},
        asked(**FORCED, **ASK),
        field("thinking"),
        None,
        {"type": "disabled"},
    ),
    "reasoning_history": (
        {"reasoning_history": "reasoning_details"},
        asked(messages=[user("x"), assistant(SEALED, text("y"))]),
        lambda body: body["messages"][1].get("reasoning_details"),
        None,
        [{"data": "d"}],
    ),
    "json_schema": ({"json_schema": "object"}, asked(**ANSWER), field("response_format"), None, {"type": "json_object"}),
    "session": ({"session": "prompt_cache_key"}, asked(**USER), field("prompt_cache_key"), None, "s"),
    "user": ({"user": True}, asked(**USER), lambda body: "user" in body, False, True),
}


def test_every_quirk_is_looked_at_on_the_wire() -> None:
    assert tuple(SEEN) == quirk_names()


@pytest.mark.parametrize("name", SEEN)
def test_a_quirk_is_seen_on_the_wire(name: str) -> None:
    overrides, body, look, by_default, then = SEEN[name]
    target = unknown_target()
    assert look(sent(body, target)) == by_default
    assert look(sent(body, replace(target, quirks=apply_quirks(Quirks(), overrides)))) == then


def test_a_models_name_is_taken_without_its_maker_and_variant() -> None:
    assert bare_model("accounts/fireworks/models/GPT-OSS-120b:free") == "gpt-oss-120b"


def test_quirks_are_set_by_name_and_lists_become_tuples() -> None:
    assert apply_quirks(Quirks(), {"images": False, "efforts": ["low"]}) == replace(Quirks(), images=False, efforts=("low",))
    assert apply_quirks(Quirks(), {}) == Quirks()


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"imags": True}, "`imags` is no quirk; hint: `images`"),
        ({"zzzz": 1}, "`zzzz` is no quirk$"),
        ({"images": "yes"}, "quirk `images` must be true or false, not `yes`"),
        ({"images": 1}, "must be true or false"),
        ({"max_stop": True}, "must be a whole number"),
        ({"max_stop": -1}, "must be a whole number"),
        ({"schema": 3}, "must be text"),
        ({"schema": "tiny"}, "quirk `schema` must be one of `reduced`, `full`, not `tiny`"),
        ({"thinking": "loud"}, r"must be one of `` \(nothing\), `effort`"),
        ({"efforts": "low"}, "must be a list of"),
        ({"efforts": ["loud"]}, "must be a list of `none`, `minimal`"),
    ],
)
def test_a_wrong_override_is_refused_clearly(overrides: Body, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        apply_quirks(Quirks(), overrides)
