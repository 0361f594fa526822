from __future__ import annotations

import copy
import importlib.metadata
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.chat_requests import CAPTURES, asked, known_target, sent, unknown_target, wire
from tests.support.strict_chat import FIELDS, faults, typed_faults
from translators.contract import Target
from translators.openai_chat.request import USER_AGENT, chat_url, encode

KNOWN = [
    known_target("openai", "gpt-5.6"),
    known_target("openrouter", "anthropic/claude-opus-4.8"),
    known_target("deepseek", "deepseek-v4-pro"),
    known_target("moonshot", "kimi-k2.6"),
    known_target("zai", "glm-4.7"),
    known_target("minimax", "MiniMax-M2.1"),
    known_target("mistral", "mistral-large-latest"),
    known_target("groq", "openai/gpt-oss-120b"),
    known_target("cerebras", "zai-glm-4.7"),
    known_target("gemini", "gemini-3-pro-preview"),
    known_target("dashscope", "qwen3-max"),
    known_target("ollama", "qwen3-coder"),
]


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://x.ai/v1/chat/completions", "https://x.ai/v1/chat/completions"),
        ("https://x.ai/v1/chat/completions/", "https://x.ai/v1/chat/completions"),
        ("https://x.ai", "https://x.ai/v1/chat/completions"),
        ("https://x.ai/", "https://x.ai/v1/chat/completions"),
        ("https://x.ai/v1", "https://x.ai/v1/chat/completions"),
        ("https://api.z.ai/api/paas/v4/", "https://api.z.ai/api/paas/v4/chat/completions"),
        (
            "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
        ),
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions"),
    ],
)
def test_the_endpoint_under_a_base_url(base_url: str, url: str) -> None:
    assert chat_url(base_url) == url


def test_the_headers_are_ours_alone() -> None:
    client = {"authorization": "Bearer secret", "user-agent": "claude-cli", "anthropic-beta": "x", "x-app": "cli", "cookie": "c"}
    assert wire(asked(stream=True), headers=client).headers == {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
        "user-agent": USER_AGENT,
    }
    assert wire(asked()).headers["accept"] == "application/json"


def test_headers_of_the_configuration_are_added_last() -> None:
    target = replace(unknown_target(), headers={"X-Team": "a", "User-Agent": "b"})
    headers = wire(asked(), target).headers
    assert headers["x-team"] == "a"
    assert headers["user-agent"] == "b"


def test_the_user_agent_tells_the_version() -> None:
    assert importlib.metadata.version("ccr").startswith(USER_AGENT.removeprefix("ccr/"))


def test_usage_is_asked_for_with_a_stream_unless_that_is_refused() -> None:
    body = sent(asked(stream=True))
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})
    assert "stream_options" not in sent(asked(stream=True), known_target("mistral", "mistral-large-latest"))
    assert not {"stream", "stream_options"} & sent(asked(stream=False)).keys()


def test_whether_it_streams_is_what_the_body_says_at_last() -> None:
    assert wire(asked(stream=True)).streams
    assert not wire(asked()).streams
    assert not wire(asked(stream=True), replace(unknown_target(), overrides={"stream": None, "stream_options": None})).streams


def test_the_configuration_has_the_last_word_on_fields() -> None:
    target = replace(unknown_target(), overrides={"temperature": 0.2, "max_tokens": None, "extra": {"a": 1}, "gone": None})
    body = sent(asked(temperature=1), target)
    assert (body["temperature"], body["extra"]) == (0.2, {"a": 1})
    assert not {"max_tokens", "gone"} & body.keys()


def test_the_model_is_the_targets() -> None:
    assert sent(asked(model="claude-opus-4-8"))["model"] == "some-model"


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_strict_server_takes_every_recorded_request(path: Path) -> None:
    body = sent(json.loads(path.read_text())["body"])
    assert faults(body) == []
    assert typed_faults(body) == []


@pytest.mark.parametrize("target", KNOWN, ids=str)
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_known_server_takes_every_recorded_request_in_its_types(path: Path, target: Target) -> None:
    body = sent(json.loads(path.read_text())["body"], target)
    native = [tool for tool in body.get("tools", []) if tool["type"] != "function"]
    assert typed_faults({**body, "tools": [tool for tool in body.get("tools", []) if tool not in native]}) == []
    assert "x-anthropic-billing-header" not in json.dumps(body)


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_groq_and_cerebras_and_mistral_get_nothing_they_do_not_know(path: Path) -> None:
    recorded = json.loads(path.read_text())["body"]
    assert faults(sent(recorded, known_target("groq", "openai/gpt-oss-120b")), fields=FIELDS | {"reasoning_effort"}) == []
    assert faults(sent(recorded, known_target("cerebras", "zai-glm-4.7")), fields=FIELDS | {"reasoning_effort"}) == []
    mistral = sent(recorded, known_target("mistral", "mistral-large-latest"))
    allowed = FIELDS - {"stream_options", "max_completion_tokens"} | {"response_format", "prompt_cache_key"}
    assert faults(mistral, fields=allowed, call_id=r"[a-zA-Z0-9]{9}") == []
    roles = [message["role"] for message in mistral["messages"]]
    assert ("tool", "user") not in set(itertools.pairwise(roles))


@pytest.mark.parametrize("target", [unknown_target(), *KNOWN], ids=str)
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_the_clients_body_is_never_changed(path: Path, target: Target) -> None:
    body = json.loads(path.read_text())["body"]
    before = copy.deepcopy(body)
    sent(body, target)
    assert body == before


def test_the_judge_of_strictness_finds_faults() -> None:
    call = {"id": "x" * 41, "type": "function", "function": {"name": "a b", "arguments": "[]"}}
    bad = {
        "model": "m",
        "max_tokens": 1,
        "max_completion_tokens": 1,
        "metadata": {},
        "stream_options": {},
        "stop": list("abcde"),
        "tools": [{"type": "function", "function": {"name": "a b", "parameters": {"anyOf": []}, "strict": True}}] * 2,
        "tool_choice": {"type": "function", "function": {"name": "nope"}},
        "messages": [
            {"role": "tool", "tool_call_id": "z", "content": []},
            {"role": "assistant", "content": None, "tool_calls": [call, call]},
            {"role": "user", "content": "", "name": "n"},
            {"role": "assistant", "content": None, "tool_calls": []},
            {"role": "user", "content": []},
            {"role": "user", "content": [{"type": "video"}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
        ],
    }
    assert len(faults(bad)) >= 20
    assert faults({"model": "m", "messages": [], "tool_choice": "auto"}) == ["tool_choice without tools", "no messages"]
    assert faults({"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": []}) == ["empty tools"]
    assert typed_faults({"model": "m", "messages": [{"role": "user"}]}) != []


def test_encoding_again_gives_the_same_bytes() -> None:
    from translators.contract import Request

    request = Request(b"", json.loads(CAPTURES[0].read_text())["body"])
    assert encode(request, unknown_target()).body == encode(request, unknown_target()).body
