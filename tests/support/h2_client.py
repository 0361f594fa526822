"""An HTTP/2 client that can do what ready-made ones do not: several requests at a time, one of which it resets."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import httpx2

from tests.support.asking import TOKEN, Told, judge

ENDED = (h2.events.StreamEnded, h2.events.StreamReset)


class H2Client:
    """One connection. `received` holds the answers' bodies by stream id, as far as they came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received: defaultdict[int, bytearray] = defaultdict(bytearray)
        self.resets: set[int] = set()
        self._reader, self._writer = reader, writer
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._heads: dict[int, dict[str, str]] = {}
        self._ended: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._h2.initiate_connection()

    def post(self, body: dict[str, Any], path: str = "/v1/messages") -> int:
        """Sends a request and returns its stream id."""
        content = json.dumps(body).encode()
        stream = self._h2.get_next_available_stream_id()
        head = {":method": "POST", ":scheme": "https", ":authority": "127.0.0.1", ":path": path}
        self._h2.send_headers(
            stream, [*head.items(), ("authorization", f"Bearer {TOKEN}"), ("content-length", str(len(content)))]
        )
        self._h2.send_data(stream, content, end_stream=True)
        self._flush()
        return stream

    def reset(self, stream: int) -> None:
        self._h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        self._flush()

    async def answer(self, stream: int) -> Told:
        """What the stream was told in the end. Raises AssertionError for an answer that is not well formed."""
        await asyncio.wait_for(self._ended[stream].wait(), 30)
        assert stream not in self.resets, "the router reset the stream"
        head = self._heads[stream]
        return judge(int(head[":status"]), httpx2.Headers(head), bytes(self.received[stream]))

    async def read(self) -> None:
        while data := await self._reader.read(1 << 16):
            for event in self._h2.receive_data(data):
                self._happened(event)
            self._flush()

    def _happened(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.ResponseReceived):
            self._heads[event.stream_id] = {str(name): str(value) for name, value in event.headers}
        elif isinstance(event, h2.events.DataReceived):
            self.received[event.stream_id] += event.data
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, ENDED):
            if isinstance(event, h2.events.StreamReset):
                self.resets.add(event.stream_id)
            self._ended[event.stream_id].set()

    def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())


@asynccontextmanager
async def h2_client(port: int) -> AsyncIterator[H2Client]:
    """A client of the router at this port of this machine."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="127.0.0.1")
    client = H2Client(reader, writer)
    reading = asyncio.create_task(client.read())
    try:
        yield client
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        writer.close()
