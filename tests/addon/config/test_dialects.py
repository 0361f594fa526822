from __future__ import annotations

from addon.config.dialects import served


def test_a_dialect_that_is_spoken_stays() -> None:
    assert served("https://host.example/v1", "anthropic") == ("https://host.example/v1", "anthropic", "")


def test_gemini_is_asked_at_its_openai_compatible_endpoint() -> None:
    url, dialect, note = served("https://generativelanguage.googleapis.com/v1beta", "gemini")
    assert (url, dialect) == ("https://generativelanguage.googleapis.com/v1beta/openai", "openai-chat")
    assert "OpenAI-compatible endpoint" in note


def test_geminis_protocol_elsewhere_is_said_not_to_be_served() -> None:
    url, dialect, note = served("https://vertex.example/v1", "gemini")
    assert (url, dialect) == ("https://vertex.example/v1", "openai-chat")
    assert "hint: give the provider's OpenAI-compatible endpoint" in note


def test_responses_are_asked_for_as_chat_completions() -> None:
    url, dialect, note = served("https://api.openai.com/v1", "openai-responses")
    assert (url, dialect) == ("https://api.openai.com/v1", "openai-chat")
    assert "not for responses" in note
