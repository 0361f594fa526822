"""The demo's provider: a scripted model behind OpenAI's chat-completions protocol, on loopback.

In a program: `async with Model() as model: …model.port…`; by itself: `python -m addon.demo.model --port 3457`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from itertools import count
from types import TracebackType
from typing import Any, Final, Self

from addon.demo import chunks, script

HOST: Final = "127.0.0.1"
MODELS: Final = ("scripted-large", "scripted-small")
# The longest request it reads, in bytes; Claude Code's are about 100 KB.
MAX_BODY: Final = 64 * 1024 * 1024
_PAUSE: Final = 0.004
"""Seconds between two chunks, so that a stream can be seen to stream."""


class BadCall(Exception):
    """What was asked is not served. The message is for the caller."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class Model:
    """The server. `port` is the one it listens on, chosen by the system if 0 was asked for."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._numbers = count(1)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server is not None:
            self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):  # the caller went away: nobody is left to be told
            while await self._serve(reader, writer):
                pass
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False once the caller sends no more."""
        line = await reader.readline()
        if not line.strip():
            return False
        try:
            method, path, body = await _request(line, reader)
            await self._answer(method, path, body, writer)
        except BadCall as error:
            problem = {"error": {"message": str(error), "type": "invalid_request_error", "param": None, "code": None}}
            await _send(writer, error.status, json.dumps(problem).encode())
            return False
        return True

    async def _answer(self, method: str, path: str, body: bytes, writer: asyncio.StreamWriter) -> None:
        if (method, path) == ("GET", "/v1/models"):
            listed = [{"id": model, "object": "model", "created": 0, "owned_by": "ccr-demo"} for model in MODELS]
            return await _send(writer, HTTPStatus.OK, json.dumps({"object": "list", "data": listed}).encode())
        if (method, path) != ("POST", "/v1/chat/completions"):
            raise BadCall(HTTPStatus.NOT_FOUND, f"{method} {path} is not served; hint: POST /v1/chat/completions")
        asked = _parsed(body)
        said = script.answer(script.read(asked))
        used = chunks.usage(_size(asked), said)
        named = (str(asked["model"]), f"chatcmpl-demo{next(self._numbers)}", int(time.time()))
        if asked.get("stream") is True:
            options = asked.get("stream_options")
            counts = isinstance(options, dict) and options.get("include_usage") is True
            return await _stream(writer, chunks.stream(said, *named, used if counts else None))
        return await _send(writer, HTTPStatus.OK, json.dumps(chunks.whole(said, *named, used)).encode())


async def _request(line: bytes, reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    method, target, *_ = [*line.decode("latin-1").split(), "", ""]
    length = 0
    while (header := await reader.readline()).strip():
        name, _, value = header.decode("latin-1").partition(":")
        if name.lower() == "content-length" and value.strip().isdigit():
            length = int(value)
        if name.lower() == "transfer-encoding":
            raise BadCall(HTTPStatus.LENGTH_REQUIRED, "the demo's model needs a content-length")
    if length > MAX_BODY:
        raise BadCall(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_BODY} bytes")
    return method, target.partition("?")[0], await reader.readexactly(length)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise BadCall(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error
    if not isinstance(asked, dict) or not isinstance(asked.get("messages"), list):
        raise BadCall(HTTPStatus.BAD_REQUEST, "`messages` must be a list")
    if asked.get("model") not in MODELS:
        raise BadCall(HTTPStatus.NOT_FOUND, f"the model `{asked.get('model')}` does not exist; hint: {' or '.join(MODELS)}")
    return asked


def _size(asked: dict[str, Any]) -> int:
    """Characters of what the model is given to read."""
    return len(json.dumps([asked["messages"], asked.get("tools")], ensure_ascii=False))


async def _send(writer: asyncio.StreamWriter, status: HTTPStatus, body: bytes) -> None:
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def _stream(writer: asyncio.StreamWriter, events: Iterator[bytes]) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for event in events:
        writer.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        await writer.drain()
        await asyncio.sleep(_PAUSE)
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def serve(port: int) -> None:
    """Serve until cancelled."""
    async with Model(port) as model:
        sys.stderr.write(f"the demo's scripted model listens at http://{HOST}:{model.port}/v1\n")
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A scripted model behind OpenAI's chat-completions protocol.")
    parser.add_argument("--port", type=int, default=3457)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))
