"""A person stops a request or a tool call in mitmweb's page, changes it there, and lets it go."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from tests.fakes.chat_fake import KEY, ChatFake
from tests.support.asking import body
from tests.support.grammar import check
from tests.support.mitmweb import PASSWORD, Mitmweb

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOOLS = [
    {"name": name, "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}} for name in ("Bash", "Look")
]


def script(*turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": f"SCRIPT:{json.dumps(turns)}"}]


class Session:
    """A client, the router in mitmweb with its page, and a provider that refuses whatever a strict server refuses."""

    def __init__(self, web: Mitmweb, page: Page, provider: ChatFake, clients: ThreadPoolExecutor) -> None:
        self.web, self.page, self.provider = web, page, provider
        self._clients = clients

    def ask(self, request: dict[str, Any]) -> Future[httpx2.Response]:
        def asked() -> httpx2.Response:
            return httpx2.post(f"{self.web.url}/v1/messages", json=request, timeout=60, trust_env=False)

        return self._clients.submit(asked)

    def open_stopped(self, tab: str) -> dict[str, Any]:
        """The flow that is stopped, once its message can be seen in the page."""
        flow = self.web.stopped()
        self.page.locator(".flow-table tbody td.col-path").last.click()
        self.page.locator(".flow-detail nav a", has_text=tab).first.click()
        self.page.locator(".contentview pre").first.wait_for()
        return flow

    def edit(self, flow: dict[str, Any], message: str, change: Callable[[str], str]) -> None:
        """In the page's editor: all of the text is replaced by the changed one."""
        self.page.get_by_role("button", name="Edit").first.click()
        editor = self.page.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(change(self.web.content(flow, message)))
        self.page.get_by_role("button", name="Done").click()
        editor.wait_for(state="detached")

    def resume(self) -> None:
        self.page.get_by_title("[a]ccept intercepted flow").click()


@pytest.fixture
def session(chromium: Browser, tmp_path: Path) -> Iterator[Session]:
    with ChatFake() as provider, ThreadPoolExecutor() as clients:
        one = {"name": "one", "base_url": provider.base_url, "api_key": KEY, "models": ["first"]}
        with Mitmweb({"providers": [one], "router": {"default": "one,first"}}, tmp_path) as web:
            page = chromium.new_page(viewport={"width": 1600, "height": 900})
            page.goto(f"http://127.0.0.1:{web.port}/?token={PASSWORD}")
            page.get_by_placeholder("Intercept").wait_for()
            yield Session(web, page, provider, clients)
            page.close()
        assert provider.complaints == []


def test_a_request_is_stopped_by_mitmwebs_intercept_edited_in_the_page_and_translated(session: Session, artifacts: Path) -> None:
    page = session.page
    page.get_by_placeholder("Intercept").fill("~q")
    page.get_by_placeholder("Intercept").press("Enter")
    session.provider.wait_until(lambda: session.web.rest.get("/options").json()["intercept"]["value"] == "~q")
    asked = session.ask(body(messages=[{"role": "user", "content": "what I typed"}]))
    flow = session.open_stopped("Request")
    page.locator(".contentview pre", has_text='"model": "claude-opus-4-8"').first.wait_for()
    page.locator(".contentview pre", has_text="what I typed").first.wait_for()
    page.screenshot(path=artifacts / "mitmweb-stopped-request.png")
    session.edit(flow, "request", lambda text: text.replace("what I typed", "what I meant"))
    page.locator(".contentview pre", has_text="what I meant").first.wait_for()
    assert session.provider.asked() == []
    session.resume()
    answer = asked.result(30)
    assert answer.status_code == 200
    check(answer.content)
    (sent,) = session.provider.asked()
    assert sent.body["model"] == "first"
    assert sent.body["messages"] == [{"role": "user", "content": "what I meant"}]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_url_of_a_stopped_request_is_the_one_that_was_asked_and_can_be_edited(name: str, session: Session) -> None:
    session.web.set(intercept="~q")
    session.web.url = session.web.url.replace("127.0.0.1", name)
    port = session.web.url.rpartition(":")[2]
    asked = session.ask(body())
    flow = session.open_stopped("Request")
    session.page.locator(".flow-detail", has_text=f"http://127.0.0.1:{port}/v1/messages").wait_for()
    address = {
        "scheme": "http",
        "host": "127.0.0.1",
        "port": int(port),
    }  # the page sends the whole URL, whatever of it was edited
    session.web.edit(flow, "request", **address, path="/v1/messages?beta=true")
    session.page.locator(".flow-detail", has_text=f"http://127.0.0.1:{port}/v1/messages?beta=true").wait_for()
    assert session.provider.asked() == []
    session.resume()
    assert asked.result(30).status_code == 200
    assert len(session.provider.asked()) == 1
    assert len(session.web.flows()) == 1


def test_a_stopped_request_that_is_none_of_ours_goes_nowhere_however_its_path_is_edited(session: Session) -> None:
    session.web.set(intercept="~q")
    asked = session.ask(body())
    flow = session.web.stopped()
    shown = flow["request"]
    session.web.edit(flow, "request", host=shown["host"], port=shown["port"], path="/v1/other")
    session.web.resume(flow)
    assert asked.result(30).status_code == 404
    assert len(session.web.flows()) == 1
    assert session.provider.asked() == []


def test_a_tool_call_of_one_name_is_held_changed_in_the_page_and_given_to_the_client(session: Session, artifacts: Path) -> None:
    page = session.page
    session.web.set(ccr_hold='~meta "ccr_tools:.*Bash"')
    passes = [{"tool": "Look", "input": {"command": "ls"}}]
    assert session.ask(body(tools=TOOLS, messages=script(passes))).result(30).status_code == 200
    stops: list[dict[str, Any]] = [{"text": "I clean up."}, {"tool": "Bash", "input": {"command": "rm -rf build"}}]
    asked = session.ask(body(tools=TOOLS, messages=script(stops)))
    flow = session.open_stopped("Response")
    page.locator(".contentview pre", has_text="tool call Bash").first.wait_for()
    page.screenshot(path=artifacts / "mitmweb-held-answer.png")
    session.edit(flow, "response", lambda text: text.replace("rm -rf build", "ls build"))
    page.locator(".contentview pre", has_text="ls build").first.wait_for()
    assert not asked.done()
    session.resume()
    (call,) = [block for block in check(asked.result(30).content).content if block["type"] == "tool_use"]
    assert (call["name"], call["input"]) == ("Bash", {"command": "ls build"})
    session.provider.wait_until(lambda: len(session.web.call("ccr.tools", f"@{flow['id']}")) == 2)
    told = session.web.call("ccr.tools", f"@{flow['id']}")[1]
    assert '{"command":"rm -rf build"}' in told.replace(": ", ":")
    assert told.endswith('{"command": "ls build"}')
    page.locator(".contentview pre", has_text="(changed)").first.wait_for()
    page.screenshot(path=artifacts / "mitmweb-edited-answer.png")
