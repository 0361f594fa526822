"""A client that waits is kept company, before content too, and whatever follows still reaches it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from addon.attempts import Attempts
from tests.support import grammar
from tests.support.asking import body, client
from tests.support.chain import at, chain
from tests.support.h2_client import h2_client
from tests.support.host import running
from tests.support.leftovers import settled
from tests.support.ports import unanswering_port
from tests.support.provider import TEXT, Provider

type Upstream = tuple[Provider, str]
WAITS = {"timeouts": {"connect": 0.5, "first_byte": 0.5, "idle": 0.5}}
PROTOCOLS = [pytest.param(False, id="http1"), pytest.param(True, id="http2")]


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Attempts, "ping_seconds", 0.1)


async def streamed(config: dict[str, Any], folder: Path, one: Provider, *, http2: bool = False) -> tuple[grammar.Answer, bytes]:
    """The answer to a request, which was begun with status 200, and its bytes."""
    async with running(config, folder) as host:
        async with client(host.tls_url if http2 else host.url, http2=http2) as http:
            answer = await http.post("/v1/messages", json=body())
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        await settled(host, one)
    return grammar.check(answer.content), answer.content


def text(answer: grammar.Answer) -> str:
    return "".join(block.get("text", "") for block in answer.content)


def test_in_real_life_a_ping_comes_every_15_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert Attempts.ping_seconds == 15


@pytest.mark.parametrize("http2", PROTOCOLS)
@pytest.mark.parametrize("fault", ["hang", "headers_then_silence"])
async def test_pings_come_before_content_and_the_next_candidates_answer_follows(
    upstream: Upstream, tmp_path: Path, fault: str, http2: bool
) -> None:
    one, url = upstream
    one.behaviours = {"a": fault}
    answer, content = await streamed(chain(at(url, "a", "b"), a=WAITS), tmp_path, one, http2=http2)
    assert answer.pings >= 2
    assert (text(answer), answer.complete) == (TEXT, True)
    kinds = [event["type"] for event in grammar.events(content)]
    assert set(kinds[: answer.pings]) == {"ping"}, "silence was before the answer alone"


async def test_pings_come_while_a_provider_cannot_be_connected_to(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    with unanswering_port() as port:
        urls = {"a": f"http://127.0.0.1:{port}/v1", "b": url}
        answer, _ = await streamed(chain(urls, a=WAITS), tmp_path, one)
    assert answer.pings >= 2
    assert text(answer) == TEXT


async def test_pings_come_while_a_retry_is_waited_for(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["429 0.5", "ok"]}
    answer, _ = await streamed(chain(at(url, "a"), retry={"attempts": 2}), tmp_path, one)
    assert answer.pings >= 2
    assert text(answer) == TEXT


@pytest.mark.parametrize("http2", PROTOCOLS)
async def test_a_final_failure_after_pings_is_an_error_event(upstream: Upstream, tmp_path: Path, http2: bool) -> None:
    one, url = upstream
    one.behaviours = {"a": "hang", "b": "503"}
    answer, _ = await streamed(chain(at(url, "a", "b"), a=WAITS, retry={"attempts": 1}), tmp_path, one, http2=http2)
    assert answer.pings >= 2
    assert answer.error is not None
    assert answer.error["type"] == "overloaded_error"
    assert "a,a: " in answer.error["message"]
    assert "b,b: " in answer.error["message"]


async def test_an_empty_answer_after_pings_is_one_empty_text(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "hang", "b": "empty"}
    answer, _ = await streamed(chain(at(url, "a", "b"), a=WAITS, retry={"attempts": 1}), tmp_path, one)
    assert answer.pings >= 2
    assert (answer.content, answer.error) == ([{"type": "text", "text": ""}], None)


async def test_pings_come_amid_an_answer_that_pauses(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.pause = 0.15
    one.text = lambda _body: "abc"
    answer, _ = await streamed(chain(at(url, "a")), tmp_path, one)
    assert answer.pings >= 2
    assert (text(answer), answer.error) == ("abc", None)


async def test_no_ping_comes_where_pieces_come(upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Attempts, "ping_seconds", 1.0)
    one, url = upstream
    one.pause = 0.1
    answer, _ = await streamed(chain(at(url, "a")), tmp_path, one)
    assert answer.pings == 0


async def test_no_ping_follows_the_end_of_the_message(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Attempts, "ping_seconds", 0.01)
    monkeypatch.setattr("addon.failover.deadlines.END_GRACE", 0.3)
    one, url = upstream
    one.behaviours = {"a": "dawdles"}
    _, content = await streamed(chain(at(url, "a")), tmp_path, one)
    assert grammar.events(content)[-1] == {"type": "message_stop"}


async def test_a_whole_answer_has_no_pings(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "hang"}
    async with running(chain(at(url, "a", "b"), a=WAITS), tmp_path) as host, client(host.url) as http:
        answer = await http.post("/v1/messages", json=body(stream=False))
        assert answer.json()["content"][0]["text"] == TEXT
        assert answer.headers["content-type"] == "application/json"


async def test_every_stream_of_a_connection_is_kept_company_by_itself(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["hang", "ok"]}
    async with running(chain(at(url, "a", "b"), a=WAITS), tmp_path) as host, h2_client(host.port) as http:
        waits, does_not = http.post(body()), http.post(body())
        assert [(await http.answer(stream)).text for stream in (waits, does_not)] == [TEXT, TEXT]
        assert sorted(grammar.check(bytes(content)).pings > 0 for content in http.received.values()) == [False, True]
