from __future__ import annotations

import pytest

from addon.config.schema import ConfigFile, Section
from addon.config.spelling import nested, spellings
from tests.support.config import Load, Refusal


@pytest.mark.parametrize(
    ("text", "place", "key", "hint"),
    [
        ("Router: {backgrund: x}", "1:10: Router.backgrund", "backgrund", "did you mean `background`?"),
        (
            "providers:\n  - name: p\n    api_kye: x",
            "3:5: providers.p.api_kye",
            "api_kye",
            "did you mean `api_key` or `api_keys`?",
        ),
        ("providers: [{name: p, api_base_ulr: x}]", "1:23: providers.p.api_base_ulr", "api_base_ulr", "did you mean `base_url`?"),
        ("LOG_LEVL: x", "1:1: LOG_LEVL", "LOG_LEVL", "did you mean `log_level`?"),
        ("APIKYE: x", "1:1: APIKYE", "APIKYE", "did you mean `client_keys`?"),
        ("retry: {tries: 3}", "1:9: retry.tries", "tries", "known are `attempts`, `backoff`, `max_backoff`"),
        (
            "providers: {p: {model_info: {m: {contxt_window: 1}}}}",
            "1:34: providers.p.model_info.m.contxt_window",
            "contxt_window",
            "did you mean `context_window`?",
        ),
    ],
)
def test_a_misspelt_key_is_refused_with_a_suggestion(refusal: Refusal, text: str, place: str, key: str, hint: str) -> None:
    assert refusal(text) == f"config.yaml:{place}: `{key}` is not a key that is known here\nhint: {hint}"


def test_a_misspelt_key_in_json_is_placed_where_it_is_the_only_one_of_its_name(refusal: Refusal) -> None:
    message = refusal('{\n  // note\n  "Router": {\n    "backgrund": "x"\n  }\n}', "config.json")
    assert message.startswith("config.json:4:5: Router.backgrund: ")


def test_all_misspelt_keys_are_named_at_once(refusal: Refusal) -> None:
    message = refusal("Router: {thnk: x}\nprot: 1\nproviders: [{name: p, modles: []}]")
    assert message.count("is not a key that is known here") == 3


def test_one_key_in_two_spellings_needs_one_value(load: Load, refusal: Refusal) -> None:
    assert load("PORT: 4000\nport: 4000").port == 4000
    assert refusal("PORT: 4000\nport: 4001") == (
        "config.yaml:2:1: port: `port` and `PORT` are the same key with two values\nhint: keep one of the two"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "providers: [{base_url: x}]",
            "config.yaml:1:13: providers[0].name: is missing or empty\nhint: a provider needs a `name`",
        ),
        ("providers: [{name: ''}]", "config.yaml:1:14: providers[0].name: is missing or empty\nhint: a provider needs a `name`"),
        ("providers: [deepseek]", "config.yaml:1:13: providers[0]: `deepseek` is not a mapping\nhint: a provider needs a `name`"),
        ("providers: deepseek", "config.yaml:1:1: providers: `deepseek` is not a mapping\nhint: indent its keys below it"),
        (
            "providers: [{name: p}, {name: p}]",
            "config.yaml:1:25: providers.p.name: two providers are called `p`\nhint: give each its own name",
        ),
        (
            "providers: {p: {name: q}}",
            "config.yaml:1:17: providers.p.name: `q` is not the name above it\nhint: remove `name`",
        ),
        (
            "providers: [{name: 'a,b'}]",
            "hint: a route is split at its first comma; use letters and `-`",
        ),
    ],
)
def test_what_is_wrong_with_a_provider_s_name_is_said(refusal: Refusal, text: str, message: str) -> None:
    assert message in refusal(text)


def test_no_two_keys_of_a_section_share_a_spelling() -> None:
    def check(section: type[Section]) -> None:
        assert set(section.also).isdisjoint(name.replace("_", "") for name in section.model_fields)
        assert set(spellings(section).values()) == set(section.model_fields)
        for name in section.model_fields:
            child, _ = nested(section, name)
            if child is not None:
                check(child)

    check(ConfigFile)


def test_a_section_left_empty_is_as_if_it_were_not_there(load: Load) -> None:
    text = "providers:\n  p:\n    base_url: http://127.0.0.1:1/v1\n    model_info:\n      m:\n    timeouts:\n"
    text += "router:\n  default: p,m\nretry:\n"
    settings = load(text)
    assert settings.retry.attempts == 2
    assert settings.providers["p"].about("m").context_window is None


def test_a_provider_left_empty_is_read_as_one(load: Load, refusal: Refusal) -> None:
    assert load("providers: {ollama: }\nrouter: {default: 'ollama,m'}").providers["ollama"].auth == "none"
    assert "providers.nobody.base_url: is missing" in refusal("providers: {nobody: {}}")
