from __future__ import annotations

import json
from typing import Any

import pytest

from addon.config.settings import Provider
from tests.support.config import Load, Refusal

URL = "https://host.example/v1"


def config(top: dict[str, Any] | None = None, **keys: Any) -> str:
    provider = {"name": "p", "base_url": URL, "api_key": "sk-1"} | keys
    given = {key: value for key, value in provider.items() if value is not ...}
    return json.dumps({"providers": [given], "router": {"default": "p,m"}} | (top or {}))


def one(load: Load, top: dict[str, Any] | None = None, **keys: Any) -> Provider:
    provider = load(config(top, **keys)).providers["p"]
    assert isinstance(provider, Provider)
    return provider


@pytest.mark.parametrize(
    ("keys", "auth"),
    [
        ({}, "key"),
        ({"base_url": "https://api.anthropic.com", "api_key": ...}, "client"),
        ({"base_url": "https://api.anthropic.com", "api_key": ""}, "client"),
        ({"base_url": "https://api.anthropic.com"}, "key"),
        ({"base_url": "http://127.0.0.1:8000/v1", "api_key": ...}, "none"),
        ({"base_url": "http://localhost:11434/v1/chat/completions", "api_key": "ollama"}, "key"),
        ({"base_url": "http://192.168.1.9:8000/v1", "api_key": ...}, "none"),
        ({"base_url": "http://127.0.0.1:8000", "api_key": ..., "auth": "client"}, "client"),
        ({"base_url": "http://[::1]:8000", "api_key": ..., "auth": "client"}, "client"),
        ({"api_key": ..., "auth": "none"}, "none"),
        ({"auth": "key"}, "key"),
    ],
)
def test_who_s_credential_a_provider_gets(load: Load, keys: dict[str, Any], auth: str) -> None:
    assert one(load, **keys).auth == auth


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://api.anthropic.com.evil.example",
        "https://evil.example/api.anthropic.com",
        "http://api.anthropic.com",
        "http://192.168.1.9:8000",
        "https://anthropic.com",
    ],
)
def test_the_client_s_login_goes_to_nobody_else(refusal: Refusal, url: str) -> None:
    message = refusal(config(base_url=url, api_key=..., auth="client"), "config.json")
    scheme, host = url.split("/", maxsplit=1)[0], url.split("/")[2].split(":", maxsplit=1)[0]
    assert f"providers.p.auth: `client` would hand the client's Anthropic login to `{scheme}//{host}`\n" in message
    assert "hint: it is for `https://api.anthropic.com` and this machine; give an `api_key`" in message


@pytest.mark.parametrize("auth", ["client", "none"])
def test_a_key_that_would_not_be_used_is_refused(refusal: Refusal, auth: str) -> None:
    message = refusal(config(base_url="http://127.0.0.1:1/v1", auth=auth), "config.json")
    assert f"providers.p.auth: `{auth}` does not go with a key\nhint: remove `api_key`, or set `auth: key`" in message


@pytest.mark.parametrize(("key", "state"), [(..., "missing"), ("", "empty"), (None, "missing"), ("  ", "empty")])
def test_a_provider_that_wants_a_key_and_has_none_is_refused_where_a_route_needs_it(
    refusal: Refusal, key: object, state: str
) -> None:
    message = refusal(config(base_url="https://api.groq.com/openai/v1", api_key=key), "config.json")
    assert f"providers.p.api_key: is {state}\n" in message
    assert "hint: write `api_key: $GROQ_API_KEY` and export that variable, or `auth: none` if it asks for none" in message


def test_a_provider_without_a_key_is_refused_where_only_a_fallback_needs_it(refusal: Refusal) -> None:
    providers = [{"name": "a", "base_url": URL, "api_key": "k"}, {"name": "b-2", "base_url": URL, "api_key": ""}]
    text = json.dumps({"providers": providers, "router": {"default": "a,m"}, "fallback": ["b-2,m"]})
    assert refusal(text, "config.json").splitlines()[0].endswith("providers.b-2.api_key: is empty")
    assert "`api_key: $B_2_API_KEY`" in refusal(text, "config.json")


def test_a_provider_without_a_key_that_nothing_needs_is_left_out_and_named(load: Load) -> None:
    providers = [{"name": "a", "base_url": URL, "api_key": "k"}, {"name": "b", "base_url": URL, "api_key": ""}]
    settings = load(json.dumps({"providers": providers, "router": {"default": "a,m"}}))
    assert list(settings.providers) == ["a"]
    assert dict(settings.left_out) == {"b": "`b`: its `api_key` is empty"}
    (warning,) = settings.warnings
    assert warning.startswith("provider `b`: its `api_key` is empty; it is left out. write `api_key: $B_API_KEY`")


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", "nul\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(refusal: Refusal, key: str) -> None:
    message = refusal(config(api_key=key), "config.json")
    assert "providers.p.api_key: holds characters that no HTTP header can carry" in message
    assert key not in message


@pytest.mark.parametrize("key", ['"sk-quoted"', "'sk-quoted'"])
def test_a_key_in_quotes_is_refused_without_showing_it(refusal: Refusal, key: str) -> None:
    message = refusal(config(api_key=key), "config.json")
    assert "providers.p.api_key: is in quotes, which would be sent as a part of it" in message
    assert "sk-quoted" not in message


def test_blanks_around_a_key_are_taken_off(load: Load) -> None:
    assert one(load, api_key=" sk-1\n").keys == ("sk-1",)


@pytest.mark.parametrize(
    ("keys", "header"),
    [
        ({}, {"authorization": "Bearer sk-1"}),
        ({"dialect": "anthropic"}, {"x-api-key": "sk-1"}),
        ({"dialect": "gemini"}, {"authorization": "Bearer sk-1"}),
        ({"base_url": "https://generativelanguage.googleapis.com/v1beta/openai"}, {"authorization": "Bearer sk-1"}),
        ({"base_url": "https://x.openai.azure.com/openai/v1"}, {"api-key": "sk-1"}),
        ({"auth_header": "x-api-key"}, {"x-api-key": "sk-1"}),
        ({"auth_header": "Bearer", "dialect": "anthropic"}, {"authorization": "Bearer sk-1"}),
        ({"transformer": ["vertex-gemini"]}, {"authorization": "Bearer sk-1"}),
        ({"transformer": [["Anthropic", {"UseBearer": True}]]}, {"authorization": "Bearer sk-1"}),
        ({"api_key": ..., "auth": "none"}, {}),
    ],
)
def test_the_key_goes_in_the_header_the_provider_wants(load: Load, keys: dict[str, Any], header: dict[str, str]) -> None:
    provider = one(load, **keys)
    assert provider.credential_header("".join(provider.keys)) == header


def test_several_keys_have_a_strategy(load: Load) -> None:
    assert one(load, api_keys=["sk-2", "sk-3"]).keys == ("sk-1", "sk-2", "sk-3")
    assert one(load).key_strategy == "round-robin"
    assert one(load, key_strategy="Priority").key_strategy == "priority"


def test_a_key_on_an_unencrypted_way_is_warned_of(load: Load) -> None:
    assert load(config(base_url="http://host.example/v1")).warnings == (
        "provider `p`: its key travels unencrypted to `http://host.example`; use https",
    )
    assert load(config(base_url="http://192.168.1.9/v1")).warnings == ()
