"""A real mitmweb, a real Chromium. Where there is no Chromium, or no playwright, these tests are skipped and say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import inspected
from tests.support.router import ROOT
from tests.support.web import BROWSER_FLAGS, SavedInMitmweb, browser, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARTIFACTS = ROOT / ".artifacts"


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all the flows, in the order of `inspected.REQUESTS`."""
    folder = tmp_path_factory.mktemp("saved")
    flows = inspected.made_now(folder)
    return inspected.saved(map(inspected.normalised, flows.values()), folder / "session.flows")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not (path := browser()):
        pytest.skip("no Chromium on the PATH")
    with api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)


@pytest.fixture(scope="session")
def mitmweb(saved: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedInMitmweb]:
    """One for all tests that only look: what a page shows and how is the page's own."""
    with SavedInMitmweb(saved, tmp_path_factory.mktemp("mitmweb")) as web:
        yield web


@pytest.fixture
def page(chromium: Browser, mitmweb: SavedInMitmweb) -> Iterator[Page]:
    """mitmweb's page with the saved flows."""
    page = opened(chromium, mitmweb)
    yield page
    page.close()


@pytest.fixture
def artifacts() -> Path:
    """An ignored folder, where pictures are kept for people to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS
