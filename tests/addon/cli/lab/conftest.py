"""A recorded session and the fake provider that its replays are answered by."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.io import FlowWriter

from tests.support.lab import Models, config, written
from tests.support.lab_session import recorded


@pytest.fixture(scope="package")
def fake() -> Iterator[Models]:
    with Models() as one:
        yield one


@pytest.fixture(scope="package")
def flows(tmp_path_factory: pytest.TempPathFactory, fake: Models) -> list[Any]:
    return asyncio.run(recorded(tmp_path_factory.mktemp("recording"), fake.base_url))


@pytest.fixture
def folder(tmp_path: Path, flows: list[Any], fake: Models) -> Path:
    """Holds the recording `rec.flows` and the config."""
    with (tmp_path / "rec.flows").open("wb") as file:
        writer = FlowWriter(file)
        for flow in flows:
            writer.add(flow)
    written(tmp_path, config(fake.base_url))
    fake.reset()
    return tmp_path
