"""Whatever breaks inside: the client gets an error in Anthropic's form, and nothing is sent to anybody."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import pytest

from addon import failclosed
from tests.support import anthropic_api, grammar
from tests.support.asking import TOKEN, ask, body, client
from tests.support.configs import KEY_ONE, official, two_providers
from tests.support.forward import Detour, forward_proxy, through
from tests.support.host import running
from tests.support.provider import TEXT, Provider
from tests.support.upstream import upstream as upstream_server

IN_REQUESTHEADERS = [
    "addon.gateway.is_to_us",
    "addon.gateway.is_to_anthropic",
    "addon.gateway.take_credentials",
    "addon.gateway.call_of",
]
IN_REQUEST = [
    "addon.serving.refusal",
    "addon.serving.call_of",
    "addon.serving.parse",
    "addon.serving.decide",
    "addon.estimates.Estimates.tokens",
    "addon.record.begin",
    "addon.record.decided",
    "addon.record.addressed",
    "addon.attempts.Attempts.__init__",
    "addon.attempts.Attempts.begin",
    "addon.attempts.address",
    "addon.attempts.open_answer",
    "addon.failover.candidates.Candidates.first",
    "addon.failover.keys.KeyPool.pick",
    "addon.config.settings.Provider.target",
    "addon.config.settings.Provider.credential_header",
    "translators.openai_chat.dialect.OpenAIChat.encode",
]
LOCAL = {
    "addon.local.models": "/v1/models",
    "addon.local.model": "/v1/models/one,first",
    "addon.local.health": "/health",
    "addon.local.root": "/",
}
STREAMED = [pytest.param(True, id="stream"), pytest.param(False, id="whole")]


class Surprise(Exception):
    """What no code of ours expects. Its text, with a credential in it, is nothing for a client."""


def broken(*_: Any, **__: Any) -> NoReturn:
    raise Surprise(f"a part broke, with {KEY_ONE} and {TOKEN} in hand")


def is_error(answer: httpx2.Response, hook: str) -> None:
    assert answer.status_code == 500
    told = answer.json()
    assert (told["type"], told["error"]["type"]) == ("error", "api_error")
    assert told["request_id"] == answer.headers["request-id"]
    assert f"`{hook}`" in told["error"]["message"]
    assert not {KEY_ONE, TOKEN} & set(answer.text.split())


@pytest.mark.parametrize("part", [*IN_REQUESTHEADERS[::2], *IN_REQUEST])
async def test_a_hook_that_raises_answers_500_and_sends_nothing_on(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    one, url = upstream
    async with running(two_providers(url, fallback=True), tmp_path) as host, client(host.url) as http:
        with monkeypatch.context() as broke:
            broke.setattr(part, broken)
            is_error(
                await http.post("/v1/messages?beta=true", json=body()),
                "requestheaders" if part in IN_REQUESTHEADERS else "request",
            )
        assert (one.asked.total(), one.open) == (0, 0)
        assert (await ask(http, body())).text == TEXT
        assert len({flow.client_conn.id for flow in host.keeper.flows}) == 1


@pytest.mark.parametrize("part", [*IN_REQUESTHEADERS, *(part for part in IN_REQUEST if not part.endswith("refusal"))])
async def test_nothing_leaves_a_forward_proxy_either(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """There the client's request is addressed to the real server, so that passing it on would be a leak."""
    _, url = upstream
    detour = Detour()
    async with running(two_providers(url), tmp_path, detour) as host, through(await forward_proxy(host)) as http:
        monkeypatch.setattr(part, broken)
        is_error(
            await http.post("/v1/messages?beta=true", json=body()), "requestheaders" if part in IN_REQUESTHEADERS else "request"
        )
        assert detour.asked == []


@pytest.mark.parametrize("part", LOCAL)
async def test_an_endpoint_that_breaks_answers_500(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        monkeypatch.setattr(part, broken)
        is_error(await http.get(LOCAL[part]), "request")


async def test_a_call_that_passes_is_ended_where_its_answer_cannot_be_kept_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        upstream_server(anthropic_api.answer) as far,
        running(official(far.url), tmp_path) as host,
        client(host.url) as http,
    ):
        monkeypatch.setattr("addon.forward.keep_out", broken)
        is_error(await http.get("/v1/models"), "responseheaders")


