"""The boundary to mitmproxy's HTTP layer: whose events are heard, and what is put on what is sent.

Every attempt is sent under a stream id of its own, an alias in `HttpLayer.streams`, so that late events of an abandoned
attempt are told from those of the current one.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator
from typing import Any

from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    DropStream,
    ErrorCode,
    HttpLayer,
    HttpStream,
    RequestHeaders,
    RequestProtocolError,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
    SendHttp,
)

from addon.failover.plan import COOKIES, HELD_BACK, Plan, forget

type Steps[T] = Generator[commands.Command, Any, T]

_RESPONSE_EVENTS = (ResponseHeaders, ResponseData, ResponseTrailers, ResponseEndOfMessage, ResponseProtocolError)
_upstream_ids = itertools.count(1_000_000_001)


class BoundaryStream(HttpStream):
    """`HttpStream` under changing upstream ids, which knows when it is over."""

    _plan: Plan | None = None
    _upstream_id: int | None = None
    _answering = False  # the client was sent the head of its answer
    _head: http.Response | None = None  # what the client was sent as the head of a stream

    @property
    def _http_layer(self) -> HttpLayer:
        layer = self.context.layers[self.context.layers.index(self) - 1]
        assert isinstance(layer, HttpLayer)
        return layer

    @property
    def _is_over(self) -> bool:
        return self.server_state in (self.state_done, self.state_errored, self.state_uninitialized)

    def _is_abandoned(self, event: events.Event) -> bool:
        """Whether an attempt says this that was given up. What the current one says gets the stream's own id."""
        if isinstance(event, _RESPONSE_EVENTS) and self._upstream_id is not None:
            if event.stream_id != self._upstream_id:
                return True
            event.stream_id = self.stream_id
        return False

    def _take_new_upstream_id(self) -> None:
        streams = self._http_layer.streams
        if self._upstream_id is not None:
            streams.pop(self._upstream_id, None)
        self._upstream_id = next(_upstream_ids)
        streams[self._upstream_id] = self

    def _prepare(self, command: commands.Command) -> None:
        """Address what goes upstream to the current attempt, and put the credentials on a copy of it."""
        if isinstance(command, SendHttp) and command.connection is not self.context.client:
            if self._upstream_id is not None:
                command.event.stream_id = self._upstream_id
            if isinstance(command.event, RequestHeaders):
                command.event.request = self._with_credentials(command.event.request)
        elif isinstance(command, SendHttp) and isinstance(command.event, ResponseHeaders):
            self._answering = command.event.response.status_code >= 200
            command.event.response = self._with_cookies(command.event.response)
        elif isinstance(command, SendHttp) and isinstance(command.event, ResponseData) and self._plan and self._plan.unblanked:
            command.event.data = self._plan.unblanked
        elif isinstance(command, DropStream):
            self._clean_up()

    def _is_done_anyway(self, command: commands.Command) -> bool:
        """Whether this would close an upstream connection of a client that is gone.

        mitmproxy then closes all of them by itself, by cancelling their tasks. A task that is cancelled twice may end before it
        has closed its socket.
        """
        if self.context.client.state is not ConnectionState.CLOSED:
            return False
        if isinstance(command, SendHttp):
            return isinstance(command.event, RequestProtocolError)
        return isinstance(command, commands.CloseConnection) and command.connection is not self.context.client

    def _with_credentials(self, request: http.Request) -> http.Request:
        credentials = self._plan.credentials if self._plan else HELD_BACK.get(self.flow.id)
        if not credentials:
            return request
        request = request.copy()
        for name, value in credentials.items():
            request.headers[name] = value
        return request

    def _with_cookies(self, response: http.Response) -> http.Response:
        cookies = COOKIES.get(self.flow.id)
        if not cookies:
            return response
        response = response.copy()
        response.headers.fields += cookies
        return response

    def _abort_upstream(self, why: str) -> Steps[None]:
        yield SendHttp(RequestProtocolError(self.stream_id, why, ErrorCode.CANCEL), self.context.server)

    def _clean_up(self) -> None:
        if self._upstream_id is not None:
            self._http_layer.streams.pop(self._upstream_id, None)
        forget(self.flow.id)
        self._plan = None

    def check_killed(self, emit_error_hook: bool) -> Steps[bool]:
        """One that was killed is cleaned up after here, since mitmproxy does not drop its stream."""
        killed: bool = yield from super().check_killed(emit_error_hook)
        if killed:
            self._clean_up()
        return killed

    def check_invalid(self, request: bool) -> Steps[bool]:
        """A provider's odd headers are no reason to give up: none of them frames or enters what the client is sent."""
        if not request and self._plan is not None:
            return False
        invalid: bool = yield from super().check_invalid(request)
        return invalid

    def check_body_size(self, request: bool) -> Steps[bool]:
        """Not for what is ours: mitmproxy would pass it on unread, or cut it. It is limited where it is read."""
        if self.flow.id in HELD_BACK if request else self._plan is not None:
            return False
        exceeded: bool = yield from super().check_body_size(request)
        return exceeded
