"""A machine of one's own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import Machine, machine


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Machine]:
    yield from machine(tmp_path)