@pytest.mark.parametrize("way", ["listener", "forward proxy"])
async def test_without_a_configuration_nothing_is_sent_on(upstream: tuple[Provider, str], tmp_path: Path, way: str) -> None:
    detour = Detour()
    async with running(two_providers(upstream[1]), tmp_path, detour) as host:
        async with client(host.url) if way == "listener" else through(await forward_proxy(host)) as http:
            host.gateway._current._settings = None
            for path in ("/v1/messages", "/v1/messages/count_tokens"):
                is_error(await http.post(path, json=body()), "request")
        assert detour.asked == []


@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("part", ["failed", "next_step"])
async def test_a_hook_that_raises_between_two_attempts_asks_nobody_else(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, stream: bool
) -> None:
    one, url = upstream
    one.behaviours = {"first": "503"}
    async with running(two_providers(url, fallback=True), tmp_path) as host, client(host.url) as http:
        monkeypatch.setattr(f"addon.attempts.Attempts.{part}", broken)
        is_error(await http.post("/v1/messages", json=body(stream=stream)), "ccr_next")
        assert one.asked == {"first": 1}


async def test_a_client_that_was_kept_waiting_with_pings_is_told_in_its_stream(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, url = upstream
    one.behaviours = {"first": "hang"}
    settings = two_providers(url, fallback=True, timeouts={"connect": 2, "first_byte": 0.8, "idle": 5, "total": 20})
    async with running(settings, tmp_path) as host, client(host.url) as http:
        monkeypatch.setattr("addon.attempts.Attempts.ping_seconds", 0.1)
        monkeypatch.setattr("addon.attempts.Attempts.failed", broken)
        answer = await http.post("/v1/messages", json=body())
        assert answer.status_code == 200
        *pings, last = grammar.events(answer.content)
        assert {event["type"] for event in pings} == {"ping"}
        assert last["error"]["type"] == "api_error"
        assert "`ccr_next`" in last["error"]["message"]


async def test_a_whole_answer_that_cannot_be_recorded_is_an_error(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        monkeypatch.setattr("addon.record.finish", broken)
        is_error(await http.post("/v1/messages", json=body(stream=False)), "response")


async def test_a_stream_that_cannot_be_recorded_was_given_whole_and_stays_so(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        monkeypatch.setattr("addon.record.finish", broken)
        assert (await ask(http, body())).text == TEXT
        (flow,) = host.keeper.flows
        assert flow.response is not None
        assert flow.response.status_code == 200
        assert b"message_stop" in (flow.response.raw_content or b"")


@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize(
    "part",
    [
        "translators.openai_chat.dialect.OpenAIChat.reader",
        "translators.openai_chat.dialect.OpenAIChat.decode",
        "translators.exchange.Exchange._feed",
        "translators.exchange.Exchange._close",
    ],
)
async def test_a_translation_that_raises_is_a_failed_attempt(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, stream: bool
) -> None:
    if part.endswith("decode" if stream else "reader"):
        pytest.skip("streams are read, whole answers decoded")
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        monkeypatch.setattr(part, broken)
        async with asyncio.timeout(3):
            told = await ask(http, body(stream=stream))
        if part.endswith("_close") and stream:
            assert told.text == TEXT  # all of it was given by then
        else:
            assert (told.status, told.error) == (502, "api_error")


@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("part", ["opened", "decode", "arrived", "head", "complete", "refusal"])
async def test_a_part_of_the_stream_that_raises_is_told_at_once(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, stream: bool
) -> None:
    one, url = upstream
    if part == "refusal":
        one.behaviours = {"first": "503"}
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        monkeypatch.setattr(f"addon.attempts.Attempts.{part}", broken)
        if part == ("complete" if stream else "head"):
            assert (await ask(http, body(stream=stream))).text == TEXT  # it has no part in this
            return
        async with asyncio.timeout(3):
            answer = await http.post("/v1/messages", json=body(stream=stream))
        assert (answer.status_code, answer.json()["error"]["type"]) == (500, "api_error")
        assert KEY_ONE not in answer.text


async def test_an_answer_that_cannot_be_ended_is_cut_and_not_left_open(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        monkeypatch.setattr("addon.failover.stream.CcrStream.flow_done", broken)
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete"):
            async with asyncio.timeout(3):
                await http.post("/v1/messages", json=body())


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_guarded_hook_keeps_its_name(asynchronous: bool) -> None:
    async def coroutine() -> None: ...
    def function() -> None: ...

    hook = coroutine if asynchronous else function
    assert failclosed.fail_closed(hook).__name__ == hook.__name__
    assert asyncio.iscoroutinefunction(failclosed.fail_closed(hook)) == asynchronous
