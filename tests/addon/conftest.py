"""The provider behind the in-process host."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.provider import Provider, provider


@pytest.fixture
async def upstream() -> AsyncIterator[tuple[Provider, str]]:
    """A chat-completions provider and its base URL."""
    async with provider() as it:
        yield it
