from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from addon.config.check import checked
from addon.config.errors import ConfigError
from addon.config.settings import Settings
from addon.setup.importing import Imported, import_config

TODAY = date(2026, 1, 2)
EXAMPLES = sorted((Path(__file__).parents[1] / "config" / "examples").glob("*.json*"))
SECRET = "sk-very-plaintext-0123456789"


def imported(tmp_path: Path, tree: dict[str, Any] | str, env: dict[str, str] | None = None) -> Imported:
    path = tmp_path / "config.json"
    path.write_text(tree if isinstance(tree, str) else json.dumps(tree), encoding="utf-8")
    return import_config(path, env or {}, TODAY)


def loaded(result: Imported, **env: str) -> Settings:
    return checked(result.text, "config.yaml", env)


def old(**more: Any) -> dict[str, Any]:
    provider = {
        "name": "groq",
        "api_base_url": "https://api.groq.com/openai/v1/chat/completions",
        "api_key": SECRET,
        "models": ["m"],
    }
    return {"Providers": [{**provider, **more.pop("provider", {})}], "Router": {"default": "groq,m"}, **more}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_each_example_means_the_same_afterwards(path: Path) -> None:
    names = ("OPENROUTER_API_KEY", "DEEPSEEK_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY")
    env = dict.fromkeys(names, "from-the-environment")
    before, result = checked(path.read_text(encoding="utf-8"), str(path), env), import_config(path, env, TODAY)
    after = checked(result.text, "config.yaml", env)
    assert after.router == before.router
    assert list(after.providers) == list(before.providers)
    for name, provider in after.providers.items():
        was = before.providers[name]
        assert (provider.base_url, provider.dialect, provider.models, provider.params, provider.info, provider.quirks) == (
            was.base_url, was.dialect, was.models, was.params, was.info, was.quirks,
        )  # fmt: skip
    assert (after.host, after.port, after.timeouts, after.log_level, after.official_proxy) == (
        before.host, before.port, before.timeouts, before.log_level, before.official_proxy,
    )  # fmt: skip


def test_a_plaintext_key_becomes_a_variable_and_its_place_is_told(tmp_path: Path) -> None:
    result = imported(tmp_path, old(APIKEY="the-clients-key-0123456789"))
    assert {(taken.variable, taken.where) for taken in result.taken_out} == {
        ("GROQ_API_KEY", "providers.groq.api_key"), ("CCR_CLIENT_KEY", "APIKEY"),
    }  # fmt: skip
    assert result.variables == ["CCR_CLIENT_KEY", "GROQ_API_KEY"] or set(result.variables) == {"CCR_CLIENT_KEY", "GROQ_API_KEY"}
    assert SECRET not in result.text
    assert SECRET not in repr(result)
    settings = loaded(result, GROQ_API_KEY="x1", CCR_CLIENT_KEY="x2")
    assert (settings.providers["groq"].keys, settings.client_keys) == (("x1",), ("x2",))


def test_keys_in_headers_params_and_defaults_are_taken_out_too(tmp_path: Path) -> None:
    provider = {
        "api_key": f"${{GROQ_API_KEY:-{SECRET}}}",
        "headers": {"Authorization": f"Bearer {SECRET}b", "X-Title": "mine"},
        "params": {"user": "me", "deep": {"api_key": f"{SECRET}c"}},
    }
    result = imported(tmp_path, old(provider=provider))
    assert SECRET not in result.text
    assert "X-Title: mine" in result.text
    assert "Bearer $GROQ_AUTHORIZATION" in result.text
    assert len(result.taken_out) == 3


def test_several_keys_have_several_variables_and_equal_ones_the_same(tmp_path: Path) -> None:
    result = imported(tmp_path, old(provider={"api_key": "", "api_keys": ["k1-0123456789", "k2-0123456789", "k1-0123456789"]}))
    assert "api_keys: [$GROQ_API_KEY, $GROQ_API_KEY_2, $GROQ_API_KEY]" in result.text


def test_variables_stay_variables(tmp_path: Path) -> None:
    result = imported(tmp_path, old(provider={"api_key": "$MY_GROQ"}))
    assert (result.taken_out, result.variables) == ([], ["MY_GROQ"])
    assert "api_key: $MY_GROQ" in result.text


def test_a_variable_that_is_set_to_something_else_is_told(tmp_path: Path) -> None:
    assert imported(tmp_path, old(), {"GROQ_API_KEY": "another"}).taken_out[0].differs
    assert not imported(tmp_path, old(), {"GROQ_API_KEY": SECRET}).taken_out[0].differs


def test_a_local_server_s_placeholder_is_left_out(tmp_path: Path) -> None:
    local = {"name": "ollama", "api_base_url": "http://localhost:11434/v1/chat/completions", "api_key": "ollama", "models": ["m"]}
    result = imported(tmp_path, {"Providers": [local], "Router": {"default": "ollama,m"}})
    assert (result.taken_out, result.variables, result.lost) == ([], [], [])
    assert loaded(result).providers["ollama"].auth == "none"


def test_what_is_not_served_is_named(tmp_path: Path) -> None:
    provider = {"transformer": {"use": ["chutes-glm", ["maxtoken", {"max_tokens": 5}]], "m": {"use": ["nonsense"]}}, "spam": 1}
    tree = old(provider=provider, CUSTOM_ROUTER_PATH="/x.js", HOST="0.0.0.0", Router={"default": "groq,m", "backgrund": "groq,m"})
    result = imported(tmp_path, tree)
    lost = "\n".join(result.lost)
    for word in ("CUSTOM_ROUTER_PATH", "chutes-glm", "nonsense", "spam", "backgrund", "HOST"):
        assert word in lost
    settings = loaded(result)
    assert (settings.host, settings.providers["groq"].max_output) == ("127.0.0.1", 5)


def test_comments_and_trailing_commas_are_no_hindrance(tmp_path: Path) -> None:
    provider = "{name: 'ollama', api_base_url: 'http://localhost:11434/v1', models: ['m'],}"
    text = f"{{ // mine\n 'Providers': [{provider},], Router: {{default: 'ollama,m'}},}}"
    assert str(loaded(imported(tmp_path, text)).router.default) == "ollama,m"


def test_texts_that_look_like_something_else_stay_texts(tmp_path: Path) -> None:
    models = ["no", "1e3", "0x10", "2024-08-06", "a: b", "# c", "~", "null", "a,b", "{x}", "*y", "ü"]
    result = imported(tmp_path, old(provider={"models": models}))
    assert list(loaded(result).providers["groq"].models) == models


def test_a_file_that_is_no_configuration_is_told_and_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        imported(tmp_path, f'{{"Providers": [{{"api_key": "{SECRET}" "x"}}]}}')
    assert SECRET not in str(caught.value)


def test_a_proxy_with_a_login_is_told_and_not_copied(tmp_path: Path) -> None:
    proxy = f"http://me:{SECRET}@proxy.corp:3128"
    result = imported(tmp_path, old(PROXY_URL=proxy, provider={"proxy_url": proxy}))
    assert [lost.partition(":")[0] for lost in result.lost] == ["PROXY_URL", "providers.groq.proxy_url"]
    assert all("export HTTPS_PROXY=" in lost for lost in result.lost)
    assert SECRET not in result.text + str(result.lost)
    assert not loaded(result).official_proxy
