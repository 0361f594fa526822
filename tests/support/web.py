"""mitmweb with saved flows, and a browser to look at it."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tests.support.process import Process
from tests.support.router import ROOT, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
# No display, no sandbox (containers have none), nothing of its own to the network.
BROWSER_FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PASSWORD: Final = "page"
_UP = re.compile(r"(Web server listening at \S+)")


def browser() -> str:
    """The path of a Chromium, "" if there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


class SavedInMitmweb:
    """`saved` is a file of flows; `options` are further arguments. A context manager."""

    def __init__(self, saved: Path, folder: Path, options: Sequence[str] = ()) -> None:
        self.port = free_port()
        self._saved, self._folder, self._options = saved, folder, options

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/?token={PASSWORD}"

    def __enter__(self) -> Self:
        command = [str(Path(sys.executable).with_name("mitmweb")), "-nr", str(self._saved), "-s", str(ROOT / "addon" / "ccr.py")]
        command += ["--set", f"confdir={self._folder / 'confdir'}", "--set", f"web_password={PASSWORD}"]
        command += ["--no-web-open-browser", "--web-port", str(self.port), *self._options]
        self._process = Process(command, self._folder, {"PATH": "/usr/bin:/bin", "HOME": str(self._folder), "LANG": "C.UTF-8"})
        try:
            self._process.wait_for(_UP)
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()


def opened(chromium: Browser, web: SavedInMitmweb, before: str = "") -> Page:
    """mitmweb's page, once it shows flows; `before` is a script that runs first."""
    page = chromium.new_page(viewport={"width": 1600, "height": 900})
    if before:
        page.add_init_script(before)
    page.goto(web.url)
    page.wait_for_selector(".flow-table tbody td.col-path")
    return page


def open_flow(page: Page, number: int, tab: str) -> None:
    page.locator(".flow-table tbody td.col-comment").nth(number).click()
    page.locator(".flow-detail nav a", has_text=tab).first.click()
    page.wait_for_selector(".contentview pre")
