from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from translators.model_quirks import MODELS
from translators.providers import KNOWN
from translators.quirks import Quirks, apply_quirks, quirks_for

type Body = dict[str, Any]


@pytest.mark.parametrize("rule", MODELS, ids=lambda rule: rule.pattern.pattern)
def test_what_the_table_says_of_a_model_is_legal(rule: Any) -> None:
    assert rule.at <= {known.name for known in KNOWN}
    assert apply_quirks(Quirks(), rule.facts) == replace(Quirks(), **rule.facts)


@pytest.mark.parametrize(
    "model", ["some-model", "deepseek-v4-pro", "glm-4.7", "qwen3-max", "grok-4.6", "gemini-3-pro", "claude-opus-5"]
)
def test_an_unknown_server_is_sent_nothing_special_whatever_its_models_are_called(model: str) -> None:
    assert quirks_for("corp", "https://llm.corp.example/v1", model) == Quirks()


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("corp", "gpt-5-mini", {"max_tokens_field": "max_completion_tokens", "sampling": False, "max_stop": 0, "thinking": ""}),
        ("corp", "o3-mini", {"max_tokens_field": "max_completion_tokens"}),
        ("corp", "kimi-k2-0905", {"tool_ids": "any"}),
        ("openai", "gpt-4o", {"max_tokens_field": "max_tokens", "sampling": True, "thinking": "", "session": "prompt_cache_key"}),
        ("openai", "gpt-5-chat-latest", {"max_tokens_field": "max_tokens", "sampling": True}),
        (
            "openai",
            "gpt-5",
            {"efforts": ("minimal", "low", "medium", "high"), "thinking_off": False, "thinking_with_tools": True},
        ),
        ("openai", "gpt-5.1-codex", {"efforts": ("low", "medium", "high"), "thinking_off": True}),
        ("openai", "gpt-5.2", {"efforts": ("low", "medium", "high", "xhigh"), "thinking_with_tools": True}),
        ("openai", "gpt-5.4-mini", {"thinking_with_tools": False}),
        ("azure", "gpt-35-turbo", {"max_tokens_field": "max_tokens", "sampling": True, "thinking": ""}),
        ("kimi", "kimi-for-coding", {"reasoning_history": "reasoning_content", "sampling": False}),
        ("azure", "gpt-6-astra", {"thinking_with_tools": False, "max_tokens_field": "max_completion_tokens"}),
        ("openai", "gpt-5-search-api", {"web_search": "web_search_options"}),
        ("openai", "gpt-4o", {"web_search": "", "system_midway": False}),
        ("openrouter", "openai/gpt-5:free", {"max_tokens_field": "max_tokens", "sampling": True, "thinking": "reasoning"}),
        ("openrouter", "anthropic/claude-sonnet-4.5", {"cache_control": True, "web_search": "openrouter"}),
        ("openrouter", "deepseek/deepseek-v3.2", {"thinking_off": True, "cache_control": False}),
        ("openrouter", "qwen/qwen3-coder", {"thinking_off": False}),
        (
            "deepseek",
            "deepseek-v4-pro",
            {"thinking": "type", "images": False, "thinking_when_forced": False, "json_schema": "object"},
        ),
        ("deepseek", "deepseek-reasoner", {"thinking": "", "tool_choices": ("auto", "none"), "max_output": 65536}),
        ("deepseek", "deepseek-chat", {"thinking": "", "max_output": 8192}),
        ("kimi", "kimi-k2.6", {"thinking": "type", "reasoning_history": "reasoning_content", "sampling": False, "images": True}),
        ("kimi", "kimi-k2-thinking", {"thinking": "", "tool_choices": ("auto", "none"), "images": False}),
        ("kimi", "kimi-k2-0905-preview", {"reasoning_history": "", "sampling": True, "images": False}),
        ("kimi", "kimi-k3", {"thinking": "effort", "efforts": ("low", "high", "max")}),
        ("glm", "glm-4.7", {"tool_choices": ("auto",), "images": False, "max_stop": 1}),
        ("glm", "glm-4.6v", {"images": True}),
        ("glm", "glm-4-plus", {"thinking": ""}),
        ("minimax", "MiniMax-M2.1", {"reasoning_history": "think_tags", "max_tokens_field": "max_completion_tokens"}),
        (
            "mistral",
            "mistral-large-latest",
            {"tool_ids": "alnum9", "stream_usage": False, "user_after_tool": False, "thinking": ""},
        ),
        ("mistral", "mistral-small-latest", {"thinking": "effort", "efforts": ("high",)}),
        ("mistral", "codestral-2508", {"images": False}),
        ("groq", "openai/gpt-oss-120b", {"thinking": "effort", "images": False, "json_schema": "none"}),
        ("groq", "meta-llama/llama-4-scout-17b", {"images": True, "thinking": ""}),
        ("cerebras", "zai-glm-4.7", {"thinking": "effort", "efforts": (), "thinking_off": True}),
        ("xai", "grok-4-0709", {"max_stop": 0, "thinking": "", "images": True}),
        ("xai", "grok-3-mini", {"efforts": ("low", "high"), "images": False, "max_stop": 0}),
        ("xai", "grok-4.6", {"efforts": ("low", "medium", "high", "xhigh")}),
        ("xai", "grok-4.3", {"thinking_off": True}),
        ("gemini", "gemini-3-pro-preview", {"thought_signature": True, "schema": "reduced", "thinking_off": False}),
        ("gemini", "gemini-2.5-flash", {"thought_signature": False, "thinking_off": True}),
        ("gemini", "gemini-2.0-flash", {"thinking": ""}),
        ("qwen", "qwen3-max", {"thinking": "enable", "images": False}),
        ("qwen", "qwen3-coder-plus", {"thinking": "", "images": False}),
        ("qwen", "qwen3-235b-a22b-thinking-2507", {"thinking": ""}),
        ("qwen", "qwen3.6-plus", {"thinking": "enable", "images": True}),
        ("siliconflow", "zai-org/GLM-4.6", {"thinking": "enable"}),
        ("volcengine", "doubao-seed-1-6-251015", {"thinking": "type"}),
        ("ollama", "gpt-oss:20b", {"thinking": "effort", "json_schema": "schema"}),
        ("ollama", "llama3.3", {"thinking": ""}),
        ("vercel", "openai/gpt-5", {"thinking": "reasoning"}),
    ],
)
def test_what_is_known_of_a_model_at_a_provider(provider: str, model: str, expected: Body) -> None:
    quirks = quirks_for(provider, "https://proxy.example/v1", model)
    assert {name: getattr(quirks, name) for name in expected} == expected
