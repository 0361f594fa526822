"""A server on loopback that answers as each test says and keeps what it was sent, byte for byte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from mitmproxy.certs import CertStore

from tests.fakes.http import HttpRequest, read_request


@dataclass(frozen=True, slots=True)
class Says:
    """An answer. Its headers go out as they are, after a content-length."""

    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    status: int = 200


class Upstream:
    """`seen` holds every request, `connections` counts how often somebody connected."""

    def __init__(self, answer: Callable[[HttpRequest], Says]) -> None:
        self.answer = answer
        self.seen: list[HttpRequest] = []
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while request := await read_request(reader):
                self.seen.append(request)
                says = self.answer(request)
                head = [f"HTTP/1.1 {says.status} Said", f"content-length: {len(says.body)}"]
                head += [f"{name}: {value}" for name, value in says.headers.items()]
                writer.write("\r\n".join([*head, "", ""]).encode("latin-1") + says.body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the router went away, as it may
        finally:
            writer.close()


@asynccontextmanager
async def upstream(answer: Callable[[HttpRequest], Says], tls: ssl.SSLContext | None = None) -> AsyncIterator[Upstream]:
    one = Upstream(answer)
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, ssl=tls)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()


def tls_for(host: str, folder: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS as `host`, to clients that do not look at who signed its certificate."""
    entry = CertStore.from_store(folder, "fake", 2048).get_cert(host, [])
    key = entry.privatekey.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "fake-server.pem"
    path.write_bytes(key + entry.cert.to_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
