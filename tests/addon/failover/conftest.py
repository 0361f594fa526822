"""The stream looks at the clock more often than in real life, so that tests need not wait for it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addon.failover.driving.TICK", 0.02)
