"""What a flow keeps of itself for a replay: its record, and the answer it had before."""

from __future__ import annotations

import copy
from typing import Any, Final

from mitmproxy import http

from addon.record import current

RECORDED: Final = "ccr_recorded"
"""In `flow.metadata`: what a replayed flow was before; see `addon.record`."""

ASKED: Final = "ccr_replay"
"""In `flow.metadata`: how this one flow is to be replayed; see `addon.record`."""

ABOUT: Final = "ccr_about"
"""In `flow.metadata` of a capture that was scrubbed: `kind`, `turn` and `tokens`, as they were read off its texts."""


def before(flow: http.HTTPFlow) -> http.HTTPFlow | None:
    """The flow as it was when it was put in the queue of replays, or when somebody changed it for the first time."""
    state: Any = flow._backup  # noqa: SLF001 - there is no other way to what mitmproxy cleared
    # What makes a flow of a state takes the state apart.
    old = http.HTTPFlow.from_state(copy.deepcopy(state)) if state else None
    return old if isinstance(old, http.HTTPFlow) else None


def remember(flow: http.HTTPFlow, old: http.HTTPFlow | None = None) -> None:
    """Put the answer that the flow had before, or that of `old`, into its metadata.

    Raises ValueError if its record cannot be read.
    """
    old = old or before(flow)
    if old is None:
        return
    kept = current(old, ("provider_answer",))
    if kept is not None:
        del kept["client_request"]  # the new record has it
    flow.metadata[RECORDED] = {
        "record": kept,
        "url": old.request.url,
        "answer": _message(old.response) if old.response else None,
        "timings": {"first_byte_ms": since(old, "timestamp_start"), "total_ms": since(old, "timestamp_end")},
    }


def _message(response: http.Response) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in response.headers.items() if name.lower() != "set-cookie"}
    body = response.get_content(strict=False) or b""
    return {"status": response.status_code, "headers": headers, "body": body.decode(errors="replace")}


def since(flow: http.HTTPFlow, moment: str) -> float | None:
    """Milliseconds from the request to this moment of the response, None if it never came."""
    at = getattr(flow.response, moment, None)
    return None if at is None else round((at - flow.request.timestamp_start) * 1000, 1)
