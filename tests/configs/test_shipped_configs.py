from __future__ import annotations

from pathlib import Path

import pytest

from addon.config.load import SHIPPED, load_settings, shipped_configs
from addon.config.settings import ANY, Settings

KEYS = ("DEEPSEEK_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "TOKENMIX_API_KEY")


def loaded(name: str, tmp_path: Path, **env: str) -> Settings:
    return load_settings(name, env=dict.fromkeys(KEYS, "sk-test") | env, cwd=tmp_path, home=tmp_path)


@pytest.mark.parametrize("name", shipped_configs())
def test_each_loads_without_a_warning_and_routes_to_models_it_lists(name: str, tmp_path: Path) -> None:
    settings = loaded(name, tmp_path)
    assert settings.warnings == ()
    assert settings.left_out == {}
    assert settings.router.default is not None
    assert (settings.host, settings.client_keys) == ("127.0.0.1", ())
    for choice in settings.router.routes.values():
        provider = settings.providers[choice.provider]
        assert provider.offers(choice.model) or choice.model == ANY
        assert provider.target(choice.model, "claude-opus-4-8").provider == choice.provider


@pytest.mark.parametrize("name", shipped_configs())
def test_none_holds_a_key(name: str) -> None:
    text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    keys = [line.partition(":")[2].strip() for line in text.splitlines() if line.strip().startswith("api_key:")]
    assert all(key.startswith("$") for key in keys)
    assert text.startswith("# ")


def test_the_default_one_is_what_there_is_without_any(tmp_path: Path) -> None:
    given, built_in = loaded("default", tmp_path), loaded("", tmp_path)
    assert (given.providers, given.router) == (built_in.providers, built_in.router)


def test_the_demo_needs_no_key_and_its_port_can_be_set(tmp_path: Path) -> None:
    settings = load_settings("demo", env={}, cwd=tmp_path, home=tmp_path)
    demo = settings.providers["demo"]
    assert (demo.base_url, demo.auth, demo.dialect) == ("http://127.0.0.1:3457/v1", "none", "openai-chat")
    assert demo.models == ("scripted-large", "scripted-small")
    routes = {name: str(choice) for name, choice in settings.router.routes.items()}
    assert routes["default"] == routes["think"] == routes["longContext"] == "demo,scripted-large"
    assert routes["background"] == "demo,scripted-small"
    moved = loaded("demo", tmp_path, CCR_DEMO_PORT="5000").providers["demo"]
    assert moved.base_url == "http://127.0.0.1:5000/v1"


def test_tokenmix_is_one_openai_compatible_provider_with_four_routes(tmp_path: Path) -> None:
    settings = loaded("tokenmix", tmp_path)
    assert [(provider.base_url, provider.dialect) for provider in settings.providers.values()] == [
        ("https://api.tokenmix.ai/v1", "openai-chat")
    ]
    assert set(settings.router.routes) == {"default", "background", "think", "longContext"}


def test_deepseek_speaks_the_client_s_own_protocol(tmp_path: Path) -> None:
    provider = loaded("deepseek", tmp_path).providers["deepseek"]
    assert (provider.base_url, provider.dialect) == ("https://api.deepseek.com/anthropic", "anthropic")
    assert provider.credential_header(provider.keys[0]) == {"x-api-key": "sk-test"}


def test_ollama_needs_no_key(tmp_path: Path) -> None:
    settings = load_settings("ollama", env={}, cwd=tmp_path, home=tmp_path)
    assert settings.providers["ollama"].auth == "none"
