"""Providers that cannot be reached at all, each for another reason."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.asking import ask, body, client
from tests.support.chain import chain
from tests.support.host import running
from tests.support.leftovers import settled
from tests.support.provider import TEXT, Provider, closed_port, provider
from tests.support.upstream import tls_for
from tests.support.waiting import until

type Upstream = tuple[Provider, str]
ONCE = {"attempts": 1}
PROTOCOLS = [pytest.param(False, id="http1"), pytest.param(True, id="http2")]
REASONS = {
    "refused": "the connection was refused",
    "no such name": "its host name is not known",
    "a certificate that is not trusted": "its TLS certificate was not accepted",
    "no tls": "the TLS handshake failed",
    "closed in the handshake": "",
}


@asynccontextmanager
async def unreachable(kind: str, folder: Path) -> AsyncIterator[str]:
    """The base URL of such a provider."""
    match kind:
        case "refused":
            yield f"http://127.0.0.1:{closed_port()}/v1"
        case "no such name":
            yield "https://nonexistent.invalid/v1"
        case "a certificate that is not trusted":
            async with provider(tls_for("127.0.0.1", folder)) as (_, url):
                yield url
        case "no tls":
            async with answering(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n") as port:
                yield f"https://127.0.0.1:{port}/v1"
        case _:
            async with answering(b"") as port:
                yield f"https://127.0.0.1:{port}/v1"


@asynccontextmanager
async def answering(said: bytes) -> AsyncIterator[int]:
    """The port of a server that says this to whatever it is sent, and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield int(server.sockets[0].getsockname()[1])
    server.close()


@pytest.mark.parametrize("http2", PROTOCOLS)
@pytest.mark.parametrize("kind", REASONS)
async def test_the_next_candidate_answers(
    upstream: Upstream, tmp_path: Path, kind: str, http2: bool, caplog: pytest.LogCaptureFixture
) -> None:
    one, url = upstream
    async with unreachable(kind, tmp_path) as nowhere, running(chain({"a": nowhere, "b": url}), tmp_path) as host:
        host.master.options.update(ssl_insecure=False)
        async with client(host.tls_url if http2 else host.url, http2=http2) as http:
            for _ in range(5):
                assert (await ask(http, body())).text == TEXT
        await settled(host, one)
        failed = [record["attempts"][0] for record in host.records if len(record["attempts"]) == 2]
        assert len(failed) == 3, "then it rests"
        assert all(REASONS[kind] in attempt["error"] for attempt in failed)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", REASONS)
async def test_without_another_the_reason_is_told(tmp_path: Path, kind: str, stream: bool) -> None:
    async with unreachable(kind, tmp_path) as nowhere, running(chain({"a": nowhere}, retry=ONCE), tmp_path) as host:
        host.master.options.update(ssl_insecure=False)
        async with client(host.url) as http:
            told = await ask(http, body(stream=stream))
        assert (told.status, told.error) == (502, "api_error")
        assert told.message.startswith("provider `a` could not be reached")
        assert REASONS[kind] in told.message
        await settled(host)


async def test_a_server_that_comes_up_is_used_on_the_same_connection_of_the_client(upstream: Upstream, tmp_path: Path) -> None:
    """mitmproxy itself would answer with the old error as long as the client stays connected."""
    one, _ = upstream
    port = closed_port()
    config = chain({"a": f"http://127.0.0.1:{port}/v1"}, retry=ONCE)
    async with running(config, tmp_path) as host, client(host.url) as http:
        assert [(await ask(http, body())).status for _ in range(2)] == [502, 502]
        server = await asyncio.start_server(one.serve, "127.0.0.1", port)
        assert (await ask(http, body())).text == TEXT
        assert len({flow.client_conn.id for flow in host.keeper.flows}) == 1
        server.close()


async def test_a_certificate_that_is_trusted_at_last_is_on_the_same_connection_of_the_client(tmp_path: Path) -> None:
    async with provider(tls_for("127.0.0.1", tmp_path)) as (_, url), running(chain({"a": url}, retry=ONCE), tmp_path) as host:
        host.master.options.update(ssl_insecure=False)
        async with client(host.url) as http:
            assert [(await ask(http, body())).status for _ in range(2)] == [502, 502]
            host.master.options.update(ssl_insecure=True)
            assert (await ask(http, body())).text == TEXT
        assert len({flow.client_conn.id for flow in host.keeper.flows}) == 1


@pytest.mark.parametrize("http2", PROTOCOLS)
@pytest.mark.parametrize("said", [b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n", b"", None])
async def test_a_proxy_on_the_way_that_fails_is_a_failed_connect(
    upstream: Upstream, tmp_path: Path, said: bytes | None, http2: bool
) -> None:
    """One that refuses, one that hangs up, one that nobody listens for."""
    one, url = upstream
    async with answering(said or b"") as port:
        proxy = {"proxy_url": f"http://127.0.0.1:{closed_port() if said is None else port}"}
        async with running(chain({"a": "https://far.example/v1", "b": url}, a=proxy), tmp_path) as host:
            async with client(host.tls_url if http2 else host.url, http2=http2) as http:
                for _ in range(2):
                    assert (await ask(http, body())).text == TEXT
            await settled(host, one)
            assert all("could not be reached" in record["attempts"][0]["error"] for record in host.records)


@pytest.mark.parametrize("http2", PROTOCOLS)
async def test_a_proxy_on_the_way_that_says_nothing_is_given_up(upstream: Upstream, tmp_path: Path, http2: bool) -> None:
    one, url = upstream
    proxy, proxied = Provider(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        proxy.open += 1
        proxied.set()
        await reader.read()
        proxy.open -= 1
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    own = {"proxy_url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "timeouts": {"connect": 0.3}}
    async with running(chain({"a": "https://far.example/v1", "b": url}, a=own), tmp_path) as host:
        async with client(host.tls_url if http2 else host.url, http2=http2) as http:
            assert (await ask(http, body())).text == TEXT
            assert proxied.is_set()
            await until(lambda: proxy.open == 0)
        await settled(host, one)
        assert "no connection within 0.3 s" in host.records[0]["attempts"][0]["error"]
    server.close()
