"""The forms that a flow's record has had, and how an older one is made today's.

1  Both bodies, `client_request.body` and `provider_answer.body`, are texts, though the flow may hold the same bytes itself.
   `turn`, `params`, `notes`, `edited` came later than the rest, and may be missing.
2  A body is a text, or a mapping that says what it shares with the flow's own message: see `addon.shared_bodies`.

Whoever reads a flow's record calls `addon.record.current`, which does both: brings it to today's form, and makes its bodies texts
again. `migrated` alone does the first, and leaves the bodies as they are kept.
"""

from __future__ import annotations

from typing import Any

VERSION = 2

_NO_USAGE = {"input": 0, "output": 0, "cache_read": 0, "cache_write": 0, "reasoning": 0, "estimated": False}


def migrated(kept: dict[str, Any]) -> dict[str, Any]:
    """`kept`, which is not changed, in today's form. Raises ValueError with a sentence for what no version of ours wrote.

    Fields that its version did not have get the value that says "nothing of the kind".
    """
    version = kept.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(f"this flow's record has no version that is known: {version!r}; hint: was it written by ccr?")
    if version > VERSION:
        raise ValueError(f"this flow's record has version {version}, and this ccr reads up to {VERSION}; hint: use a newer one")
    return _from_the_start() | kept | {"version": VERSION}


def _from_the_start() -> dict[str, Any]:
    return {
        **dict.fromkeys(("request_id", "asked_model", "session", "agent", "turn", "kind", "route", "provider", "model"), ""),
        **dict.fromkeys(("reason", "stop_reason", "upstream_reason"), ""),
        "client_request": {"method": "POST", "path": "/v1/messages", "headers": {}, "body": ""},
        "candidates": [],
        "tokens_estimate": 0,
        "attempts": [],
        "provider_answer": None,
        "usage": dict(_NO_USAGE),
        "cost": None,
        "timings": {"first_byte_ms": None, "total_ms": None},
        "tool_calls": [],
        "params": [],
        "notes": [],
        "edited": False,
        "error": None,
    }
