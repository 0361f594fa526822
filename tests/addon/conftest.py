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


@pytest.fixture(autouse=True)
def _nothing_of_this_machine_s_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its proxies and certificates are obeyed, as they should be, and not here."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
