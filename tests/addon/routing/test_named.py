from __future__ import annotations

import pytest

from addon.routing.choice import Choice
from addon.routing.named import UnknownModel, named_choice

MODELS = {
    "openrouter": ["anthropic/claude-sonnet-5", "openai/gpt-5", "z-ai/glm-4.6:free", "shared"],
    "Mistral": ["Codestral-2", "shared"],
    "openai": ["gpt-5"],
    "ollama": ["*"],
}


@pytest.mark.parametrize(
    ("model", "choice"),
    [
        ("openai,gpt-5", Choice("openai", "gpt-5")),
        ("OpenAI,GPT-5", Choice("openai", "gpt-5")),
        ("mistral, codestral-2 ", Choice("Mistral", "Codestral-2")),
        ("openrouter,openai/gpt-5", Choice("openrouter", "openai/gpt-5")),
        ("openrouter,a:b,c", Choice("openrouter", "a:b,c")),
        ("openai,not-in-the-list", Choice("openai", "not-in-the-list")),
        ("ollama,llama", Choice("ollama", "llama")),
        ("openai/gpt-5", Choice("openai", "gpt-5")),
        ("MISTRAL/codestral-2", Choice("Mistral", "Codestral-2")),
        ("openrouter/openai/gpt-5", Choice("openrouter", "openai/gpt-5")),
        ("z-ai/glm-4.6:free", Choice("openrouter", "z-ai/glm-4.6:free")),
        ("gpt-5", Choice("openai", "gpt-5")),
    ],
)
def test_a_named_model_is_found(model: str, choice: Choice) -> None:
    assert named_choice(model, MODELS) == choice


@pytest.mark.parametrize(
    "model",
    [
        "",
        "*",
        "claude-opus-4-8",
        "Claude-opus",
        "anthropic/claude-sonnet-5",  # begins like a Claude id
        "shared",  # two providers list it
        "nowhere/gpt-5",
        "openai/",
        "unlisted",
    ],
)
def test_what_names_no_one_model_is_left_to_the_routes(model: str) -> None:
    assert named_choice(model, MODELS) is None


def test_an_unknown_provider_is_an_error_with_the_closest_names() -> None:
    with pytest.raises(UnknownModel, match=r"model `opnai,gpt-5`: no provider is called `opnai`; hint: did you mean `openai`\?"):
        named_choice("opnai,gpt-5", MODELS)


def test_an_unlike_provider_is_an_error_with_the_configured_names() -> None:
    with pytest.raises(UnknownModel, match="hint: configured are `openrouter`, `Mistral`, `openai`, `ollama`"):
        named_choice("zzz,gpt-5", MODELS)
    with pytest.raises(UnknownModel, match="hint: no provider is configured"):
        named_choice("zzz,gpt-5", {})


def test_a_provider_without_a_model_is_an_error_with_its_models() -> None:
    with pytest.raises(UnknownModel, match="hint: `openai` offers `gpt-5`"):
        named_choice("openai,", MODELS)


def test_a_long_list_is_cut_short() -> None:
    many = {f"p{number}": ["m"] for number in range(20)}
    with pytest.raises(UnknownModel, match="`p7` and 12 more"):
        named_choice("zzz,m", many)
