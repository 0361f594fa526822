from __future__ import annotations

import json
from typing import Any

import pytest

from addon.config.settings import Provider, Settings
from addon.config.transformers import NAMES
from tests.support.config import Load, Refusal


def config(transformer: object, url: str = "https://host.example/v1") -> str:
    provider = {"name": "p", "base_url": url, "api_key": "k", "transformer": transformer}
    return json.dumps({"Providers": [provider], "Router": {"default": "p,m"}})


def loaded(load: Load, transformer: object) -> tuple[Provider, Settings]:
    settings = load(config(transformer), "config.json")
    return settings.providers["p"], settings


def test_there_are_twenty_one() -> None:
    assert len(NAMES) == 21


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("written", [str, str.lower, str.upper])
def test_each_is_known_in_any_letter_case(load: Load, name: str, written: Any) -> None:
    for transformer in ({"use": [written(name)]}, {"use": [[written(name)]]}, {"use": [[written(name), {}]]}, [written(name)]):
        assert isinstance(loaded(load, transformer)[0], Provider)


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("Anthropic", "anthropic"),
        ("OpenAI", "openai-chat"),
        ("openai-responses", "openai-chat"),
        ("gemini", "openai-chat"),
        ("vertex-gemini", "openai-chat"),
        ("vertex-claude", "anthropic"),
        ("deepseek", "openai-chat"),
        ("enhancetool", "openai-chat"),
    ],
)
def test_some_name_the_dialect(load: Load, name: str, dialect: str) -> None:
    assert loaded(load, {"use": [name]})[0].dialect == dialect


@pytest.mark.parametrize("name", ["deepseek", "openrouter", "groq", "cerebras", "vercel"])
def test_some_name_the_vendor_whose_quirks_hold(load: Load, name: str) -> None:
    plain, _ = loaded(load, None)
    provider, _ = loaded(load, {"use": [name]})
    assert provider.vendor == name
    assert provider.target("deepseek-chat").quirks != plain.target("deepseek-chat").quirks


def test_maxtoken_is_a_cap(load: Load) -> None:
    provider, _ = loaded(
        load, {"use": [["maxtoken", {"max_tokens": 65536}]], "small": {"use": [["maxtoken", {"max_tokens": "100"}]]}}
    )
    assert (provider.target("m").max_output, provider.target("small").max_output) == (65536, 100)
    assert dict(provider.target("m").overrides) == {}


def test_the_smaller_of_two_caps_holds(load: Load) -> None:
    use = [["maxtoken", {"max_tokens": 100}], ["sampling", {"max_tokens": 50}], ["maxtoken", {"max_tokens": 70}]]
    assert loaded(load, {"use": use})[0].target("m").max_output == 50


def test_sampling_sets_parameters(load: Load) -> None:
    options = {"max_tokens": 9, "temperature": 0.5, "top_p": 0.9, "top_k": 40, "repetition_penalty": 1.1}
    target = loaded(load, {"use": [["sampling", options]]})[0].target("m")
    assert dict(target.overrides) == {"temperature": 0.5, "top_p": 0.9, "top_k": 40, "repetition_penalty": 1.1}
    assert target.max_output == 9


def test_customparams_sets_any_parameter(load: Load) -> None:
    provider, _ = loaded(
        load, {"use": [["customparams", {"seed": 7, "extra": {"a": [1]}}]], "m": {"use": [["customparams", {"seed": 8}]]}}
    )
    assert dict(provider.target("m").overrides) == {"seed": 8, "extra": {"a": [1]}}
    assert dict(provider.target("other").overrides) == {"seed": 7, "extra": {"a": [1]}}


def test_openrouter_takes_its_documented_options(load: Load) -> None:
    options = {"referer": "https://example.com", "title": "t", "providerOrder": ["a", "b"]}
    target = loaded(load, {"use": [["openrouter", options]]})[0].target("m")
    assert dict(target.headers) == {"HTTP-Referer": "https://example.com", "X-Title": "t"}
    assert dict(target.overrides) == {"provider": {"order": ["a", "b"]}}
    provider, _ = loaded(load, {"use": ["openrouter"], "k2": {"use": [["openrouter", {"provider": {"only": ["x/fp8"]}}]]}})
    assert dict(provider.target("k2").overrides) == {"provider": {"only": ["x/fp8"]}}
    assert dict(loaded(load, {"use": [["openrouter", {"providerOrder": []}]]})[0].target("m").overrides) == {}


