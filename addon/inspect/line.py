"""One line that says what a request was, where it went and why, and how it ended."""

from __future__ import annotations

import logging
from typing import Any, Final

from addon.routing.shapes import as_str

MARKERS = {
    "main": ":large_blue_circle:",
    "subagent": ":robot:",
    "title": ":label:",
    "compaction": ":clamp:",
    "web search": ":mag:",
}
SHORT_ID = 8  # characters: enough to tell sessions and agents apart
OTHER_MARKER = ":white_circle:"
ERROR_MARKER = ":red_circle:"
UNDER_WAY = "under way"


# Notes by the level they are logged at: what a user asked for and does not get, what a model did wrong. All others say what
# is done with each request, and would fill the terminal.
_LOST: Final = frozenset({"tools.web_search", "tools.typed"})
_OF_ANSWERS: Final = "arguments."


def level_of(rule: str) -> int:
    """How loud a note is told in the log."""
    if rule in _LOST:
        return logging.WARNING
    return logging.INFO if is_of_answer(rule) else logging.DEBUG


def is_of_answer(rule: str) -> bool:
    """Whether a note speaks of the answer; all others speak of the request."""
    return rule.startswith(_OF_ANSWERS)


def marker(record: dict[str, Any]) -> str:
    """Mitmproxy's name of the emoji that marks a flow of this kind."""
    return ERROR_MARKER if record.get("error") else MARKERS.get(record.get("kind", ""), OTHER_MARKER)


def line(record: dict[str, Any]) -> str:
    """Such as `main → openrouter,kimi-k2 · plan mode · 21.4k→312 tok · $0.0040 · 1.8 s · 3 tools · 1f3a9c2d turn 2.3`.

    Of a request that has no answer yet: `main → openrouter,kimi-k2 · plan mode · under way · 1f3a9c2d turn 2.3`.
    """
    if not record.get("kind"):
        return f"refused · {_error(record)}"
    parts = [f"{record['kind']} → {_path(record)}", record["reason"]]
    total = (record.get("timings") or {}).get("total_ms")
    if error := record.get("error"):
        parts.append(_error({"error": error}))
    else:
        parts += [UNDER_WAY] if total is None else _measures(record)
    if total:
        parts.append(f"{total / 1000:.1f} s")
    if calls := len(record.get("tool_calls") or ()):
        parts.append(f"{calls} tool{'s' if calls > 1 else ''}")
    if whose := _session(record):
        parts.append(whose)
    return " · ".join(parts)


def _session(record: dict[str, Any]) -> str:
    """Which requests belong together: `1f3a9c2d turn 2.3`, and of a subagent `1f3a9c2d agent a41b turn 1.2`."""
    session, agent, turn = (as_str(record.get(name)) for name in ("session", "agent", "turn"))
    if not session:
        return ""
    return session[:SHORT_ID] + (f" agent {agent[:SHORT_ID]}" if agent else "") + (f" turn {turn}" if turn else "")


def _path(record: dict[str, Any]) -> str:
    """The model that answered, after those that did not: `deepseek 429 → openrouter ok`."""
    attempts = record.get("attempts") or []
    answered = f"{record['provider']},{record['model']}"
    if len(attempts) < 2:
        return answered
    return " → ".join(_step(attempt, answered) for attempt in attempts)


def _step(attempt: dict[str, Any], answered: str) -> str:
    if attempt["error"]:
        return f"{attempt['provider']} {attempt['status'] or 'failed'}"
    return answered if attempt.get("ms", 0) is None else f"{answered} ok"


def _measures(record: dict[str, Any]) -> list[str]:
    usage, cost = record.get("usage") or {}, record.get("cost")
    came_in = sum(usage.get(key) or 0 for key in ("input", "cache_read", "cache_write"))
    tokens = f"{_short(came_in)}→{_short(usage.get('output') or 0)} tok"
    return [tokens] if cost is None else [tokens, f"${cost:.4f}"]


def _error(record: dict[str, Any]) -> str:
    error = record.get("error") or {}
    return f"{error.get('status', '')} {error.get('type', '')}: {error.get('message', '')}"


def _short(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.1f}k"
