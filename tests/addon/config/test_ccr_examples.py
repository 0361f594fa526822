"""Configurations in the forms that Claude Code Router's README and documentation show load as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.config import Load

EXAMPLES = Path(__file__).parent / "examples"
VARIABLES = {"OPENAI_API_KEY": "sk-1", "GEMINI_API_KEY": "sk-2", "DEEPSEEK_API_KEY": "sk-3", "HOME": "/home/me"}


def example(load: Load, name: str) -> Any:
    return load((EXAMPLES / name).read_text(encoding="utf-8"), name, **VARIABLES)


def test_the_comprehensive_example(load: Load) -> None:
    settings = example(load, "comprehensive.json")
    dialects = {name: (provider.dialect, provider.base_url) for name, provider in settings.providers.items()}
    assert dialects == {
        "openrouter": ("openai-chat", "https://openrouter.ai/api/v1"),
        "deepseek": ("openai-chat", "https://api.deepseek.com/chat/completions"),
        "ollama": ("openai-chat", "http://localhost:11434/v1"),
        "gemini": ("openai-chat", "https://generativelanguage.googleapis.com/v1beta/openai"),
        "volcengine": ("openai-chat", "https://ark.cn-beijing.volces.com/api/v3"),
        "siliconflow": ("openai-chat", "https://api.siliconflow.cn/v1"),
        "aihubmix": ("openai-chat", "https://aihubmix.com/v1"),
    }
    assert set(settings.left_out) == {"modelscope", "dashscope"}
    assert {name: str(choice) for name, choice in settings.router.routes.items()} == {
        "default": "deepseek,deepseek-chat",
        "background": "ollama,qwen2.5-coder:latest",
        "think": "deepseek,deepseek-reasoner",
        "longContext": "openrouter,google/gemini-2.5-pro-preview",
        "webSearch": "gemini,gemini-2.5-flash",
    }
    assert (settings.host, settings.client_keys, settings.timeouts.total) == ("0.0.0.0", ("your-secret-key",), 600)
    assert settings.providers["openrouter"].proxy.url == "http://127.0.0.1:7890"
    assert settings.providers["ollama"].proxy.url == ""
    assert settings.providers["siliconflow"].target("moonshotai/Kimi-K2-Instruct").max_output == 16384
    assert [warning.split(":")[0] for warning in settings.warnings] == [
        "provider `deepseek`",
        "provider `gemini` is asked at its OpenAI-compatible endpoint `/v1beta/openai`",
        "provider `modelscope`",
        "provider `dashscope`",
    ]


def test_the_comprehensive_example_with_all_keys_given(load: Load) -> None:
    text = (EXAMPLES / "comprehensive.json").read_text(encoding="utf-8").replace('"api_key": ""', '"api_key": "sk-xxx"')
    settings = load(text, "config.json", **VARIABLES)
    assert len(settings.providers) == 9
    modelscope = settings.providers["modelscope"]
    assert modelscope.target("Qwen/Qwen3-235B-A22B-Thinking-2507").max_output == 65536


def test_the_example_of_variables(load: Load) -> None:
    settings = example(load, "variables.json")
    assert settings.providers["openai"].keys == ("sk-1",)
    (foreign, no_default) = settings.warnings
    assert foreign.startswith("keys that have no effect here: `OPENAI_API_KEY`: ")
    assert no_default.startswith("no default route")


def test_the_example_of_fallbacks_and_an_anthropic_endpoint(load: Load) -> None:
    settings = example(load, "fallback.json")
    assert settings.providers["deepseek-anthropic"].base_url == "https://api.deepseek.com/anthropic"
    assert settings.providers["deepseek-anthropic"].dialect == "anthropic"
    assert [str(choice) for choice in settings.router.fallbacks("default")] == [
        "aihubmix,Z/glm-4.5",
        "openrouter,anthropic/claude-sonnet-4",
    ]
    assert settings.router.fallbacks("longContext") == ()


def test_the_example_with_capital_keys_in_providers(load: Load) -> None:
    provider = example(load, "capitals.json").providers["deepseek"]
    assert (provider.base_url, provider.keys, provider.models) == (
        "https://api.deepseek.com",
        ("your-api-key",),
        ("deepseek-chat",),
    )


def test_the_examples_of_plugins_and_of_a_router_script_are_warned_of(load: Load) -> None:
    (warning,) = example(load, "plugins.json5").warnings
    assert "`CUSTOM_ROUTER_PATH`: " in warning
    assert "`transformers`: " in warning


@pytest.mark.parametrize("name", sorted(file.name for file in EXAMPLES.iterdir()))
def test_the_same_in_yaml_is_the_same(load: Load, name: str) -> None:
    import json5
    import yaml

    given = example(load, name)
    tree = json5.loads((EXAMPLES / name).read_text(encoding="utf-8"))
    again = load(yaml.safe_dump(tree, sort_keys=False), "config.yaml", **VARIABLES)
    assert (again.providers, again.router, again.warnings) == (given.providers, given.router, given.warnings)
    assert load(json.dumps(tree), "again.json", **VARIABLES).providers == given.providers
