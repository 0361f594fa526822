from __future__ import annotations

import json
import math
from typing import Any

import pytest

from addon.config.settings import Price, Provider, Retry
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
    ("keys", "dialect"),
    [
        ({}, "openai-chat"),
        ({"base_url": "https://host.example/v1/messages"}, "anthropic"),
        ({"base_url": "https://host.example/anthropic"}, "anthropic"),
        ({"base_url": "https://api.anthropic.com"}, "anthropic"),
        ({"base_url": "https://generativelanguage.googleapis.com/v1beta/models/"}, "openai-chat"),
        ({"transformer": {"use": ["Anthropic"]}}, "anthropic"),
        ({"transformer": {"use": ["openai-responses"]}}, "openai-chat"),
        ({"base_url": "https://host.example/anthropic", "transformer": {"use": ["OpenAI"]}}, "openai-chat"),
        ({"dialect": "gemini", "transformer": {"use": ["Anthropic"]}}, "openai-chat"),
        ({"dialect": "OpenAI-Chat", "base_url": "https://host.example/v1/messages"}, "openai-chat"),
    ],
)
def test_the_dialect_is_the_given_one_then_the_transformer_s_then_what_the_url_tells(
    load: Load, keys: dict[str, Any], dialect: str
) -> None:
    assert one(load, **keys).dialect == dialect


def test_a_known_provider_needs_no_url(load: Load) -> None:
    settings = load(json.dumps({"providers": {"DeepSeek": {"key": "k"}, "ollama": {}}, "router": {"default": "ollama,m"}}))
    urls = {name: provider.base_url for name, provider in settings.providers.items()}
    assert urls == {"DeepSeek": "https://api.deepseek.com", "ollama": "http://127.0.0.1:11434/v1"}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "providers.p.base_url: is missing\nhint: give the provider's URL, such as `https://host/v1`"),
        ("ftp://host", "providers.p.base_url: `ftp://host` is not an http or https URL\nhint: "),
        (
            "https://me:secret@host/v1",
            "providers.p.base_url: `https://…@host/v1` holds a user name or password\n",
        ),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(refusal: Refusal, url: str, message: str) -> None:
    said = refusal(config(base_url=url), "config.json")
    assert message in said
    assert "secret" not in said


def test_parameters_quirks_and_sizes_hold_for_the_provider_or_for_one_model(load: Load) -> None:
    provider = one(
        load,
        params={"temperature": 0.2, "seed": 1},
        quirks={"images": False},
        headers={"X-Title": "t"},
        model_info={
            "m/1:free": {
                "context_window": "64000",
                "max_output": 8000,
                "params": {"seed": None},
                "quirks": {"images": True, "stream_usage": False},
                "price": {"input": 1, "output": "2.5", "cache_read": 0},
            }
        },
    )
    special, other = provider.target("m/1:free"), provider.target("other")
    assert (special.provider, special.model, special.base_url) == ("p", "m/1:free", URL)
    assert dict(special.overrides) == {"temperature": 0.2, "seed": None}
    assert dict(other.overrides) == {"temperature": 0.2, "seed": 1}
    assert (special.context_window, special.max_output, other.context_window, other.max_output) == (64000, 8000, None, None)
    assert (special.quirks.images, special.quirks.stream_usage) == (True, False)
    assert (other.quirks.images, other.quirks.stream_usage) == (False, True)
    assert dict(special.headers) == {"X-Title": "t"}
    assert provider.about("m/1:free").price == Price(1, 2.5, 0, None)
    assert provider.about("other").price is None


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"quirks": {"imags": True}}, "providers.p.quirks.imags: `imags` is no quirk\nhint: did you mean `images`?"),
        (
            {"quirks": {"images": 3}},
            "providers.p.quirks.images: quirk `images` must be true or false, not `3`\n",
        ),
        (
            {"model_info": {"m": {"quirks": {"thinking": "loud"}}}},
            "providers.p.model_info.m.quirks.thinking: quirk `thinking` must be one of ",
        ),
        ({"headers": {"a b": "x"}}, "providers.p.headers.a b: `a b` is not a header's name\nhint: use letters, digits and `-`"),
        ({"headers": {"X": "a\nb"}}, "providers.p.headers.X: holds characters that no HTTP header can carry"),
        ({"headers": {"X": 3}}, "providers.p.headers.X: the value (not shown) is not a text\nhint: put it in quotes"),
        ({"models": [4.5]}, "providers.p.models[0]: `4.5` is not a text\nhint: put it in quotes"),
        ({"models": {"a": 1}}, "providers.p.models: a mapping is not a list\nhint: write `[one, two]`"),
        ({"api_key": 12345}, "providers.p.api_key: the value (not shown) is not a text\nhint: put it in quotes"),
        ({"params": [1]}, "providers.p.params: a list is not a mapping\nhint: indent its keys below it"),
        ({"dialect": "gemni"}, "providers.p.dialect: `gemni` is not one of the words known here\nhint: did you mean `gemini`?"),
        ({"auth": "keys"}, "providers.p.auth: `keys` is not one of the words known here\nhint: did you mean `key`?"),
        (
            {"model_info": {"m": {"price": {"input": -1, "output": 1}}}},
            "providers.p.model_info.m.price.input: `-1` must be greater than or equal to 0",
        ),
        ({"model_info": {"m": {"price": {"input": 1}}}}, "providers.p.model_info.m.price.output: is missing"),
        ({"model_info": {"m": {"context_window": 0}}}, "providers.p.model_info.m.context_window: `0` must be greater than 0"),
        (
            {"proxy_url": "socks5://x"},
            "providers.p.proxy_url: `socks5://x` is not an http or https URL\nhint: write it as `http://host:port`",
        ),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(refusal: Refusal, keys: dict[str, Any], message: str) -> None:
    assert message in refusal(config(**keys), "config.json")


