"""A patient, and a provider for it to ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.addon.doctor.place import KEY, Place
from tests.addon.doctor.provider import Provider

OF_THE_MACHINE = ("CCR_HOME", "CCR_CONFIG", "SERVICE_PORT", "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The process itself has the same home: the service's files are looked for there."""
    made = Place(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    for name in OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider(KEY) as one:
        yield one
