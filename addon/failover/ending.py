"""The router's end: who still waits for an answer is told so, and does not just see the connection close.

mitmproxy ends by cancelling all tasks. Before that it calls `done`; until all streams have seen at their next tick that
the router is ending, this waits.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable

from mitmproxy import ctx

from addon.failover.plan import PLANS

ROUTER_STOPPED = "this router was stopped"

GRACE = 1.0
"""Seconds that the end is put off, at most: a flow that a person stopped is not answered before that person lets it go."""

_LOOK = 0.02


def is_ending() -> bool:
    return bool(ctx.master.should_exit.is_set())


class Ending:
    """The `done` hook. mitmproxy calls it as well, and waits for nothing, when it loads its script anew."""

    def done(self) -> Awaitable[None] | None:
        return _all_told() if is_ending() else None


async def _all_told() -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            while PLANS:  # noqa: ASYNC110 - the registry tells nobody of its changes
                await asyncio.sleep(_LOOK)
