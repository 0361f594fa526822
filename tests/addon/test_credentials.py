"""No credential is where it does not belong: at another party, in a flow, in a log, in an error."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mitmproxy.io import FlowWriter

from addon.events_file import EventsFile
from tests.fakes.http import HttpRequest
from tests.support import anthropic_api as api
from tests.support.answers import call, calls, delta, finish, sse
from tests.support.asking import body
from tests.support.configs import KEY_ONE, KEY_TWO, compatible, official, two_providers
from tests.support.forward import Detour, forward_proxy, through
from tests.support.host import Host, running
from tests.support.provider import whole
from tests.support.upstream import Says, Upstream, upstream

CLIENTS = {
    "authorization": "Bearer sk-ant-oat01-the-clients-login",
    "x-api-key": "sk-ant-api03-the-clients-key",
    "cookie": "sessionKey=sk-ant-sid01-the-clients-cookie; theme=dark",
    "proxy-authorization": "Basic cHJveHk6dGhlLWNsaWVudHM=",
}
SECRETS = [
    "sk-ant-oat01-the-clients-login",
    "sk-ant-api03-the-clients-key",
    "sk-ant-sid01-the-clients-cookie",
    "cHJveHk6dGhlLWNsaWVudHM=",
    KEY_ONE,
    KEY_TWO,
]
PATH = "/v1/messages?beta=true"
CHAT = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}


def client(url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, headers=CLIENTS, timeout=30)


def chat(*said: Any) -> Says:
    return Says(sse(*said, b"[DONE]"), CHAT)


def greeting(_: HttpRequest) -> Says:
    return chat(delta(content="Hello"), finish())


def saved(host: Host) -> bytes:
    """Every flow as `-w` saves it."""
    file = io.BytesIO()
    writer = FlowWriter(file)
    for flow in host.keeper.flows:
        writer.add(flow)
    return file.getvalue()


def leaks(where: bytes | str, secrets: list[str] = SECRETS) -> list[str]:
    text = where.decode(errors="replace") if isinstance(where, bytes) else where
    return [secret for secret in secrets if secret in text]


def shown(far: Upstream) -> str:
    return repr(far.seen)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    for name in ("addon", "mitmproxy"):  # the client of these tests logs too
        caplog.set_level(logging.DEBUG, logger=name)
    return lambda: caplog.text


async def test_a_provider_is_shown_its_own_key_and_nothing_else(tmp_path: Path) -> None:
    async with upstream(greeting) as one, upstream(greeting) as two:
        settings = two_providers(one.url + "/v1")
        settings["providers"][1]["base_url"] = two.url + "/v1"
        async with running(settings, tmp_path) as host, client(host.url) as http:
            for model in ("claude-opus-4-8", "two,second"):
                assert (await http.post(PATH, json=body(model))).status_code == 200
        assert leaks(shown(one)) == [KEY_ONE]
        assert leaks(shown(two)) == [KEY_TWO]
        shown_to = [request.header("authorization") for request in (*one.seen, *two.seen)]
        assert shown_to == [f"Bearer {KEY_ONE}", f"Bearer {KEY_TWO}"]


@pytest.mark.parametrize("stream", [True, False])
async def test_none_is_in_a_flow_a_record_an_event_or_a_log(tmp_path: Path, stream: bool, logged: Callable[[], str]) -> None:
    events = tmp_path / "events.jsonl"
    async with upstream(greeting) as far, running(two_providers(far.url + "/v1"), tmp_path, EventsFile()) as host:
        host.master.options.update(ccr_events=str(events))
        async with client(host.url) as http:
            assert (await http.post(PATH, json=body(stream=stream))).status_code == 200
            assert (await http.post(PATH, content=b"nonsense")).status_code == 400
            for path in ("/v1/models", "/health", "/nowhere"):
                await http.get(path)
        assert len(host.keeper.flows) == 5
        assert leaks(saved(host)) == []
        assert leaks(events.read_bytes()) == []
        assert json.loads(events.read_text())["kind"] == "main"
        assert leaks(logged()) == []


@pytest.mark.parametrize("dialect", ["openai-chat", "anthropic"])
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
async def test_a_key_that_a_provider_repeats_in_an_error_is_told_to_nobody(
    tmp_path: Path, status: int, dialect: str, logged: Callable[[], str]
) -> None:
    def refuse(request: HttpRequest) -> Says:
        key = request.header("authorization") or request.header("x-api-key")
        told = {"error": {"type": "odd", "message": f"Incorrect API key provided: {key}. You sent {dict(request.headers)}"}}
        return Says(json.dumps(told).encode(), {**JSON, "x-your-key": key, "retry-after-ms": "10"}, status)

    async with upstream(refuse) as far:
        settings = two_providers(far.url + "/v1") if dialect == "openai-chat" else compatible(far.url)
        async with running(settings, tmp_path, EventsFile()) as host, client(host.url) as http:
            host.master.options.update(ccr_events=str(tmp_path / "events.jsonl"))
            answer = await http.post(PATH, json=body())
            assert answer.status_code >= 400
            assert leaks(answer.text + repr(answer.headers)) == []
            (record,) = host.records
            assert "***" in record["provider_answer"]["body"]
            assert leaks(saved(host)) == leaks((tmp_path / "events.jsonl").read_bytes()) == leaks(logged()) == []
        assert KEY_ONE in shown(far)


@pytest.mark.parametrize("agent", [b"plain", b"no \xff UTF-8"])
async def test_a_key_that_a_provider_repeats_in_its_words_is_not_kept(
    tmp_path: Path, logged: Callable[[], str], agent: bytes
) -> None:
    """The client is told what was said; what is kept of it is blanked, whatever else is kept."""

    def echo(request: HttpRequest) -> Says:
        key = request.header("authorization").removeprefix("Bearer ")
        arguments = call(json.dumps({"command": f"echo {key}"}), id="call_1", name="Bash")
        return chat(delta(content=f"Your key is {key}."), calls(arguments), finish("tool_calls") | {"model": key})

    tools = [{"name": "Bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}]
    async with upstream(echo) as far, running(two_providers(far.url + "/v1"), tmp_path, EventsFile()) as host:
        host.master.options.update(ccr_events=str(tmp_path / "events.jsonl"))
        async with client(host.url) as http:
            answer = await http.post(PATH, json=body(tools=tools), headers={b"x-claude-code-agent-id": agent})
            assert answer.content.count(KEY_ONE.encode()) == 2
        (record,) = host.records
        assert record["tool_calls"][0]["input"] == '{"command": "echo ***"}'
        assert leaks(saved(host)) == leaks((tmp_path / "events.jsonl").read_bytes()) == leaks(logged()) == []


async def test_a_whole_answer_reaches_the_client_as_it_is_and_the_flow_without_the_key(tmp_path: Path) -> None:
    """Were it blanked for the client too, a file that the model writes would be spoilt."""

    def echo(request: HttpRequest) -> Says:
        told = json.loads(whole(request.header("authorization")))
        return Says(json.dumps(told).encode(), JSON)

    async with upstream(echo) as far, running(two_providers(far.url + "/v1"), tmp_path) as host, client(host.url) as http:
        answer = await http.post(PATH, json=body(stream=False))
        assert answer.json()["content"][0]["text"] == f"Bearer {KEY_ONE}"
        assert (await http.get("/health")).status_code == 200
        (flow, _) = host.keeper.flows
        assert flow.response is not None
        assert json.loads(flow.response.raw_content or b"")["content"][0]["text"] == "Bearer ***"
        assert leaks(saved(host)) == []


async def test_a_key_that_a_tool_has_read_is_sent_but_not_kept(tmp_path: Path) -> None:
    """Such as the output of `env`, which holds the keys of all providers."""
    text = f"ONE_KEY={KEY_ONE}\nTWO_KEY={KEY_TWO}"
    async with upstream(greeting) as far, running(two_providers(far.url + "/v1"), tmp_path) as host, client(host.url) as http:
        assert (await http.post(PATH, json=body(messages=[{"role": "user", "content": text}]))).status_code == 200
        assert json.loads(far.seen[0].body)["messages"][-1]["content"] == text
        (record,) = host.records
        assert "ONE_KEY=***" in record["client_request"]["body"]
        assert leaks(saved(host)) == []


async def test_a_configured_header_that_holds_a_secret_is_sent_but_not_kept(tmp_path: Path) -> None:
    added = {"X-Gateway-Token": "a-gateways-own-token", "X-Title": "ccr"}
    async with upstream(greeting) as far:
        settings = two_providers(far.url + "/v1")
        settings["providers"][0]["headers"] = added
        async with running(settings, tmp_path) as host, client(host.url) as http:
            assert (await http.post(PATH, json=body())).status_code == 200
            assert {name: far.seen[0].header(name.lower()) for name in added} == added
            assert b"x-title" in saved(host).lower()
            assert leaks(saved(host), [*SECRETS, "a-gateways-own-token"]) == []


@pytest.mark.parametrize("stream", [True, False])
async def test_a_key_that_a_provider_repeats_in_a_header_is_not_passed_on(tmp_path: Path, stream: bool) -> None:
    def echo(request: HttpRequest) -> Says:
        says = api.answer(request)
        return Says(says.body, {**says.headers, "x-your-key": request.header("x-api-key"), "set-cookie": "them=1"}, says.status)

    async with upstream(echo) as far, running(compatible(far.url), tmp_path) as host, client(host.url) as http:
        answer = await http.post(PATH, json=body(stream=stream))
        assert answer.status_code == 200
        assert leaks(repr(answer.headers)) == []
        assert "set-cookie" not in answer.headers
        assert leaks(saved(host)) == []


@pytest.mark.parametrize("token", ["x", "unused", "ollama"])
async def test_a_placeholder_is_no_credential(tmp_path: Path, token: str) -> None:
    """To blank it would tear up what is kept."""
    text = f"{token} or not {token}: x {{"

    def say(_: HttpRequest) -> Says:
        return chat(delta(content=text), finish())

    async with upstream(say) as far:
        settings = two_providers(far.url + "/v1")
        settings["providers"][0]["api_key"] = token
        async with running(settings, tmp_path) as host, httpx2.AsyncClient(base_url=host.url) as http:
            answer = await http.post(PATH, json=body(), headers={"authorization": f"Bearer {token}"})
            (flow,) = host.keeper.flows
            assert flow.response is not None
            assert flow.response.raw_content == answer.content
            assert json.dumps(text).strip('"') in flow.metadata["ccr"]["provider_answer"]["body"]


async def test_the_client_s_own_login_reaches_the_provider_it_is_for_and_no_flow(
    tmp_path: Path, logged: Callable[[], str]
) -> None:
    async with upstream(api.answer) as far, running(official(far.url), tmp_path) as host, client(host.url) as http:
        assert (await http.post(PATH, json=body())).status_code == 200
        assert (await http.post("/v1/messages/count_tokens", json=body())).json() == {"input_tokens": 4711}
        assert (await http.get("/v1/models")).json()["data"] == []
        for request in far.seen:
            assert {name: request.header(name) for name in CLIENTS} == CLIENTS
        assert len(host.keeper.flows) == len(far.seen) == 3
        assert leaks(saved(host)) == leaks(logged()) == []


async def test_two_kinds_of_providers_share_no_login(tmp_path: Path) -> None:
    async with upstream(api.answer) as far, upstream(greeting) as other:
        settings = official(far.url)
        settings["providers"] += two_providers(other.url + "/v1")["providers"]
        async with running(settings, tmp_path) as host, client(host.url) as http:
            for model in ("claude-opus-4-8", "one,first", "claude-opus-4-8"):
                assert (await http.post(PATH, json=body(model))).status_code == 200
            assert leaks(saved(host)) == []
        assert leaks(shown(far)) == SECRETS[:4]
        assert leaks(shown(other)) == [KEY_ONE]


async def test_a_fallback_is_not_shown_the_login_of_the_first(tmp_path: Path) -> None:
    def busy(_: HttpRequest) -> Says:
        return Says(b'{"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}', JSON, 529)

    async with upstream(busy) as far, upstream(greeting) as other:
        settings = official(far.url) | {"fallback": ["one,first"]}
        settings["providers"] += two_providers(other.url + "/v1")["providers"]
        async with running(settings, tmp_path) as host, client(host.url) as http:
            assert (await http.post(PATH, json=body())).status_code == 200
            assert leaks(saved(host)) == []
        assert leaks(shown(far)) == SECRETS[:4]
        assert leaks(shown(other)) == [KEY_ONE]


# -- through the forward proxy ----------------------------------------------------------------------------------------

TOKENS = b'{"access_token": "sk-ant-oat01-brand-new", "refresh_token": "sk-ant-ort01-brand-new"}'
LOGINS = ["http://console.anthropic.com/v1/oauth/token", "http://api.anthropic.com/api/oauth/claude_cli/create_api_key"]
NEW = ["sk-ant-oat01-brand-new", "sk-ant-ort01-brand-new", "sk-ant-ort01-the-old-one", "sk-ant-sid02-brand-new"]


def anthropic_s_other_hosts(request: HttpRequest) -> Says:
    if "/oauth/" in request.path:
        return Says(TOKENS, JSON)
    return Says(b"a page", {"content-type": "text/html", "set-cookie": "sessionKey=sk-ant-sid02-brand-new; Path=/"})


@pytest.mark.parametrize(
    "url", ["http://api.anthropic.com/api/claude_code/settings", "http://claude.ai/chat", "http://console.anthropic.com/x"]
)
async def test_a_call_that_passes_keeps_its_login_on_the_wire_alone(tmp_path: Path, url: str, logged: Callable[[], str]) -> None:
    detour = Detour()
    logins = {name: value for name, value in CLIENTS.items() if name != "proxy-authorization"}
    async with upstream(anthropic_s_other_hosts) as far, running({}, tmp_path, detour) as host:
        detour.port = far.port
        async with through(await forward_proxy(host)) as http:
            answer = await http.get(url, headers=logins)
            assert (answer.status_code, answer.content) == (200, b"a page")
            assert "sk-ant-sid02-brand-new" in answer.headers["set-cookie"]
        (request,) = far.seen
        assert {name: request.header(name) for name in logins} == logins
        assert leaks(saved(host), SECRETS + NEW) == leaks(logged(), SECRETS + NEW) == []


@pytest.mark.parametrize("keep_streamed", [False, True])
async def test_the_tokens_of_a_login_are_not_kept(tmp_path: Path, keep_streamed: bool) -> None:
    detour = Detour()
    async with upstream(anthropic_s_other_hosts) as far, running({}, tmp_path, detour) as host:
        detour.port = far.port
        host.master.options.update(store_streamed_bodies=keep_streamed)
        sent = {"grant_type": "refresh_token", "refresh_token": "sk-ant-ort01-the-old-one"}
        async with through(await forward_proxy(host)) as http:
            for url in LOGINS:
                assert (await http.post(url, json=sent)).content == TOKENS
        assert [json.loads(request.body) for request in far.seen] == [sent, sent]
        assert len(host.keeper.flows) == 2
        assert leaks(saved(host), SECRETS + NEW) == []


async def test_cookies_of_an_http2_client_stay_whole(tmp_path: Path) -> None:
    """HTTP/2 sends them one by one; upstream they are one field, joined by semicolons."""
    async with upstream(api.answer) as far, running(official(far.url), tmp_path) as host:
        headers = [("authorization", "Bearer sk-ant-oat01-the-clients-login"), ("cookie", "a=1"), ("cookie", "b=2")]
        async with httpx2.AsyncClient(base_url=host.tls_url, http2=True, http1=False, verify=False, headers=headers) as http:
            assert (await http.post(PATH, json=body())).status_code == 200
        assert far.seen[0].header("cookie") == "a=1; b=2"
