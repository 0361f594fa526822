"""Waiting for what becomes true by itself and tells nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(holds: Callable[[], object], seconds: float = 10.0, left: Callable[[], object] = lambda: "") -> None:
    """Raises AssertionError, with what `left` returns, if it does not come true in time."""
    try:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"it did not come true within {seconds:g} s; {left()}") from None
