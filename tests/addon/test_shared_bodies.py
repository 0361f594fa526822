"""Each body is kept once, and comes back as it was."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.contentviews import Metadata
from mitmproxy.io import FlowReader, FlowWriter
from mitmproxy.test import tflow

from addon import record
from addon.export.document import document
from addon.inspect.views import VIEWS
from addon.memory import Memory, size_of
from addon.record_versions import VERSION, migrated
from addon.shared_bodies import restored, shared
from tests.fakes.http import HttpRequest
from tests.support import anthropic_api as api
from tests.support.asking import body, client
from tests.support.configs import compatible, two_providers
from tests.support.host import running
from tests.support.provider import chunks
from tests.support.upstream import Says, upstream

LONG = "words, and wörds ☃. " * 15_000
BIG = body(messages=[{"role": "user", "content": LONG}])


def holding(content: bytes) -> http.HTTPFlow:
    flow = tflow.tflow(resp=True)
    flow.request.content = content
    return flow


def saved(flow: http.HTTPFlow) -> bytes:
    file = BytesIO()
    FlowWriter(file).add(flow)
    return file.getvalue()


def loaded(data: bytes) -> http.HTTPFlow:
    (flow,) = FlowReader(BytesIO(data)).stream()
    assert isinstance(flow, http.HTTPFlow)
    return flow


_LINES = st.lists(st.sampled_from(["event: ping\n", "data: {}\n", "\n", "ü ☃", "x" * 300, '{"model": "a"}', "\r\n"]), max_size=20)


@given(_LINES.map("".join), _LINES.map("".join))
def test_a_text_comes_back_as_it_was_whatever_the_flow_holds(text: str, base: str) -> None:
    flow = holding(base.encode())
    stored = shared(text, flow, "request")
    assert json.loads(json.dumps(stored)) == stored
    assert restored(stored, flow) == text


@given(st.text(min_size=600), st.text(max_size=9), st.integers(0, 599))
def test_a_change_in_the_middle_costs_no_more_than_itself(text: str, change: str, at: int) -> None:
    flow = holding((text[:at] + change + text[at:]).encode(errors="replace"))
    text = text.encode(errors="replace").decode()
    stored = shared(text, flow, "request")
    assert restored(stored, flow) == text
    assert len(json.dumps(stored)) < 200 + 6 * len(change)


def test_lines_that_one_of_two_streams_lacks_are_found() -> None:
    told = [f'event: delta\ndata: {{"n": {number}}}\n\n' for number in range(500)]
    ping = "event: ping\ndata: {}\n\n"
    given_ = "".join(line + ping * (number % 100 == 50) for number, line in enumerate(told))
    flow = holding(given_.encode())
    stored = shared("".join(told), flow, "request")
    assert isinstance(stored, dict)
    assert sum(len(part) for part in stored["parts"] if isinstance(part, str)) < 50
    assert restored(stored, flow) == "".join(told)


def test_a_text_of_another_form_is_kept_whole() -> None:
    assert shared(LONG, holding(b"{" * 1000), "request") == LONG


@pytest.mark.parametrize("through_a_file", [False, True])
def test_it_comes_back_after_the_user_changed_the_flow_and_mitmproxy_knows_what_it_was(through_a_file: bool) -> None:
    flow = holding(LONG.encode())
    stored = shared(LONG, flow, "request")
    flow.backup()
    flow.request.text = "by hand"
    if through_a_file:
        flow = loaded(saved(flow))
    assert restored(stored, flow) == restored(stored, flow) == LONG
    flow.revert()
    assert restored(stored, flow) == LONG


def test_what_cannot_come_back_is_said_and_never_made_up() -> None:
    flow = holding(LONG.encode())
    flow.metadata["ccr"] = {"version": 2, "client_request": {"body": shared(LONG, flow, "request")}}
    flow.request.text = "by a program"
    with pytest.raises(ValueError, match="the flow's request was changed after it was recorded"):
        record.current(flow)
    for view in VIEWS[:2]:
        told = view.prettify(b"by a program", Metadata(flow=flow, http_message=flow.request))
        assert "was changed after it was recorded" in told


# -- what the router keeps ---------------------------------------------------------------------------------------------------


def anthropic(request: HttpRequest) -> Says:
    whole = json.loads(api.WHOLE)
    said = {**whole, "content": [{"type": "text", "text": LONG}], "model": "first"}
    return Says(json.dumps(said).encode()) if not json.loads(request.body).get("stream") else api.answer(request)


async def kept(folder: Path, request: dict[str, Any], config: Any, answer: Any) -> tuple[http.HTTPFlow, HttpRequest, bytes]:
    async with upstream(answer) as far, running(config(far.url), folder, Memory()) as host, client(host.url) as http_:
        given_ = (await http_.post("/v1/messages", json=request)).content
        return host.keeper.flows[0], far.seen[0], given_


@pytest.mark.parametrize("stream", [False, True])
async def test_between_equal_protocols_each_body_is_kept_once(tmp_path: Path, stream: bool) -> None:
    flow, sent, given_ = await kept(tmp_path, {**BIG, "stream": stream}, compatible, anthropic)
    today = record.current(loaded(saved(flow)))
    assert today is not None
    assert json.loads(today["client_request"]["body"]) == {**BIG, "stream": stream}
    assert json.loads(sent.body)["model"] == "first"
    if not stream:
        assert json.loads(today["provider_answer"]["body"])["model"] == "first"
        assert json.loads(given_)["model"] == BIG["model"]
    bodies = len(sent.body) + len(given_)
    assert size_of(flow) < bodies + 8_000
    assert len(saved(flow)) < bodies + 12_000


async def test_a_translated_flow_keeps_the_four_different_bodies(tmp_path: Path) -> None:
    flow, sent, given_ = await kept(tmp_path, BIG, lambda url: two_providers(url + "/v1"), lambda _: Says(b"".join(chunks())))
    today = record.current(flow)
    assert today is not None
    assert json.loads(today["client_request"]["body"]) == BIG
    assert today["provider_answer"]["body"].encode() == b"".join(chunks())
    assert len(saved(flow)) < 2 * len(sent.body) + len(given_) + 20_000


async def test_views_and_exports_show_what_is_kept_once(tmp_path: Path) -> None:
    flow, _, _ = await kept(tmp_path, BIG, compatible, anthropic)
    assert isinstance(flow.metadata["ccr"]["client_request"]["body"], dict)
    (told,) = document([flow], secrets=[])["flows"]
    assert json.loads(told["client_request"]["body"]) == BIG
    overview, asked = (view.prettify(b"{}", Metadata(flow=flow, http_message=flow.request)) for view in VIEWS[:2])
    assert "conversation, 1 message" in overview
    assert '"model": "claude-opus-4-8"' in asked


# -- versions ----------------------------------------------------------------------------------------------------------------


def test_a_record_of_the_first_version_is_read_as_todays() -> None:
    old = {
        "version": 1,
        "kind": "main",
        "client_request": {"method": "POST", "path": "/v1/messages", "headers": {}, "body": "{}"},
    }
    before = json.dumps(old)
    today = migrated(old)
    assert json.dumps(old) == before
    assert today["version"] == VERSION
    assert (today["kind"], today["turn"], today["edited"], today["notes"]) == ("main", "", False, [])
    flow = tflow.tflow(resp=True)
    flow.metadata["ccr"] = old
    assert (record.current(flow) or {})["client_request"]["body"] == "{}"


@pytest.mark.parametrize("version", [VERSION + 1, 0, "2", True, None])
def test_a_version_that_is_not_known_is_refused_with_a_sentence(version: Any) -> None:
    with pytest.raises(ValueError, match="version"):
        migrated({"version": version})
