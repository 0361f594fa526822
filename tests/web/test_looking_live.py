"""What a person sees in mitmweb's page while requests are on their way, and at its command bar."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.support.asking import body
from tests.support.mitmweb import PASSWORD, Mitmweb
from tests.support.web import open_flow

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHOWN = ".contentview pre"
TOOL = {"name": "Bash", "description": "Runs it.", "input_schema": {"type": "object", "properties": {}}}


class Slow(ThreadingHTTPServer):
    """Refuses every request, once it may."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()
        super().__init__(("127.0.0.1", 0), Refusing)


class Refusing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Slow)
        self.rfile.read(int(self.headers["content-length"]))
        self.server.may_answer.wait(30)
        self.send_response(400)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def provider() -> Iterator[Slow]:
    with Slow() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.may_answer.set()
        server.shutdown()


@pytest.fixture
def web(provider: Slow, tmp_path: Path) -> Iterator[Mitmweb]:
    slow = {"name": "slow", "base_url": f"http://127.0.0.1:{provider.server_port}/v1", "api_key": "sk-slow-0123456789"}
    with Mitmweb({"providers": [slow], "router": {"default": "slow,one"}}, tmp_path) as running:
        yield running


@pytest.fixture
def live(web: Mitmweb, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"http://127.0.0.1:{web.port}/?token={PASSWORD}")
    page.get_by_placeholder("Search").wait_for()
    yield page
    page.close()


def ask(web: Mitmweb) -> None:
    httpx2.post(f"{web.url}/v1/messages", json=body(tools=[TOOL]), timeout=60, trust_env=False)


def test_a_request_that_is_open_shows_what_became_of_it(live: Page, web: Mitmweb, provider: Slow) -> None:
    with ThreadPoolExecutor(1) as client:
        asked = client.submit(ask, web)
        live.locator(".flow-table tbody td.col-comment", has_text="under way").wait_for()
        open_flow(live, 0, "Request")
        live.locator(SHOWN, has_text="conversation, 1 message").wait_for()
        assert "attempts" not in live.locator(SHOWN).inner_text()
        provider.may_answer.set()
        asked.result()
        live.locator(SHOWN, has_text="400 after").wait_for()


def test_the_command_bar_speaks_of_the_flow_that_is_open_and_in_lines(
    live: Page, web: Mitmweb, provider: Slow, artifacts: Path
) -> None:
    provider.may_answer.set()
    httpx2.get(f"{web.url}/health", timeout=60, trust_env=False)  # the first flow, which `@focus` would be
    ask(web)
    live.locator(".flow-table tbody td.col-comment", has_text="main → slow,one").wait_for()
    live.locator("nav a", has_text="Options").first.click()
    live.get_by_text("Display Command Bar").first.click()
    open_flow(live, 1, "Request")
    command = live.get_by_placeholder("Enter command")
    command.fill("ccr.why @focus")
    command.press("Enter")
    told = live.locator(".command-result", has_text="decision: main")
    told.wait_for()
    assert "\ndecision: main → slow,one by route default\nreason: nothing special\n" in told.inner_text()
    command.fill("set ccr_unfold=Bash")
    command.press("Enter")
    live.locator(SHOWN, has_text="tool Bash").wait_for()
    live.locator(SHOWN).get_by_text("tool Bash").scroll_into_view_if_needed()
    live.screenshot(path=artifacts / "mitmweb-unfolded.png")
