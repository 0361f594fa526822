"""The addon in a mitmproxy of this process: real sockets, no subprocess, a new one for each test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mitmproxy import http
from mitmproxy.addons.intercept import Intercept
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from addon.configuration import Configuration
from addon.current import Current
from addon.failover.fleet import Fleet
from addon.failover.guard import install
from addon.gateway import Gateway

# One certificate authority for all: to make one takes longer than most tests.
_AUTHORITY = TemporaryDirectory(prefix="ccr-authority-")


class Keeper:
    """Keeps every flow that ended."""

    def __init__(self) -> None:
        self.flows: list[http.HTTPFlow] = []

    def response(self, flow: http.HTTPFlow) -> None:
        self.flows.append(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        self.flows.append(flow)


@dataclass(slots=True)
class Host:
    """A running one. `url` is where a client connects; `tls_url` the same for clients that speak TLS, as HTTP/2 ones do."""

    port: int
    master: DumpMaster
    gateway: Gateway
    fleet: Fleet
    keeper: Keeper = field(default_factory=Keeper)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def records(self) -> list[dict[str, Any]]:
        return [flow.metadata["ccr"] for flow in self.keeper.flows if "ccr" in flow.metadata]


@asynccontextmanager
async def running(config: Mapping[str, Any], folder: Path, *addons: Any) -> AsyncIterator[Host]:
    """`config` is written to a file in `folder`. Further `addons` see flows after ours."""
    path = folder / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    install()
    current, fleet = Current(), Fleet()
    gateway = Gateway(current, fleet)
    keeper = Keeper()
    master = DumpMaster(Options(confdir=_AUTHORITY.name), with_termlog=False, with_dumper=False)
    # Intercepting is mitmweb's and mitmproxy's, where it sees flows after scripts do.
    master.addons.add(Configuration(current), gateway, *addons, keeper, Intercept())
    master.options.update(
        ccr_config=str(path), mode=["Reverse:http://127.0.0.1:1@127.0.0.1:0"], connection_strategy="lazy", ssl_insecure=True
    )
    task = asyncio.create_task(master.run())
    try:
        port = await _listening(master, task)
        yield Host(port, master, gateway, fleet, keeper)
    finally:
        master.shutdown()
        await task


async def _listening(master: DumpMaster, task: asyncio.Task[None]) -> int:
    proxyserver = master.addons.get("proxyserver")
    assert isinstance(proxyserver, Proxyserver)
    async with asyncio.timeout(10):
        while not (proxyserver.is_running and proxyserver.listen_addrs()):
            assert not task.done(), "mitmproxy ended"
            await asyncio.sleep(0.005)
    return int(proxyserver.listen_addrs()[0][1])
