from __future__ import annotations

import pytest

from addon.ledger import catalogue


@pytest.fixture(autouse=True)
def loaded() -> None:
    catalogue.load()
