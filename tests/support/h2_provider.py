"""A chat-completions provider that speaks HTTP/2, model by model as a test says."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

from tests.support.provider import chunks, whole


class H2Provider:
    """`behaviours` by model: `ok`, a status, `reset`, `cut`, `hang`, `goaway`. `met` counts connections, `open` those open,
    `cancelled` the streams that the router gave up.
    """

    def __init__(self) -> None:
        self.behaviours: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.open = self.met = self.cancelled = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.met += 1
        connection = _Connection(self, writer)
        try:
            while data := await reader.read(1 << 16):
                connection.receive(data)
                await writer.drain()
        except (ConnectionError, h2.exceptions.ProtocolError):
            pass
        finally:
            self.open -= 1
            writer.close()


class _Connection:
    def __init__(self, provider: H2Provider, writer: asyncio.StreamWriter) -> None:
        self._provider, self._writer = provider, writer
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self._bodies: defaultdict[int, bytearray] = defaultdict(bytearray)
        self._h2.initiate_connection()
        self._flush()

    def receive(self, data: bytes) -> None:
        for event in self._h2.receive_data(data):
            if isinstance(event, h2.events.DataReceived):
                self._bodies[event.stream_id] += event.data
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self._answer(event.stream_id, json.loads(self._bodies.pop(event.stream_id)))
            elif isinstance(event, h2.events.StreamReset):
                self._provider.cancelled += 1
        self._flush()

    def _answer(self, stream: int, body: dict[str, Any]) -> None:
        self._provider.asked[body["model"]] += 1
        behaviour = self._provider.behaviours.get(body["model"], "ok")
        acts: dict[str, Callable[[], None]] = {
            "ok": lambda: self._say(stream, body, len(chunks())),
            "cut": lambda: self._cut(stream, body),
            "reset": lambda: self._reset(stream),
            "hang": lambda: None,
            "goaway": self._go_away,
        }
        if behaviour.isdigit():
            self._send(stream, int(behaviour), "application/json", [b'{"error": {"message": "no"}}'], end=True)
        else:
            acts[behaviour]()

    def _say(self, stream: int, body: dict[str, Any], pieces: int) -> None:
        if body.get("stream"):
            self._send(stream, 200, "text/event-stream", chunks()[:pieces], end=pieces == len(chunks()))
        else:
            self._send(stream, 200, "application/json", [whole()], end=True)

    def _send(self, stream: int, status: int, kind: str, pieces: list[bytes], *, end: bool) -> None:
        self._h2.send_headers(stream, [(":status", str(status)), ("content-type", kind)])
        for piece in pieces:
            self._h2.send_data(stream, piece)
        if end:
            self._h2.end_stream(stream)

    def _cut(self, stream: int, body: dict[str, Any]) -> None:
        self._say(stream, body, 5)
        self._reset(stream)

    def _reset(self, stream: int) -> None:
        self._h2.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)

    def _go_away(self) -> None:
        self._h2.close_connection()
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if data := self._h2.data_to_send():
            self._writer.write(data)


@asynccontextmanager
async def h2_provider(tls: ssl.SSLContext) -> AsyncIterator[tuple[H2Provider, str]]:
    """A provider and its base URL. `tls` is made to offer HTTP/2 alone."""
    tls.set_alpn_protocols(["h2"])
    one = H2Provider()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield one, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
