"""Keys of Claude Code Router's that have no meaning here, each with what to do instead."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from addon.config.document import normal
from addon.config.errors import closest

INSTEAD: Mapping[str, str] = {
    "CUSTOM_ROUTER_PATH": "JavaScript routers are not run; use `Router`, `provider,model` in /model, or the subagent tag",
    "REWRITE_SYSTEM_PROMPT": "system prompts are not rewritten; use Claude Code's --append-system-prompt",
    "NON_INTERACTIVE_MODE": "set CI=true and FORCE_COLOR=0 in the environment of `ccr code`",
    "StatusLine": "set `statusLine` in Claude Code's own settings",
    "tokenizer": "tokens are estimated and corrected by the providers' own counts",
    "forceUseImageAgent": "the `image` route takes the whole request, no agent is needed",
    "transformers": "JavaScript plugins are not loaded; use `params`, `quirks` or `dialect` of the provider",
    "plugins": "JavaScript plugins are not loaded",
    "presets": "write the preset's providers and routes into this file",
    "HOT_RELOAD": "the file is always read again when it changes",
    "LOG_FILE": "log lines go to mitmproxy's event log",
}
"""By documented spelling; spellings are compared as for all keys."""

_IGNORED = {normal(key) for key in ("$schema", "version", "description", "name")}
_KNOWN = {normal(key): key for key in INSTEAD}
_VARIABLE_LIKE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


def is_foreign(key: str, known: Sequence[str]) -> bool:
    """Whether a top-level key may stay though it means nothing here.

    People keep their own variables in Claude Code Router's file (`OPENAI_API_KEY`), as its README shows; one that looks like
    a known key is more likely to be that key misspelt.
    """
    if normal(key) in _KNOWN or normal(key) in _IGNORED:
        return True
    return bool(_VARIABLE_LIKE.fullmatch(key)) and not closest(normal(key), map(normal, (*known, *INSTEAD)), cutoff=0.75)


def warning(found: Mapping[str, Any]) -> str:
    """One warning for all such keys that are set to something, "" if there is none. Values are not quoted."""
    parts = [
        f"`{key}`: {_instead(key)}" for key, value in found.items() if normal(key) not in _IGNORED and _means_something(value)
    ]
    return "keys that have no effect here: " + "; ".join(parts) if parts else ""


def _instead(key: str) -> str:
    name = _KNOWN.get(normal(key))
    return INSTEAD[name] if name else "set variables in the environment, where `$NAME` finds them"


def _means_something(value: Any) -> bool:
    if isinstance(value, dict) and value.get("enabled") is False:
        return False
    return bool(value)