def test_timeouts_and_retries_of_a_provider_go_over_the_general_ones(load: Load) -> None:
    top = {"timeouts": {"connect": 3, "idle": 0}, "retry": {"attempts": 5}}
    settings = load(config(top, timeouts={"total": 60}, retry={"backoff": 2}))
    provider = settings.providers["p"]
    assert (provider.timeouts.connect, provider.timeouts.idle, provider.timeouts.total) == (3, math.inf, 60)
    assert provider.timeouts.first_byte == settings.timeouts.first_byte == 300
    assert settings.timeouts.total == 3600
    assert provider.retry == Retry(attempts=5, backoff=2, max_backoff=8, asked_for=True)
    assert settings.retry == Retry(attempts=5, backoff=0.5, max_backoff=8, asked_for=True)


def test_a_whole_answer_has_its_first_byte_when_it_is_complete(load: Load) -> None:
    provider = one(load, timeouts={"idle": 5, "total": 60, "connect": 1})
    streamed, whole = provider.limits(streams=True), provider.limits(streams=False)
    assert (streamed.connect, streamed.first_byte, streamed.idle, streamed.total) == (1, 300, 5, 60)
    assert (whole.connect, whole.first_byte, whole.idle, whole.total) == (1, 60, 5, 60)


def test_a_first_byte_limit_that_the_file_sets_holds_for_whole_answers_too(load: Load) -> None:
    assert one(load, timeouts={"first_byte": 5}).limits(streams=False).first_byte == 5


@pytest.mark.parametrize(
    ("keys", "proxy"),
    [
        ({}, "http://general:1"),
        ({"proxy_url": "http://own:2"}, "http://own:2"),
        ({"base_url": "http://127.0.0.1:8000/v1"}, ""),
        ({"base_url": "http://127.0.0.1:8000/v1", "proxy_url": "http://own:2"}, "http://own:2"),
    ],
)
def test_the_proxy_is_the_provider_s_own_or_the_general_one_but_not_for_this_machine(
    load: Load, keys: dict[str, Any], proxy: str
) -> None:
    assert one(load, {"proxy_url": "http://general:1"}, **keys).proxy.url == proxy


def test_all_that_is_wrong_with_all_providers_is_said_at_once(refusal: Refusal) -> None:
    providers = [{"name": "a", "base_url": "x"}, {"name": "b", "base_url": URL, "quirks": {"x": 1}}, {"name": "c"}]
    message = refusal(json.dumps({"providers": providers, "proxy_url": "x", "HOST": "0.0.0.0"}), "config.json")
    for key in ("providers.a.base_url", "providers.b.quirks.x", "providers.c.base_url", "proxy_url", "HOST"):
        assert f": {key}: " in message
