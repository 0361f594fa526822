from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from translators.anthropic.request import encode, is_official, messages_url
from translators.contract import Request, Target
from translators.errors import BadRequest
from translators.opaque import seal

OFFICIAL = Target("anthropic", "claude-new", "https://api.anthropic.com")
THIRD = Target("deepseek", "deepseek-chat", "https://api.deepseek.com/anthropic")
CAPTURES = sorted((Path(__file__).parents[2] / "captures").glob("[a-z]*.json"))


def captured(path: Path) -> Request:
    capture = json.loads(path.read_text())
    raw = json.dumps(capture["body"], ensure_ascii=False, separators=(",", ": ")).encode()
    headers = {name.lower(): value for name, value in capture["headers"].items() if name.lower() != "authorization"}
    return Request(raw, from_json(raw), headers)


def asked(headers: dict[str, str] | None = None, **fields: Any) -> Request:
    body = {"model": "claude-old", "messages": [{"role": "user", "content": "hi"}], **fields}
    return Request(json.dumps(body).encode(), body, headers or {})


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_nothing_but_the_model_of_a_captured_request_changes(path: Path) -> None:
    request = captured(path)
    wire = encode(request, THIRD)
    assert from_json(wire.body) == {**request.body, "model": "deepseek-chat"}
    spelled = json.dumps(request.model).encode()
    at = request.raw.index(b'"model": ' + spelled) + len(b'"model": ')
    assert wire.body == request.raw[:at] + b'"deepseek-chat"' + request.raw[at + len(spelled) :]
    assert wire.streams == request.streams
    assert {note.rule for note in wire.notes} <= {"model.route", "headers.betas"}


def test_the_same_model_leaves_the_very_bytes() -> None:
    request = asked()
    assert encode(request, Target("anthropic", "claude-old", "https://api.anthropic.com")).body is request.raw


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/", "https://api.anthropic.com/v1/messages"),
        ("https://api.deepseek.com/anthropic", "https://api.deepseek.com/anthropic/v1/messages"),
        ("https://api.moonshot.ai/anthropic/", "https://api.moonshot.ai/anthropic/v1/messages"),
        ("https://api.z.ai/api/anthropic", "https://api.z.ai/api/anthropic/v1/messages"),
        ("https://gateway.example/v1", "https://gateway.example/v1/messages"),
        ("https://gateway.example/v1/messages", "https://gateway.example/v1/messages"),
        ("https://gateway.example/api/messages?tenant=7", "https://gateway.example/api/messages?tenant=7"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/messages"),
    ],
)
def test_the_endpoint_is_found_under_any_base_url(base_url: str, url: str) -> None:
    assert messages_url(base_url) == url


def test_betas_are_asked_for_in_the_query_only_where_they_are_sent() -> None:
    betas = {"anthropic-beta": "effort-2025-11-24"}
    assert encode(asked(betas), OFFICIAL).url == "https://api.anthropic.com/v1/messages?beta=true"
    assert encode(asked(), OFFICIAL).url == "https://api.anthropic.com/v1/messages"
    assert "beta" not in encode(asked(betas), THIRD).url
    assert messages_url("https://a.example?x=1", beta=True) == "https://a.example/v1/messages?x=1&beta=true"
    assert messages_url("https://a.example?beta=true", beta=True) == "https://a.example/v1/messages?beta=true"


def test_anthropic_sees_the_clients_own_headers_but_no_credential_and_no_cookie() -> None:
    request = captured(CAPTURES[0])
    given_headers = {**request.headers, "authorization": "Bearer x", "x-api-key": "x", "cookie": "a=b", "x-other": "1"}
    headers = encode(Request(request.raw, request.body, given_headers), OFFICIAL).headers
    assert headers["anthropic-beta"] == request.headers["anthropic-beta"]
    assert headers["user-agent"] == request.headers["user-agent"]
    assert headers["x-stainless-lang"] == "js"
    assert headers["x-app"] == "cli"
    assert not {"authorization", "x-api-key", "cookie", "x-other", "host", "connection", "content-length"} & set(headers)


def test_a_third_party_sees_nothing_of_the_client() -> None:
    request = captured(CAPTURES[0])
    headers = dict(encode(request, THIRD).headers)
    betas = headers.pop("anthropic-beta").split(",")
    assert headers == {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "anthropic-version": "2023-06-01",
        "user-agent": "ccr/0.1",
    }
    assert set(betas) < set(request.headers["anthropic-beta"].split(","))
    assert not any(beta.startswith(("claude-code", "oauth", "context-1m")) for beta in betas)
    assert any(beta.startswith("context-management") for beta in betas)


def test_a_third_party_gets_no_empty_list_of_betas() -> None:
    assert "anthropic-beta" not in encode(asked({"anthropic-beta": "claude-code-20250219"}), THIRD).headers
    assert "anthropic-beta" not in encode(asked(), THIRD).headers


def test_the_configurations_headers_are_added() -> None:
    target = Target("p", "m", "https://a.example", headers={"X-Team": "7", "User-Agent": "mine"})
    headers = encode(asked(), target).headers
    assert (headers["x-team"], headers["user-agent"]) == ("7", "mine")


def test_the_configurations_fields_come_last_and_none_removes() -> None:
    target = Target("p", "m", "https://a.example", overrides={"max_tokens": 5, "context_management": None})
    request = asked(max_tokens=9, context_management={"edits": []}, stream=True, temperature=1)
    wire = encode(request, target)
    assert from_json(wire.body) == {
        "model": "m",
        "messages": request.body["messages"],
        "max_tokens": 5,
        "stream": True,
        "temperature": 1,
    }
    assert wire.streams
    assert not encode(request, Target("p", "m", "https://a.example", overrides={"stream": False})).streams


def test_a_history_of_another_provider_is_rebuilt_and_noted() -> None:
    foreign = {"type": "thinking", "thinking": "hm", "signature": seal({"provider": "acme"})}
    said = {"role": "assistant", "content": [foreign, {"type": "text", "text": "é"}]}
    wire = encode(asked(messages=[{"role": "user", "content": "hi"}, said, {"role": "user", "content": "go"}]), OFFICIAL)
    assert from_json(wire.body)["messages"][1]["content"] == [{"type": "text", "text": "é"}]
    assert b": " not in wire.body
    assert [note.rule for note in wire.notes] == ["model.route", "thinking.foreign"]


def test_an_unknown_server_is_taken_for_one_that_checks() -> None:
    unsigned = {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "x"}]}
    assert b"thinking" not in encode(asked(messages=[unsigned]), Target("p", "m", "https://example.test")).body
    assert b"thinking" in encode(asked(messages=[unsigned]), THIRD).body


def test_only_anthropics_own_host_is_official() -> None:
    assert is_official("https://API.anthropic.com/v1")
    assert not is_official("https://api.anthropic.com.evil.example")
    assert not is_official("https://[broken")


def test_what_cannot_be_written_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="JSON"):
        encode(asked(system="\ud800"), Target("p", "m", "https://a.example", overrides={"x": 1}))
    with pytest.raises(BadRequest, match="model"):
        encode(Request(b"{}", {"model": "a", "messages": []}, {}), THIRD)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.integers() | st.text(st.characters(exclude_categories=["Cs"]))
    )
)
def test_the_clients_body_is_never_changed(fields: dict[str, Any]) -> None:
    request = asked(**{f"x{name}": value for name, value in fields.items()})
    before = json.dumps(request.body)
    encode(request, THIRD)
    encode(request, OFFICIAL)
    assert json.dumps(request.body) == before
