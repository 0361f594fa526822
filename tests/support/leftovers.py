"""What must not be left behind: connections, tasks, live flows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from mitmproxy.addons.proxyserver import Proxyserver

from addon.failover.plan import BROKEN, COOKIES, HELD_BACK, PLANS
from tests.support.host import Host
from tests.support.provider import Provider
from tests.support.waiting import until

# How mitmproxy names the tasks that belong to a client, to an upstream connection or to a flow.
_TASKS = ("client handler", "client connection handler", "server connection handler", "handle_hook", "wakeup timer", "timeout")


def tasks(*kinds: str) -> list[str]:
    names = (task.get_name() for task in asyncio.all_tasks())
    return [name for name in names if name.startswith(kinds or _TASKS)]


def clients(host: Host) -> int:
    proxyserver = host.master.addons.get("proxyserver")
    assert isinstance(proxyserver, Proxyserver)
    return len(proxyserver.connections)


async def settled(host: Host, *upstreams: Provider, seconds: float = 10) -> None:
    """Waits until nothing is left once the clients are gone."""
    await _empty(lambda: [*_upstream(upstreams), clients(host) or "", *tasks()], seconds)


async def no_upstream(*upstreams: Provider) -> None:
    """Waits until no flow is live and no provider has a connection or a connect, though clients may still be there."""
    await _empty(lambda: [*_upstream(upstreams), *tasks("server connection")], 10)


async def _empty(left: Callable[[], list[object]], seconds: float) -> None:
    await until(lambda: not any(left()), seconds, left)


def _upstream(upstreams: Iterable[Provider]) -> list[object]:
    return [*(each.open for each in upstreams), *PLANS, *HELD_BACK, *COOKIES, *BROKEN]
