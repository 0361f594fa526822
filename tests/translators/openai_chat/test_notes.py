"""Whoever looks at a request is told of every difference between the client's and the provider's, and by what it came."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chat_requests import (
    CAPTURES,
    asked,
    assistant,
    call,
    image,
    known_target,
    pdf,
    result,
    text,
    thinking,
    tool,
    unknown_target,
    user,
    wire,
)
from translators.contract import Note, Target
from translators.quirks import Quirks, quirk_names

MARK = {"cache_control": {"type": "ephemeral"}}
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5, "allowed_domains": ["a.example"]}
OPTIONAL = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "additionalProperties": False}
DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}}
LINKED = {"type": "document", "source": {"type": "url", "url": "https://a.example/b.pdf"}}
FOUND = {"type": "search_result", "title": "t", "source": "s", "content": [text("x")]}
EVERY_SETTING: dict[str, Any] = {
    "model": "claude-opus-4-8",
    "max_tokens": 64000,
    "temperature": 1.0,
    "top_p": 0.9,
    "top_k": 40,
    "stop_sequences": ["a", "b", "c", "d", "e"],
    "stream": True,
    "metadata": {"user_id": json.dumps({"device_id": "d", "account_uuid": "a", "session_id": "s"})},
    "thinking": {"type": "enabled", "budget_tokens": 20000},
    "output_config": {
        "effort": "xhigh",
        "task_budget": {"type": "tokens", "total": 1},
        "format": {"type": "json_schema", "schema": OPTIONAL},
    },
    "context_management": {"edits": []},
    "betas": ["x"],
    "anthropic_version": "2023-06-01",
    "cache_control": {"type": "ephemeral"},
    "diagnostics": {},
    "service_tier": "auto",
    "container": "c",
    "mcp_servers": [],
    "inference_geo": "us",
    "speed": "fast",
    "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
    "tools": [
        tool("Read", OPTIONAL, **MARK, strict=True, defer_loading=True),
        tool("mcp__a server__" + "x" * 80),
        {"type": "bash_20250124", "name": "bash"},
        {"type": "code_execution_20250825", "name": "code_execution"},
        SEARCH,
    ],
    "system": [text("x-anthropic-billing-header: cc_version=2;"), text("You help.", **MARK)],
    "messages": [
        user([text("hi", **MARK), image(), pdf(), DOCUMENT, LINKED, FOUND]),
        assistant(
            thinking("hm"),
            {"type": "redacted_thinking", "data": "x"},
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
            {**call("functions.Read:0"), **MARK},
            call("b"),
        ),
        user([result("functions.Read:0", [text("no", **MARK), image()], is_error=True), text("and")]),
        {"role": "system", "content": "be brief"},
        user([result("lost"), text("go on")]),
    ],
}
TARGETS = [
    unknown_target(),
    known_target("openai", "gpt-5.6", max_output=1000),
    known_target("openai", "gpt-5"),
    known_target("openrouter", "moonshotai/kimi-k2"),
    known_target("openrouter", "anthropic/claude-opus-4.8"),
    known_target("deepseek", "deepseek-v4-pro"),
    known_target("deepseek", "deepseek-chat"),
    known_target("moonshot", "kimi-k2.6"),
    known_target("zai", "glm-4.7"),
    known_target("minimax", "MiniMax-M2.1"),
    known_target("mistral", "mistral-large-latest"),
    known_target("groq", "openai/gpt-oss-120b"),
    known_target("gemini", "gemini-3-pro-preview"),
    known_target("dashscope", "qwen3-max"),
    known_target("ollama", "qwen3-coder", overrides={"temperature": 0.2, "top_p": None, "options": {"num_ctx": 1}}),
    unknown_target(merge_user=True, thinking="template", cache_control=True, json_schema="object"),
]
ALL_QUIRKS = st.fixed_dictionaries(
    {one.name: st.sampled_from(one.metadata["one_of"]) for one in fields(Quirks) if "one_of" in one.metadata}
    | {one.name: st.booleans() for one in fields(Quirks) if isinstance(one.default, bool)}
    | {one.name: st.sets(st.sampled_from(one.metadata["among"])).map(tuple) for one in fields(Quirks) if "among" in one.metadata}
    | {"max_output": st.sampled_from([0, 1000, 100_000]), "max_stop": st.integers(0, 6), "max_tool_id": st.integers(9, 64)}
)
# Thinking switched off, forced tools and the like, beside what `EVERY_SETTING` asks for.
VARIED = st.fixed_dictionaries(
    {},
    optional={
        "thinking": st.sampled_from([{"type": "disabled"}, {"type": "adaptive"}, {"type": "enabled", "budget_tokens": 500}, {}]),
        "tool_choice": st.sampled_from([{"type": "auto"}, {"type": "none"}, {"type": "tool", "name": "Read"}]),
        "output_config": st.sampled_from([{"effort": "low"}, {}, {"effort": "max"}]),
        "stop_sequences": st.sampled_from([[], [""], ["a"]]),
        "max_tokens": st.integers(1, 200_000),
        "tools": st.sampled_from([[], [SEARCH], [tool()]]),
        "stream": st.booleans(),
    },
)


def unexplained(body: dict[str, Any], target: Target) -> set[str]:
    """The top-level fields that differ, and that no note speaks of. One that is empty says nothing."""
    made = wire(body, target, {"anthropic-beta": "a,b", "x-claude-code-session-id": "s"})
    sent = json.loads(made.body)
    differ = {name for name in (*body, *sent) if body.get(name) != sent.get(name) and body.get(name) not in ({}, [])}
    return differ - {name for note in made.notes for name in note.fields}


def unfounded(body: dict[str, Any], target: Target) -> list[Note]:
    """The notes of fields none of which differs."""
    made = wire(body, target)
    sent = json.loads(made.body)
    return [note for note in made.notes if note.fields and all(body.get(name) == sent.get(name) for name in note.fields)]


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_every_field_that_differs_has_a_note(target: Target) -> None:
    assert unexplained(EVERY_SETTING, target) == set()
    assert unfounded(EVERY_SETTING, target) == []


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_so_it_is_with_every_recorded_request(path: Any, target: Target) -> None:
    body = json.loads(path.read_text())["body"]
    assert unexplained(body, target) == set()
    assert unfounded(body, target) == []


@given(ALL_QUIRKS, VARIED, st.sets(st.sampled_from([name for name in EVERY_SETTING if name not in ("model", "messages")])))
def test_so_it_is_with_any_quirks_and_any_settings(quirks: dict[str, Any], varied: dict[str, Any], left_out: set[str]) -> None:
    body = {name: value for name, value in EVERY_SETTING.items() if name not in left_out} | varied
    if (body.get("tool_choice") or {}).get("name") and not any(one["name"] == "Read" for one in body.get("tools") or ()):
        del body["tool_choice"]  # a tool that is not there is refused
    target = replace(unknown_target(), quirks=replace(Quirks(), **quirks), max_output=5000)
    assert unexplained(body, target) == set()
    assert unfounded(body, target) == []


RULES: dict[str, tuple[dict[str, Any], Target]] = {
    "model.route": (asked(), unknown_target()),
    "protocol.tools": (asked(tools=[tool()]), unknown_target()),
    "protocol.tool_choice": (asked(tools=[tool()], tool_choice={"type": "any"}), unknown_target()),
    "settings.max_tokens": (asked(max_tokens=99), unknown_target(max_output=5)),
    "settings.max_tokens_field": (asked(), unknown_target(max_tokens_field="max_completion_tokens")),
    "settings.temperature": (asked(temperature=1), unknown_target(sampling=False)),
    "settings.top_p": (asked(top_p=1), unknown_target(sampling=False)),
    "settings.top_k": (asked(top_k=1), unknown_target()),
    "settings.stop": (asked(stop_sequences=["a", "b"]), unknown_target(max_stop=1)),
    "settings.stop_field": (asked(stop_sequences=["a"]), unknown_target()),
    "settings.stop_sequences": (asked(stop_sequences=[]), unknown_target()),
    "settings.metadata": (asked(metadata={"user_id": "u"}), unknown_target()),
    "settings.service_tier": (asked(service_tier="auto"), unknown_target()),
    "settings.context_management": (asked(context_management={}), unknown_target()),
    "settings.output_config": (asked(output_config={"task_budget": {}}), unknown_target()),
    "settings.dropped": (asked(container="c"), unknown_target()),
    "stream.off": (asked(stream=False), unknown_target()),
    "stream.usage": (asked(stream=True), unknown_target()),
    "caller.session": (asked(metadata={"user_id": '{"session_id": "s"}'}), unknown_target(session="session_id")),
    "caller.user": (asked(metadata={"user_id": "u"}), unknown_target(user=True)),
    "thinking.none": (asked(thinking={"type": "adaptive"}), unknown_target()),
    "thinking.switch": (asked(thinking={"type": "adaptive"}), unknown_target(thinking="template")),
    "thinking.effort": (asked(output_config={"effort": "max"}), unknown_target(thinking="effort", efforts=("low",))),
    "thinking.dropped": (asked(thinking={"type": "disabled"}), unknown_target(thinking="effort")),
    "thinking.tools": (
        asked(thinking={"type": "adaptive"}, tools=[tool()]),
        unknown_target(thinking="effort", thinking_with_tools=False),
    ),
    "thinking.forced": (
        asked(thinking={"type": "adaptive"}, tools=[tool()], tool_choice={"type": "any"}),
        unknown_target(thinking="type", thinking_when_forced=False),
    ),
    "thinking.history": (asked(messages=[user("a"), assistant(thinking("b"), text("c")), user("d")]), unknown_target()),
    "thinking.redacted": (
        asked(messages=[user("a"), assistant({"type": "redacted_thinking", "data": "x"}, text("c"))]),
        unknown_target(),
    ),
    "system.billing": (asked(system="x-anthropic-billing-header: a\nb"), unknown_target()),
    "system.midway": (asked(messages=[user("a"), {"role": "system", "content": "b"}]), unknown_target()),
    "cache.marks": (asked(system=[text("a", **MARK)]), unknown_target()),
    "media.images": (asked(messages=[user([image()])]), unknown_target(images=False)),
    "media.pdf": (asked(messages=[user([pdf()])]), unknown_target(pdf=False)),
    "media.pdf_url": (asked(messages=[user([LINKED])]), unknown_target()),
    "media.text": (asked(messages=[user([DOCUMENT])]), unknown_target()),
    "media.search": (asked(messages=[user([FOUND])]), unknown_target()),
    "results.error": (asked(messages=[user("a"), assistant(call("c")), user([result("c", is_error=True)])]), unknown_target()),
    "results.files": (asked(messages=[user("a"), assistant(call("c")), user([result("c", [image()])])]), unknown_target()),
    "history.server_tools": (
        asked(messages=[user("a"), assistant({"type": "server_tool_use", "name": "w", "input": {}})]),
        unknown_target(),
    ),
    "history.merged": (asked(messages=[user("a"), user("b")]), unknown_target(merge_user=True)),
    "history.between": (
        asked(messages=[user("a"), assistant(call("c")), user([result("c"), text("d")])]),
        unknown_target(user_after_tool=False),
    ),
    "tools.ids": (asked(messages=[user("a"), assistant(call("c:1")), user([result("c:1")])]), unknown_target()),
    "tools.none": (asked(tools=[]), unknown_target()),
    "tools.names": (asked(tools=[tool("a b")]), unknown_target()),
    "tools.schema": (asked(tools=[tool("a", OPTIONAL)]), unknown_target()),
    "tools.settings": (asked(tools=[tool("a", strict=True)]), unknown_target()),
    "tools.published": (asked(tools=[{"type": "bash_20250124", "name": "bash"}]), unknown_target()),
    "tools.search": (asked(tools=[SEARCH]), unknown_target(web_search="openrouter")),
    "tools.choice": (asked(tools=[tool()], tool_choice={"type": "any"}), unknown_target(tool_choices=("auto",))),
    "tools.choice_dropped": (asked(tool_choice={"type": "auto"}), unknown_target()),
    "tools.parallel": (asked(tools=[tool()], tool_choice={"type": "auto", "disable_parallel_tool_use": True}), unknown_target()),
    "output.format": (
        asked(output_config={"format": {"type": "json_schema", "schema": OPTIONAL}}),
        unknown_target(json_schema="schema"),
    ),
    "params": (asked(), replace(unknown_target(), overrides={"seed": 1})),
    "headers": (asked(), replace(unknown_target(), headers={"X-Team": "a"})),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_its_note(rule: str) -> None:
    body, target = RULES[rule]
    assert rule in [note.rule for note in wire(body, target).notes]
    assert unexplained(body, target) == set()


def test_betas_are_told_to_be_dropped() -> None:
    assert "headers.betas" in [note.rule for note in wire(asked(), headers={"anthropic-beta": "a"}).notes]


def test_a_note_tells_the_configurations_key_that_was_the_cause_or_the_quirk_of_the_tables() -> None:
    body = asked(max_tokens=99, temperature=1, top_k=1)
    sources = {
        "max_output": "providers.corp.model_info.some-model.max_output",
        "quirks.sampling": "providers.corp.quirks.sampling",
        "params.seed": "providers.corp.params.seed",
        "headers.x-team": "providers.corp.headers.X-Team",
    }
    target = replace(
        unknown_target(sampling=False), max_output=5, overrides={"seed": 1}, headers={"X-Team": "a"}, sources=sources
    )
    causes = {note.rule: note.cause for note in wire(body, target).notes}
    assert causes["settings.max_tokens"] == sources["max_output"]
    assert causes["settings.temperature"] == sources["quirks.sampling"]
    assert causes["settings.top_k"] == "quirks.top_k"
    assert causes["params"] == sources["params.seed"]
    assert causes["headers"] == sources["headers.x-team"]
    assert causes["model.route"] == ""
    (lowered,) = [note for note in wire(body, target).notes if note.rule == "settings.max_tokens"]
    assert lowered.text == f"`max_tokens` 99 was lowered to 5 (`{sources['max_output']}`)"


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_a_cause_that_is_a_quirk_is_one(target: Target) -> None:
    causes = [note.cause for note in wire(EVERY_SETTING, target).notes if note.cause.startswith("quirks.")]
    assert {cause.removeprefix("quirks.") for cause in causes} <= set(quirk_names())


def test_no_value_of_a_param_or_a_header_is_in_a_note() -> None:
    target = replace(unknown_target(), overrides={"key": "sk-secret-value"}, headers={"x-key": "sk-secret-value"})
    assert "secret-value" not in str(wire(asked(), target).notes)


def test_the_same_thing_is_noted_once() -> None:
    notes = wire(asked(messages=[user([image()]), user([image()]), user([image()])]), unknown_target(images=False)).notes
    assert [note.rule for note in notes].count("media.images") == 1


@pytest.mark.parametrize(
    "body",
    [
        asked(top_k=None, container=None, tool_choice=None, stop_sequences=None),
        asked(system=[text("a", cache_control=None)]),
        asked(messages=[user([{**image(), "cache_control": None}])]),
    ],
)
def test_what_is_null_is_not_missed(body: dict[str, Any]) -> None:
    assert [note.rule for note in wire(body).notes] == ["model.route", "protocol"]


def test_thinking_that_nobody_asked_for_is_not_switched_off_aloud() -> None:
    body = asked(thinking={"type": "disabled"}, tools=[tool()], tool_choice={"type": "any"})
    target = unknown_target(thinking="type", thinking_off=True, thinking_when_forced=False, thinking_with_tools=True)
    assert "thinking.forced" not in [note.rule for note in wire(body, target).notes]


def test_a_note_is_plain_json_for_a_record() -> None:
    (note,) = [note for note in wire(asked(top_k=1)).notes if note.rule == "settings.top_k"]
    assert json.loads(json.dumps(note.as_json())) == {
        "rule": "settings.top_k",
        "text": "`top_k` was dropped, `corp,some-model` does not take it (`quirks.top_k`)",
        "fields": ["top_k"],
        "cause": "quirks.top_k",
    }
