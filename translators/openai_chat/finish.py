"""Why an answer ended, in the words of many servers, and what it cost."""

from __future__ import annotations

from math import isfinite
from typing import Any

from translators.events import StopReason, Usage
from translators.openai_chat.types import mapping

_REASONS: dict[str, StopReason] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
    "model_length": "max_tokens",  # Mistral's API reference
    "sensitive": "refusal",  # GLM's API reference
    "model_context_window_exceeded": "max_tokens",  # GLM's API reference
    # Gateways that let another protocol's words through.
    "end_turn": "end_turn",
    "max_tokens": "max_tokens",
    "tool_use": "tool_use",
    "stop_sequence": "stop_sequence",
    "refusal": "refusal",
    "safety": "refusal",
}

# The answer broke off although the stream itself ended well.
_FAILURES = {
    "error": "failed while it answered",  # OpenRouter's and Mistral's API references
    "network_error": "failed while it answered",  # GLM's API reference
    "insufficient_system_resource": "ran out of resources while it answered",  # DeepSeek's API reference
    "abort": "aborted its answer",  # SGLang, vLLM
    "malformed_function_call": "could not read a tool call that the model wrote",  # Gemini's API reference
}


def failure(word: str) -> str:
    """What went wrong, "" if the word is no failure. Gemini puts its own word behind a colon."""
    word = word.lower()
    return _FAILURES.get(word) or _FAILURES.get(word.rpartition(":")[2].strip(), "")


def stop_reason(word: str) -> StopReason:
    """A word that nobody knows is still an end: the answer is kept, and the word is left for the host to see."""
    return _REASONS.get(word.lower().partition(":")[0], "end_turn")


def usage_of(raw: Any) -> Usage | None:
    """None where nothing was counted; some gateways fill in zeros."""
    raw = mapping(raw)
    prompt = _count(raw, "prompt_tokens", "input_tokens")
    completion = _count(raw, "completion_tokens", "output_tokens")
    if not prompt and not completion:
        return None
    prompt_details = mapping(raw.get("prompt_tokens_details"))
    completion_details = mapping(raw.get("completion_tokens_details"))
    # OpenAI's details; DeepSeek's and Kimi's fields beside them; gateways that keep Anthropic's names.
    cached = _first(
        _count(prompt_details, "cached_tokens"),
        _count(raw, "prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens"),
    )
    written = _first(
        _count(prompt_details, "cache_write_tokens", "cache_creation_tokens"), _count(raw, "cache_creation_input_tokens")
    )
    reasoning = _count(completion_details, "reasoning_tokens")
    # xAI's API reference: reasoning is not part of `completion_tokens`, as the total shows.
    if completion is not None and reasoning and _count(raw, "total_tokens") == (prompt or 0) + completion + reasoning:
        completion += reasoning
    uncached = max(prompt - (cached or 0) - (written or 0), 0) if prompt else None
    return Usage(uncached, completion, cached, written, reasoning)


def _count(raw: dict[str, Any], *names: str) -> int | None:
    for name in names:
        value = raw.get(name)
        if isinstance(value, int | float) and isfinite(value):
            return max(int(value), 0)
    return None


def _first(*counts: int | None) -> int | None:
    """The first that is not 0, else any that was given."""
    given = [count for count in counts if count is not None]
    return next((count for count in given if count), given[0] if given else None)
