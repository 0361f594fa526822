"""A chat-completions provider on loopback that behaves as each test says, model by model; counts its open connections."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

type Behaviour = str
"""The name of one of `Provider`'s methods `_on_…`, or a status, with `retry-after` in seconds behind a blank: `429 7`."""

TEXT = "Hello, wörld"


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sse(obj: Any) -> bytes:
    return b"data: " + json.dumps(obj).encode() + b"\n\n"


def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": fields, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}


def chunks(text: str = TEXT) -> list[bytes]:
    said = [sse(delta(role="assistant", content=""))] + [sse(delta(content=letter)) for letter in text]
    usage = {"id": "c", "model": "m", "choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}
    return [*said, sse(delta(finish="stop")), sse(usage), b"data: [DONE]\n\n"]


def whole(text: str = TEXT) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 11, "completion_tokens": 7}
    return json.dumps({"id": "c", "model": "m", "choices": [choice], "usage": usage}).encode()


class Provider:
    """`behaviours` maps a model's name to what it does; a list is used up one request at a time, its last one stays.

    `open` counts connections that are open, `met` all there were, `asked` the requests by model, `keys` the credentials in the
    order they came. `bad_keys` are refused with the status given.
    """

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour | list[Behaviour]] = {}
        self.open = self.met = 0
        self._deaf: set[asyncio.StreamWriter] = set()
        self.asked: Counter[str] = Counter()
        self.keys: list[str] = []
        self.bad_keys: dict[str, int] = {}
        self.pause = 0.0
        self.text: Callable[[dict[str, Any]], str] = lambda _body: TEXT

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.met += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        if writer in self._deaf:
            return False
        model = body["model"]
        self.asked[model] += 1
        key = headers.get("authorization", "").removeprefix("bearer ")
        self.keys.append(key)
        work = asyncio.ensure_future(self._answer(writer, body, self.bad_keys.get(key)))
        gone = asyncio.ensure_future(reader.read(1))
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            return False
        keep = work.result()
        if gone.done():
            return False
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        return keep

    async def _answer(self, writer: asyncio.StreamWriter, body: dict[str, Any], refused: int | None) -> bool:
        if refused:
            return await self._status(writer, refused, b'{"error": {"message": "bad key"}}')
        behaviour = self.behaviours.get(body["model"], "ok")
        if isinstance(behaviour, list):
            behaviour = behaviour.pop(0) if len(behaviour) > 1 else behaviour[0]
        status, _, wait = behaviour.partition(" ")
        if status.isdigit():
            extra = b"retry-after: %s\r\n" % wait.encode() if wait else b""
            return await self._status(writer, int(status), b'{"error": {"message": "no, %s"}}' % status.encode(), extra)
        act = getattr(self, "_on_" + behaviour)
        return bool(await act(writer, body))

    async def _status(self, writer: asyncio.StreamWriter, status: int, body: bytes, extra: bytes = b"") -> bool:
        head = b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%s\r\n" % (status, len(body), extra)
        writer.write(head + body)
        await writer.drain()
        return True

    async def _head(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        await writer.drain()

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await writer.drain()
        if self.pause:
            await asyncio.sleep(self.pause)

    async def _end(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _on_ok(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        text = self.text(body)
        if not body.get("stream"):
            return await self._status(writer, 200, whole(text))
        await self._head(writer)
        for piece in chunks(text):
            await self._send(writer, piece)
        return await self._end(writer)

    async def _on_ok_then_deaf(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """Well this time; the connection is closed just as the next request arrives on it."""
        self._deaf.add(writer)
        return await self._on_ok(writer, body)

    async def _on_too_long(self, writer: asyncio.StreamWriter, _body: Any) -> bool:
        said = b"This model's maximum context length is 1000 tokens. However, your messages resulted in 1500 tokens."
        error = b'{"error": {"message": "%s", "code": "context_length_exceeded"}}' % said
        return await self._status(writer, 400, error)

    async def _on_error_without_end(self, writer: asyncio.StreamWriter, _body: Any) -> bool:
        """A status, and half of what it is about."""
        writer.write(b'HTTP/1.1 503 X\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{"error": ')
        await writer.drain()
        await asyncio.Event().wait()
        return False

    async def _on_close(self, *_: Any) -> bool:
        return False

    async def _on_hang(self, *_: Any) -> bool:
        await asyncio.Event().wait()
        return False

    async def _on_headers_then_silence(self, writer: asyncio.StreamWriter, _body: Any) -> bool:
        await self._head(writer)
        await asyncio.Event().wait()
        return False

    async def _on_rests(self, writer: asyncio.StreamWriter, _body: Any) -> bool:
        return await self._status(writer, 429, b'{"error": {"message": "slow down"}}', b"retry-after: 1\r\n")

    async def _on_error_object(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        error = {"error": {"message": "engine on fire", "code": 500}}
        if not body.get("stream"):
            return await self._status(writer, 200, json.dumps(error).encode())
        await self._head(writer)
        await self._send(writer, sse(error))
        return await self._end(writer)

    async def _on_empty(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """A finish with nothing said."""
        if not body.get("stream"):
            return await self._status(writer, 200, whole("").replace(b'"content": ""', b'"content": null'))
        await self._head(writer)
        await self._send(writer, sse(delta(finish="stop")))
        return await self._end(writer)

    async def _on_nothing(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """A success with no body at all."""
        if not body.get("stream"):
            return await self._status(writer, 200, b"")
        await self._head(writer)
        return await self._end(writer)

    async def _on_html(self, writer: asyncio.StreamWriter, _body: Any) -> bool:
        page = b"<!doctype html><html><title>Welcome</title></html>"
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n%s" % (len(page), page))
        await writer.drain()
        return True

    async def _on_cut_first(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """Broken off after the headers and a chunk that says nothing."""
        await self._head(writer)
        await self._send(writer, chunks(self.text(body))[0])
        return False

    async def _on_cut(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """Broken off in the middle of what is said."""
        await self._head(writer)
        for piece in chunks(self.text(body))[:5]:
            await self._send(writer, piece)
        return False

    async def _on_cut_in_thought(self, writer: asyncio.StreamWriter, _body: Any) -> bool:
        """Broken off while it reasons."""
        await self._head(writer)
        for thought in ("let me ", "think"):
            await self._send(writer, sse(delta(reasoning_content=thought)))
        return False

    async def _on_stops_short(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """A clean end of the connection, but no finish."""
        await self._head(writer)
        for piece in chunks(self.text(body))[:5]:
            await self._send(writer, piece)
        return await self._end(writer)

    async def _on_stalls(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """Silent in the middle of what is said."""
        await self._head(writer)
        for piece in chunks(self.text(body))[:5]:
            await self._send(writer, piece)
        await asyncio.Event().wait()
        return False

    async def _on_dawdles(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """Says all and finishes, but never ends the connection's message."""
        if not body.get("stream"):
            return await self._status(writer, 200, whole(self.text(body)))
        await self._head(writer)
        for piece in chunks(self.text(body)):
            await self._send(writer, piece)
        await asyncio.Event().wait()
        return False


@asynccontextmanager
async def provider(tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[Provider, str]]:
    """A provider and its base URL."""
    one = Provider()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield one, f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
