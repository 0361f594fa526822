"""What a flow is called in the lists: from the moment it is routed, and also where no model is asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from mitmproxy import http

from tests.support.asking import ask, body, client
from tests.support.configs import two_providers
from tests.support.host import running
from tests.support.provider import Provider


class Shown:
    """A flow's line, each time that the lists are told that it changed."""

    def __init__(self) -> None:
        self.lines = [""]
        self.marks: list[str] = []

    def request(self, flow: http.HTTPFlow) -> None:
        self.marks.append(flow.marked)

    def update(self, flows: list[http.HTTPFlow]) -> None:
        self.lines += [flow.comment for flow in flows if flow.comment != self.lines[-1]]


async def test_a_flow_has_its_line_and_mark_while_its_answer_is_awaited(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    provider, url = upstream
    provider.behaviours = {"first": "503"}
    shown = Shown()
    async with running(two_providers(url, fallback=True), tmp_path, shown) as host, client(host.url) as http_:
        await ask(http_, body())
        assert shown.lines[:3] == [
            "",
            "main → one,first · nothing special · under way",
            "main → one 503 → two,second · nothing special · under way",
        ]
        assert shown.marks == [":large_blue_circle:"]
        (flow,) = host.keeper.flows
        assert flow.comment.startswith("main → one 503 → two,second ok · nothing special · 11→7 tok")


async def test_a_name_that_a_terminal_would_obey_stays_out_of_the_line_and_the_log(
    upstream: tuple[Provider, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http_:
        await ask(http_, body("one,\x1b[2J\u202ename"))
        (flow,) = host.keeper.flows
        assert flow.comment.startswith("main → one,·[2J·name · the client named `one,·[2J·name`")
    assert [record for record in caplog.records if {"\x1b", "\u202e"} & set(record.getMessage())] == []


async def test_calls_that_no_model_is_asked_for_say_what_became_of_them(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http_:
        await http_.post("/v1/messages/count_tokens", json=body())
        await http_.get("/v1/models")
        await http_.head("/")
        await http_.post("/v1/messages", content=b"{")
        await http_.get("/v1/nothing")
        await asyncio.sleep(0)
        lines = [flow.comment for flow in host.keeper.flows]
        marks = [flow.marked for flow in host.keeper.flows]
    assert lines[:3] == ["answered here"] * 3
    assert lines[3].startswith("refused · 400 invalid_request_error: ")
    assert lines[4].startswith("refused · 404 not_found_error: `GET /v1/nothing`")
    assert marks == ["", "", "", ":red_circle:", ":red_circle:"]
