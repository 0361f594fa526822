from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.listing_fakes import ListingChat

ROWS = (
    {"id": "grand-pro", "context_length": 200_000, "pricing": {"prompt": "0.000002", "completion": "0.000008"}},
    {"id": "quick-mini", "context_length": 128_000, "pricing": {"prompt": "0.0000001", "completion": "0.0000004"}},
    {"id": "endless", "context_length": 1_000_000, "pricing": {"prompt": "0.000001", "completion": "0.000004"}},
    {"id": "text-embedding-3"},
)


@pytest.fixture
def fake() -> Iterator[ListingChat]:
    with ListingChat(ROWS) as server:
        yield server


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Where the file is written by itself."""
    return tmp_path / ".claude-code-router" / "config.yaml"
