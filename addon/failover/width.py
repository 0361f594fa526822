"""How many requests of one client may be under way at one provider.

mitmproxy lets each client connection hold five connections to one address; the sixth request waits, as if it were connecting,
until an answer is over. A client that speaks HTTP/2 sends all its requests on one connection, and a model's answer takes minutes.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

from mitmproxy import ctx
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.connection import Client

CONNECTIONS_PER_ADDRESS = 256


def widen(client: Client) -> None:
    """Lift the limit for a client that has just connected."""
    proxyserver = ctx.master.addons.get("proxyserver")
    if isinstance(proxyserver, Proxyserver) and (handler := proxyserver.connections.get(client.id)) is not None:
        handler.max_conns = defaultdict(lambda: asyncio.Semaphore(CONNECTIONS_PER_ADDRESS))
