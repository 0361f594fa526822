from __future__ import annotations

from addon.config.settings import ModelInfo, Provider
from addon.ledger.windows import Window, window


def test_the_configuration_comes_first() -> None:
    info = {"gpt-4o": ModelInfo(context_window=5000, max_output=700)}
    assert window(Provider("openai", "https://api.openai.com/v1", info=info), "gpt-4o") == Window(5000, 700)


def test_the_bundled_data_knows_contexts() -> None:
    assert window(Provider("x", "https://openrouter.ai/api/v1"), "openai/gpt-5") == Window(400_000, None)


def test_the_providers_cap_limits_the_models() -> None:
    info = {"m": ModelInfo(max_output=700)}
    assert window(Provider("p", "https://llm.example.com", max_output=500, info=info), "m") == Window(None, 500)


def test_what_is_not_known_is_none() -> None:
    assert window(Provider("ollama", "http://localhost:11434/v1"), "llama3") == Window()
