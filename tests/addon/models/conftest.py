from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.listing_fakes import ListingAnthropic, ListingChat

ROWS = ({"id": "big", "context_length": 200_000}, {"id": "small-mini", "max_model_len": 64_000}, {"id": "text-embedding-3"})
ANTHROPIC_KEY = "sk-ant-fake-0123456789"


@pytest.fixture
def chat() -> Iterator[ListingChat]:
    with ListingChat(ROWS, delay=0.001) as fake:
        yield fake


@pytest.fixture
def anthropic() -> Iterator[ListingAnthropic]:
    with ListingAnthropic(["claude-a", "claude-b", "claude-c"], key=ANTHROPIC_KEY, delay=0.001) as fake:
        yield fake


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
