"""A client's connections to providers: how many there may be, and that none outlives it.

mitmproxy lets each client connection hold five connections to one address; the sixth request waits, as if it were connecting,
until an answer is over. A client that speaks HTTP/2 sends all its requests on one connection, and a model's answer takes minutes.

When a client is gone, mitmproxy cancels the tasks that hold connections. Expected: a cancelled one says that its connection is
closed, and closes the socket. Actual, in mitmproxy 12.2: one that was just waiting to hand something over, or for a hook, does
neither. The socket stays open; and if the connection was the client's, its requests are sent to the next candidate for nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING

from mitmproxy import ctx
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.connection import Client, Connection, ConnectionState
from mitmproxy.proxy import events

if TYPE_CHECKING:
    from mitmproxy.proxy.commands import OpenConnection
    from mitmproxy.proxy.server import ConnectionHandler

CONNECTIONS_PER_ADDRESS = 256


def attend(client: Client) -> None:
    """Do both for a client that has just connected."""
    proxyserver = ctx.master.addons.get("proxyserver")
    if isinstance(proxyserver, Proxyserver) and (handler := proxyserver.connections.get(client.id)) is not None:
        handler.max_conns = defaultdict(lambda: asyncio.Semaphore(CONNECTIONS_PER_ADDRESS))
        _say_what_is_closed(handler)
        _close_what_is_left(handler)


def _say_what_is_closed(handler: ConnectionHandler) -> None:
    handle_connection = handler.handle_connection

    async def handled(connection: Connection) -> None:
        try:
            await handle_connection(connection)
        except asyncio.CancelledError:
            if connection in handler.transports:
                connection.state = ConnectionState.CLOSED
                await _said(handler, events.ConnectionClosed(connection))
                _close(handler, connection)
            raise

    handler.handle_connection = handled  # type: ignore[method-assign]


def _close_what_is_left(handler: ConnectionHandler) -> None:
    """Of a connection that was cancelled as it had just been made."""
    open_connection = handler.open_connection

    async def opened(command: OpenConnection) -> None:
        try:
            await open_connection(command)
        finally:
            _close(handler, command.connection)

    handler.open_connection = opened  # type: ignore[method-assign]


async def _said(handler: ConnectionHandler, event: events.Event) -> None:
    """However often the current task is cancelled meanwhile."""
    saying = asyncio.ensure_future(handler.server_event(event))
    while not saying.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(saying)


def _close(handler: ConnectionHandler, connection: Connection) -> None:
    left = handler.transports.pop(connection, None)
    if left is not None and left.writer is not None:
        left.writer.close()