def test_some_set_one_quirk(load: Load) -> None:
    quirks = loaded(load, {"use": ["maxcompletiontokens", "streamoptions", "cleancache"]})[0].target("m").quirks
    assert (quirks.max_tokens_field, quirks.stream_usage, quirks.cache_control) == ("max_completion_tokens", True, False)
    capped = loaded(load, {"use": [["maxcompletiontokens", {"max_completion_tokens": 7}]]})[0].target("m")
    assert capped.max_output == 7


def test_reasoning_switches_thinking_off_only_if_told_to(load: Load) -> None:
    assert dict(loaded(load, {"use": ["reasoning"]})[0].target("m").overrides) == {}
    off = loaded(load, {"use": [["reasoning", {"enable": False}]]})[0].target("m")
    assert dict(off.overrides) == {"enable_thinking": False}


@pytest.mark.parametrize("name", ["tooluse", "forcereasoning", "vertex-claude"])
def test_one_without_the_effect_it_had_is_warned_of(load: Load, name: str) -> None:
    (warning,) = loaded(load, {"use": [name]})[1].warnings
    assert warning.startswith(f"provider `p`: the transformer `{name}`")


def test_the_provider_s_own_keys_go_over_its_transformers(load: Load) -> None:
    provider = {
        "name": "p",
        "base_url": "https://h.example/v1",
        "key": "k",
        "params": {"top_p": 1},
        "quirks": {"stream_usage": False},
    }
    provider["transformer"] = {"use": [["sampling", {"top_p": 0.5, "top_k": 3}], "streamoptions"]}
    target = load(json.dumps({"providers": [provider], "router": {"default": "p,m"}})).providers["p"].target("m")
    assert dict(target.overrides) == {"top_p": 1, "top_k": 3}
    assert target.quirks.stream_usage is False


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (
            {"use": ["reasoning", "Deepsek"]},
            "providers.p.transformer.use[1]: the transformer `Deepsek` is not known\nhint: did you mean `deepseek`?",
        ),
        (
            {"use": ["gemini-cli"]},
            (
                "providers.p.transformer.use[0]: the transformer `gemini-cli` is not known\n"
                "hint: it is a JavaScript plugin, which cannot be loaded; use an API of that provider"
            ),
        ),
        (
            {"use": [["maxtoken", {"max_token": 1}]]},
            "providers.p.transformer.use[0]: the transformer `maxtoken` has no option `max_token`\nhint: did you mean ",
        ),
        (
            {"use": [["groq", {"x": 1}]]},
            "providers.p.transformer.use[0]: the transformer `groq` has no option `x`\nhint: `groq` takes no options",
        ),
        (
            {"use": [["maxtoken", {"max_tokens": "many"}]]},
            "providers.p.transformer.use[0]: the transformer `maxtoken`: `max_tokens` is `many`, not a number of tokens\nhint: ",
        ),
        (
            {"use": [3]},
            "providers.p.transformer.use[0]: is not a transformer\nhint: write a name, or `[name, {option: value}]`",
        ),
        ({"m": {"use": ["nope"]}}, "providers.p.transformer.m.use[0]: the transformer `nope` is not known\nhint: "),
        ("nope", "providers.p.transformer: the transformer `nope` is not known\nhint: "),
        (
            {"m": {"use": ["Anthropic"]}},
            "transformer.m: the model `m` cannot have another dialect than its provider\nhint: ",
        ),
    ],
)
def test_a_transformer_that_makes_no_sense_is_refused(refusal: Refusal, transformer: object, message: str) -> None:
    assert message in refusal(config(transformer), "config.json")


def test_a_model_may_name_the_dialect_its_provider_has(load: Load) -> None:
    provider, _ = loaded(load, {"use": ["Anthropic"], "m": {"use": ["Anthropic"]}})
    assert provider.dialect == "anthropic"
