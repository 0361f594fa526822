"""Dialects that are asked for and how they are served: two of them by the provider's OpenAI-compatible endpoint."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from translators.provider_table import DialectName

GEMINI_HOST = "generativelanguage.googleapis.com"
_GEMINI_CHAT = "/v1beta/openai"  # https://ai.google.dev/gemini-api/docs/openai


def served(base_url: str, dialect: DialectName) -> tuple[str, DialectName, str]:
    """The base URL and dialect to use for those wanted, and a sentence where they differ."""
    if dialect == "openai-responses":
        return base_url, "openai-chat", "is asked for chat completions, not for responses"
    if dialect != "gemini":
        return base_url, dialect, ""
    parts = urlsplit(base_url)
    if parts.hostname != GEMINI_HOST:
        hint = "give the provider's OpenAI-compatible endpoint as `base_url`, and neither `dialect` nor transformer"
        return base_url, "openai-chat", f"is asked for chat completions, for Gemini's own protocol is not served; hint: {hint}"
    url = urlunsplit((parts.scheme, parts.netloc, _GEMINI_CHAT, parts.query, ""))
    return url, "openai-chat", f"is asked at its OpenAI-compatible endpoint `{_GEMINI_CHAT}`"
