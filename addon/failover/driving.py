"""One upstream attempt after the other: connecting, sending, and asking the `ccr_next` hook what follows a failure."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mitmproxy import http
from mitmproxy.connection import Connection
from mitmproxy.proxy import commands
from mitmproxy.proxy.layers.http import (
    GetHttpConnection,
    GetHttpConnectionCompleted,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    SendHttp,
)

from addon.failover.boundary import Steps
from addon.failover.giving import GivingStream
from addon.failover.plan import PLANS, STOPPED, Failure

TICK = 0.25
"""Seconds between looks at the clock. Short, because a wakeup keeps its flow alive until it fires."""

STALE_SECONDS = 1.0
"""A provider that closes a used connection this soon did so before it could see the request."""


@dataclass
class CcrNextHook(commands.StartHook):
    """An upstream attempt failed before the client was told anything; see `Plan.failure`."""

    flow: http.HTTPFlow
    name = "ccr_next"


@dataclass
class CcrRouteHook(commands.StartHook):
    """A flow whose request the user had stopped goes on, and is to be routed now."""

    flow: http.HTTPFlow
    name = "ccr_route"


@dataclass(eq=False)
class GetLiveConnection(GetHttpConnection):
    """Takes no connection over that failed or was given up.

    mitmproxy would answer with the error of a failed one for as long as the client's connection lives, and let a new request
    wait for one whose connect is being cancelled. `waiting` is `HttpLayer.waiting_for_establishment`: nobody waits for what
    was given up.
    """

    waiting: Mapping[Connection, Sequence[GetHttpConnection]] = field(default_factory=dict, repr=False)

    def connection_spec_matches(self, connection: Connection) -> bool:
        if connection.error or self.waiting.get(connection) == []:
            return False
        return super().connection_spec_matches(connection)


class DrivingStream(GivingStream):
    """The upstream side: flows with a `Plan` may have several attempts."""

    _ticking = False
    _connect_cut: Failure | None = None  # why a pending connect was given up
    _reused = False  # the connection served an earlier request
    _repeated = False  # and the request was sent again for that

    def _arm(self) -> Steps[None]:
        if not self._ticking:
            self._ticking = True
            yield commands.RequestWakeup(TICK)

    def make_server_connection(self) -> Steps[bool]:
        if self.flow.id in STOPPED and not (yield from self._go_on()):
            return False
        plan = self._plan = PLANS.get(self.flow.id)
        if plan is None:
            return (yield from super().make_server_connection())
        while True:
            self._clock.attempt(time.monotonic())
            self._take_new_upstream_id()
            yield from self._arm()
            self._connect_cut = None
            asked = time.time()
            connection, error = yield self._wanted_connection()
            if (yield from self.check_killed(emit_error_hook=True)):
                return False
            if error is None:
                self._reused = (connection.timestamp_start or 0.0) < asked
                self.context.server = self.flow.server_conn = connection
                self._clock.sent = time.monotonic()
                return True
            if not (yield from self._next(self._connect_failure(error))):
                return False

    def _go_on(self) -> Steps[bool]:
        """After an interception of the request. False if the client has been answered, or is gone."""
        STOPPED.discard(self.flow.id)
        yield CcrRouteHook(self.flow)
        if (yield from self.check_killed(emit_error_hook=True)):
            return False
        if self.flow.response is None:
            return True
        self.server_state = self.state_done
        yield from self.send_response()
        return False

    def _wanted_connection(self) -> GetLiveConnection:
        request, server = self.flow.request, self.flow.server_conn
        return GetLiveConnection(
            (request.host, request.port),
            request.scheme == "https",
            server.via,
            server.transport_protocol,
            self._http_layer.waiting_for_establishment,
        )

    def _connect_failure(self, error: str) -> Failure:
        return self._connect_cut or Failure("connect", error)

    def _cut_connect(self, pending: GetHttpConnection, why: Failure) -> Steps[None]:
        """Answer our own command: a cancelled connect does not always report back."""
        self._connect_cut = why
        layer = self._http_layer
        for connection, waiting in layer.waiting_for_establishment.items():
            if pending in waiting:
                waiting.remove(pending)
                layer.command_sources.pop(pending, None)
                if not waiting:
                    tunnel = getattr(layer.connections[connection], "tunnel_connection", connection)
                    yield commands.CloseConnection(tunnel)
                break
        yield from super().handle_event(GetHttpConnectionCompleted(pending, (None, why.why)))

    def _next(self, failure: Failure) -> Steps[bool]:
        """Ask for another attempt. False if there is none: then the client has been answered."""
        plan = self._plan
        assert plan is not None
        self._clock.between()
        self._take_new_upstream_id()
        self._repeated = False
        plan.failure, plan.again = failure, False
        yield CcrNextHook(self.flow)
        if (yield from self.check_killed(emit_error_hook=True)):
            return False
        if plan.again:
            return True
        yield from self._refuse(plan)
        return False

    def _failed(self, failure: Failure) -> Steps[None]:
        if (yield from self._next(failure)):
            yield from self._again()

    def _again(self) -> Steps[None]:
        self.flow.response = None
        self.flow.error = None
        self.response_body_buf.clear()
        self.server_state = self.state_wait_for_response_headers
        if (yield from self.make_server_connection()):
            yield from self._send_request()

    def _was_stale(self) -> bool:
        """Whether the provider closed an idle connection just as it was used again, so that it never saw this request."""
        waits = self.server_state == self.state_wait_for_response_headers
        return waits and self._reused and not self._repeated and time.monotonic() - self._clock.sent < STALE_SECONDS

    def _repeat(self) -> Steps[None]:
        self._repeated = True
        yield from self._again()

    def _send_request(self) -> Steps[None]:
        content = self.flow.request.raw_content
        server = self.context.server
        yield SendHttp(RequestHeaders(self.stream_id, self.flow.request, end_stream=not content), server)
        if content:
            yield SendHttp(RequestData(self.stream_id, content), server)
        yield SendHttp(RequestEndOfMessage(self.stream_id), server)
