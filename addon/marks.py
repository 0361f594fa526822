"""Whose mark a flow bears: ours, which shows its kind, or its user's, which nobody else changes.

The user's may be the same sign as ours. So what we set is written down, and no longer counts once it was taken away.
"""

from __future__ import annotations

from typing import Any

from mitmproxy import http
from mitmproxy.flow import Flow

from addon.inspect.line import marker

MARKED = "ccr_marked"
"""In `flow.metadata`: the mark that we set, as long as it was not taken away."""


def mark(flow: http.HTTPFlow, record: dict[str, Any]) -> None:
    """Mark the flow by its kind, unless its user has marked it."""
    if not is_the_users(flow):
        flow.marked = flow.metadata[MARKED] = marker(record)


def is_the_users(flow: Flow) -> bool:
    return flow.marked not in ("", flow.metadata.get(MARKED))


def look_at(flow: Flow) -> None:
    """Something of the flow was changed: a mark that was set since is its user's."""
    if flow.metadata.get(MARKED, flow.marked) != flow.marked:
        del flow.metadata[MARKED]
