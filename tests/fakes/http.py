"""A small HTTP/1.1 server for the fakes: keep-alive, chunked bodies both ways, connections broken on purpose.

One `Handler` answers every request. A body given as an async iterator is sent chunk by chunk; it may raise `Cut` to break the
connection at that point, and it is cancelled the moment the client goes away.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import parse_qs, urlsplit

MAX_HEAD = 1 << 20
WATCH_SECONDS = 0.02


class Cut(Exception):
    """The connection is to be closed here, without a proper end."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """`headers` have lower-case names, in the order sent; `target` is the path with its query."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@dataclass(slots=True)
class Answer:
    """`ended` is filled in by the server: `whole`, `cut` (on purpose) or `client gone`."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | AsyncIterator[bytes] = b""
    ended: str = ""


type Handler = Callable[[HttpRequest], Awaitable[Answer]]


class Server:
    """Serves `handler` from a thread of its own; a context manager. `port` 0 takes a free one."""

    def __init__(self, handler: Handler, host: str = "127.0.0.1", port: int = 0) -> None:
        self._handler = handler
        self._host, self.port = host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._failure: OSError | None = None

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    def start(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            server = self._loop.run_until_complete(asyncio.start_server(self._serve, self._host, self.port, limit=MAX_HEAD))
        except OSError as failure:
            self._failure = failure
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end_all())
        self._loop.close()

    async def _end_all(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while request := await read_request(reader):
                answer = await _unless_gone(self._handler(request), reader)
                if answer is None:
                    break
                await _unless_gone(_send(writer, request, answer), reader)
                answer.ended = answer.ended or "client gone"
                if answer.ended != "whole" or request.header("connection").lower() == "close":
                    break
        writer.close()


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """The next request of the connection; None when the client closed it between two requests."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    return HttpRequest(method, target, headers, await _read_body(reader, dict(headers)))


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass  # trailers
    return body


async def _unless_gone[T](work: Awaitable[T], reader: asyncio.StreamReader) -> T | None:
    """What `work` returns, or None when the client went away first; `work` is cancelled then."""
    task = asyncio.ensure_future(work)
    watch = asyncio.create_task(_until_gone(reader))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, watch):
            each.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def _until_gone(reader: asyncio.StreamReader) -> None:
    while not reader.at_eof():  # noqa: ASYNC110 - a stream reader has no event for its end
        await asyncio.sleep(WATCH_SECONDS)


async def _send(writer: asyncio.StreamWriter, request: HttpRequest, answer: Answer) -> None:
    head = {name.lower(): value for name, value in answer.headers.items()}
    if isinstance(answer.body, bytes):
        writer.write(_head(answer.status, head | {"content-length": str(len(answer.body))}))
        writer.write(b"" if request.method == "HEAD" else answer.body)
    else:
        try:
            await _send_chunks(writer, _head(answer.status, head | {"transfer-encoding": "chunked"}), answer.body)
        except Cut:
            answer.ended = "cut"
            return
    await writer.drain()
    answer.ended = "whole"


async def _send_chunks(writer: asyncio.StreamWriter, head: bytes, chunks: AsyncIterator[bytes]) -> None:
    """The head goes out with the first chunk, so that a `Cut` before it closes without any answer."""
    async for chunk in chunks:
        writer.write(head)
        head = b""
        if chunk:
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        await writer.drain()
    writer.write(head + b"0\r\n\r\n")


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in {item.value for item in HTTPStatus} else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
