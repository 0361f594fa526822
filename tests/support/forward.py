"""A forward proxy beside the listener of an in-process host, and a detour for what would leave this machine."""

from __future__ import annotations

import asyncio

import httpx2
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from tests.support.asking import TOKEN
from tests.support.host import Host
from tests.support.router import free_port


class Detour:
    """Leads every connection to the server on `port`; `asked` holds where each was meant to go."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[tuple[str, int]] = []

    def server_connect(self, data: ServerConnectionHookData) -> None:
        assert data.server.address
        self.asked.append((data.server.address[0], data.server.address[1]))
        data.server.address = ("127.0.0.1", self.port)


async def forward_proxy(host: Host) -> str:
    """Opens one, as `--mode regular@…` does, and returns its URL."""
    port = free_port()
    host.master.options.update(mode=[*host.master.options.mode, f"regular@127.0.0.1:{port}"])
    proxyserver = host.master.addons.get("proxyserver")
    assert isinstance(proxyserver, Proxyserver)
    async with asyncio.timeout(10):
        while port not in [address[1] for address in proxyserver.listen_addrs()]:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.005)
    return f"http://127.0.0.1:{port}"


def through(proxy: str, server: str = "http://api.anthropic.com") -> httpx2.AsyncClient:
    """A client of `server` that is sent through the proxy."""
    headers = {"authorization": f"Bearer {TOKEN}", "anthropic-version": "2023-06-01"}
    return httpx2.AsyncClient(base_url=server, proxy=proxy, verify=False, headers=headers, timeout=30, trust_env=False)
