from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import asked, known_target, rules, sent, tool, unknown_target
from translators.openai_chat.thinking import Wish, degraded, read_wish

ADAPTIVE = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}
DISABLED = {"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}}
FIELDS = ("reasoning_effort", "reasoning", "thinking", "enable_thinking", "thinking_budget", "chat_template_kwargs")


def enabled(budget: int) -> dict[str, Any]:
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def switch(target: Any, **fields: Any) -> dict[str, Any]:
    return {name: value for name, value in sent(asked(**fields), target).items() if name in FIELDS}


@pytest.mark.parametrize("fields", [ADAPTIVE, DISABLED, enabled(9000), {}])
def test_an_unknown_target_is_sent_no_switch(fields: dict[str, Any]) -> None:
    assert switch(unknown_target(), **fields) == {}


@pytest.mark.parametrize(("budget", "effort"), [(1, "low"), (1024, "low"), (1025, "medium"), (8192, "medium"), (8193, "high")])
def test_a_budget_becomes_an_effort(budget: int, effort: str) -> None:
    assert switch(known_target("openai", "o3"), **enabled(budget)) == {"reasoning_effort": effort}


@pytest.mark.parametrize(
    ("effort", "known", "expected"),
    [
        ("max", ("low", "high", "xhigh"), "xhigh"),
        ("max", ("low", "medium", "high"), "high"),
        ("xhigh", ("low", "medium", "high"), "high"),
        ("medium", ("low", "high"), "low"),
        ("minimal", ("low", "high"), "low"),
        ("low", ("high",), "high"),
        ("high", ("high",), "high"),
        ("high", (), ""),
        ("utmost", ("high",), ""),
    ],
)
def test_an_effort_the_target_lacks_degrades(effort: str, known: tuple[str, ...], expected: str) -> None:
    assert degraded(effort, known) == expected


def test_a_named_effort_wins_over_the_budget() -> None:
    assert read_wish({**enabled(100), "output_config": {"effort": "max"}}) == Wish(on=True, effort="max", budget=100)


@pytest.mark.parametrize(
    ("body", "wish"),
    [
        ({}, Wish()),
        ({"output_config": {"effort": "low"}}, Wish(effort="low")),
        ({"output_config": None}, Wish()),
        ({"thinking": {"type": "adaptive"}}, Wish(on=True)),
        ({"thinking": {"type": "enabled"}}, Wish(on=True)),
        ({"thinking": {"type": "of a kind to come"}, "output_config": {"effort": "low"}}, Wish(effort="low")),
        ({"thinking": "yes"}, Wish()),
        (DISABLED, Wish(on=False)),
    ],
)
def test_what_the_client_wants(body: dict[str, Any], wish: Wish) -> None:
    assert read_wish(body) == wish


@pytest.mark.parametrize(
    ("target", "on", "off"),
    [
        (known_target("openai", "o3"), {"reasoning_effort": "high"}, {}),
        (known_target("openai", "gpt-5.2"), {"reasoning_effort": "high"}, {"reasoning_effort": "none"}),
        (known_target("openrouter", "openai/gpt-5"), {"reasoning": {"effort": "high"}}, {}),
        (known_target("openrouter", "z-ai/glm-4.7"), {"reasoning": {"effort": "high"}}, {"reasoning": {"enabled": False}}),
        (
            known_target("deepseek", "deepseek-v4-pro"),
            {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
            {"thinking": {"type": "disabled"}},
        ),
        (known_target("zai", "glm-4.7"), {"thinking": {"type": "enabled"}}, {"thinking": {"type": "disabled"}}),
        (unknown_target(thinking="type"), {"thinking": {"type": "enabled"}}, {}),
        (known_target("dashscope", "qwen3-max"), {"enable_thinking": True}, {"enable_thinking": False}),
        (unknown_target(thinking="enable"), {"enable_thinking": True}, {}),
        (
            unknown_target(thinking="template", thinking_off=True),
            {"chat_template_kwargs": {"enable_thinking": True}},
            {"chat_template_kwargs": {"enable_thinking": False}},
        ),
        (unknown_target(thinking="template"), {"chat_template_kwargs": {"enable_thinking": True}}, {}),
    ],
)
def test_each_target_has_its_switch_and_off_is_sent_only_where_there_is_one(target: Any, on: Any, off: Any) -> None:
    assert switch(target, stream=True, **ADAPTIVE) == on
    assert switch(target, stream=True, **DISABLED) == off


@pytest.mark.parametrize(
    "target",
    [
        known_target("openai", "o3"),
        known_target("openrouter", "openai/gpt-5"),
        known_target("zai", "glm-4.7"),
        known_target("dashscope", "qwen3-max"),
        unknown_target(thinking="template", thinking_off=True),
    ],
)
def test_nothing_asked_is_nothing_sent(target: Any) -> None:
    assert switch(target, stream=True) == {}


def test_adaptive_thinking_without_an_effort_is_switched_on_at_openrouter() -> None:
    assert switch(known_target("openrouter", "openai/gpt-5"), thinking={"type": "adaptive"}) == {"reasoning": {"enabled": True}}


def test_a_budget_is_sent_where_the_target_takes_tokens() -> None:
    assert switch(known_target("openrouter", "openai/gpt-5"), **enabled(5000)) == {"reasoning": {"max_tokens": 5000}}
    qwen = known_target("dashscope", "qwen3-max")
    assert switch(qwen, stream=True, **enabled(5000)) == {"enable_thinking": True, "thinking_budget": 5000}


def test_qwen_does_not_think_in_an_answer_that_is_not_streamed() -> None:
    assert switch(known_target("dashscope", "qwen3-max"), **ADAPTIVE) == {"enable_thinking": False}


def test_gpt_5_6_does_not_think_with_tools_over_chat_completions() -> None:
    target = known_target("openai", "gpt-5.6-terra")
    assert switch(target, tools=[tool()], **ADAPTIVE) == {"reasoning_effort": "none"}
    assert rules(asked(tools=[tool()], **ADAPTIVE), target) == ["thinking.tools"]
    assert rules(asked(tools=[tool()], **DISABLED), target) == []
    assert switch(target, **ADAPTIVE) == {"reasoning_effort": "high"}


@pytest.mark.parametrize(
    ("provider", "model"), [("deepseek", "deepseek-v4-pro"), ("moonshot", "kimi-k2.6"), ("dashscope", "qwen3-max")]
)
def test_thinking_is_switched_off_where_it_refuses_a_forced_call(provider: str, model: str) -> None:
    target = known_target(provider, model)
    forced = {"tools": [tool("Read")], "tool_choice": {"type": "tool", "name": "Read"}, "stream": True, **ADAPTIVE}
    assert switch(target, **forced) in ({"thinking": {"type": "disabled"}}, {"enable_thinking": False})
    assert switch(target, **{**forced, "tool_choice": {"type": "auto"}}) not in ({"thinking": {"type": "disabled"}}, {})
