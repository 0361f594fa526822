"""What only Anthropic knows of a request's settings: dropped, and said so."""

from __future__ import annotations

from typing import Final

from translators.contract import Request
from translators.openai_chat.draft import Draft

# What the other parts read, and say what became of it.
_READ: Final = frozenset(
    {
        "model",
        "messages",
        "system",
        "tools",
        "tool_choice",
        "max_tokens",
        "temperature",
        "top_p",
        "top_k",
        "stop_sequences",
        "stream",
        "metadata",
        "thinking",
        "output_config",
        "output_format",
    }
)
# What the client sends as a matter of course, and no other provider could use: nobody misses it.
_WHY: Final = {
    "context_management": "the history goes out as it came, nothing of it is cleared",
    "betas": "they are switches of Anthropic's API",
    "anthropic_version": "it is a version of Anthropic's API",
    "cache_control": "the provider caches by its own rules",
    "diagnostics": "it is for Anthropic alone",
    "service_tier": "the tiers are Anthropic's",
}
_READ_OUTPUT: Final = frozenset({"effort", "format"})
_MOST_NAMES: Final = 20
_LONGEST_NAME: Final = 40


def note_dropped_settings(request: Request, draft: Draft) -> None:
    """Says which of the body's settings, and of the client's headers, do not go out."""
    body = request.body
    unknown: list[str] = []
    for name, value in body.items():
        if name in _READ:
            continue
        if name in _WHY:
            draft.note("settings." + name, "`{}` was dropped: {}", (name,), name, _WHY[name])
        elif value is not None:
            unknown.append(name)
    if unknown:
        draft.note("settings.dropped", "settings that only Anthropic knows were dropped: {}", tuple(unknown), _names(unknown))
    config = body.get("output_config")
    if isinstance(config, dict) and (more := [name for name in config if name not in _READ_OUTPUT]):
        draft.note("settings.output_config", "settings of `output_config` were dropped: {}", ("output_config",), _names(more))
    if "anthropic-beta" in request.headers:
        draft.note("headers.betas", "the header `anthropic-beta` was dropped: its switches are those of Anthropic's API")


def _names(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    told = ", ".join(f"`{name[:_LONGEST_NAME]}`" for name in sorted(names)[:_MOST_NAMES])
    return f"{told} and {more} more" if more > 0 else told
