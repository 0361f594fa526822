"""Token counts before a request is sent: estimates, corrected by what providers counted earlier in the same session."""

from __future__ import annotations

from collections import OrderedDict

from translators.contract import JsonObject
from translators.events import Usage
from translators.tokens import estimate

MAX_SESSIONS = 256
PLAUSIBLE = (0.8, 1.25)
"""Counted to estimated. A provider that is further off counts something else, or not at all."""


class Estimates:
    """Corrections by session. One that is not heard of again is forgotten after `MAX_SESSIONS` others."""

    def __init__(self) -> None:
        self._corrections: OrderedDict[str, float] = OrderedDict()

    def tokens(self, body: JsonObject, session: str) -> int:
        return round(estimate(body) * self._corrections.get(session, 1.0))

    def learn(self, session: str, estimated: int, usage: Usage) -> None:
        """Take in what a provider counted for a request that was `estimated`."""
        counted = (usage.input or 0) + (usage.cache_read or 0) + (usage.cache_write or 0)
        if not session or not estimated or not counted:
            return
        before = self._corrections.pop(session, 1.0)
        factor = before * counted / estimated
        self._corrections[session] = factor if PLAUSIBLE[0] <= factor <= PLAUSIBLE[1] else before
        if len(self._corrections) > MAX_SESSIONS:
            self._corrections.popitem(last=False)
