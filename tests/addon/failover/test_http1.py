"""What HTTP/1 allows a provider around its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.asking import ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.provider import TEXT, Provider

INTERIM = {
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n",
    "early hints": b"HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\nx: y\r\n\r\n",
    "several": b"HTTP/1.1 102 Processing\r\n\r\n" * 3 + b"HTTP/1.1 100\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 100 Continue\nx: y\n\n",
}


@asynccontextmanager
async def saying_first(said: bytes, url: str) -> AsyncIterator[str]:
    """A relay to the provider at `url` that puts `said`, byte by byte, before whatever it answers. Gives its own URL."""
    port = int(url.split(":")[2].partition("/")[0])

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)

        async def back() -> None:
            while data := await to_reader.read(1 << 16):
                if data.startswith(b"HTTP/1.1"):
                    for byte in said:
                        writer.write(bytes([byte]))
                        await asyncio.sleep(0)
                writer.write(data)
            writer.close()

        task = asyncio.ensure_future(back())
        while data := await reader.read(1 << 16):
            to_writer.write(data)
        to_writer.close()
        await task

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield url.replace(f":{port}/", f":{server.sockets[0].getsockname()[1]}/")
    finally:
        server.close()


@pytest.mark.parametrize("said", INTERIM.values(), ids=INTERIM)
@pytest.mark.parametrize("stream", [True, False])
async def test_interim_answers_are_passed_over(upstream: tuple[Provider, str], tmp_path: Path, said: bytes, stream: bool) -> None:
    one, url = upstream
    async with saying_first(said, url) as place, running(chain(at(place, "a")), tmp_path) as host, client(host.url) as http:
        for _ in range(3):
            assert (await ask(http, body(stream=stream))).text == TEXT
    assert (one.met, one.asked.total()) == (1, 3), "the connection is good for the next request"


async def test_an_error_after_an_interim_answer_is_the_error(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "400"}
    async with (
        saying_first(INTERIM["continue"], url) as place,
        running(chain(at(place, "a")), tmp_path) as host,
        client(host.url) as http,
    ):
        told = await ask(http, body())
    assert (told.status, told.message) == (400, "provider `a` answered 400: no, 400")


class WithTrailers(Provider):
    """Says something more after each body, as gateways do that sum it up or time it."""

    async def _status(self, writer: asyncio.StreamWriter, status: int, body: bytes, extra: bytes = b"") -> bool:
        writer.write(b"HTTP/1.1 %d X\r\ntransfer-encoding: chunked\r\n%s\r\n%x\r\n%s\r\n" % (status, extra, len(body), body))
        return await self._end(writer)

    async def _end(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"0\r\nserver-timing: total;dur=3\r\nx-checksum: 1\r\n\r\n")
        await writer.drain()
        return True


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("status", ["ok", "400"])
async def test_trailer_fields_end_the_answer(tmp_path: Path, stream: bool, status: str) -> None:
    one = WithTrailers()
    one.behaviours = {"a": status}
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server, running(chain(at(url, "a"), timeouts={"idle": 600}), tmp_path) as host, client(host.url) as http:
        for _ in range(3):
            told = await ask(http, body(stream=stream))
            assert (told.status, told.text) == ((200, TEXT) if status == "ok" else (400, ""))
    assert one.met == 1
