"""The flows that are looked at, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mitmproxy import http
from mitmproxy.test import taddons

from addon.inspect.addon import Inspect
from tests.support import inspected


@pytest.fixture(scope="session")
def flows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, http.HTTPFlow]:
    """As they were; `inspected.normalised` frees them of what differs from run to run."""
    return inspected.made_now(tmp_path_factory.mktemp("inspected"))


@pytest.fixture
def views() -> Iterator[None]:
    """mitmproxy with the content views."""
    with taddons.context(Inspect()):
        yield
