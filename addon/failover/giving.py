"""What the client is given: the head of a stream and its pieces, a whole answer, pings, and an end in any case."""

from __future__ import annotations

import logging
import time
from typing import Any

from mitmproxy.proxy.layers.http import (
    DropStream,
    ErrorCode,
    ResponseData,
    ResponseHeaders,
    ResponseProtocolError,
    SendHttp,
)

from addon.answers import error_response
from addon.failover.boundary import BoundaryStream, Steps
from addon.failover.deadlines import Deadlines
from addon.failover.plan import Plan
from translators.anthropic.errors import error_event
from translators.errors import Fault

log = logging.getLogger(__name__)

PING = b'event: ping\ndata: {"type": "ping"}\n\n'


class GivingStream(BoundaryStream):
    """The client's side. Its headers are held until there is something to say."""

    def __init__(self, context: Any, stream_id: int) -> None:
        super().__init__(context, stream_id)
        self._clock = Deadlines()
        self._given = bytearray()

    def _give(self, plan: Plan, pieces: list[bytes]) -> Steps[None]:
        data = b"".join(pieces)
        if not data:
            return
        if self._head is None:
            self._head = self.flow.response = plan.head(self.flow)
            yield SendHttp(ResponseHeaders(self.stream_id, self._head, end_stream=False), self.context.client)
        self._clock.given = time.monotonic()
        self._given += data
        yield SendHttp(ResponseData(self.stream_id, data), self.context.client)

    def _ping(self, plan: Plan, now: float) -> Steps[None]:
        if plan.streams and not plan.withheld and not self._clock.finished and self._clock.silent(plan.ping_seconds, now):
            yield from self._give(plan, [PING])

    def _answer(self, plan: Plan, body: bytes) -> Steps[None]:
        """Give a whole answer, as a stream's only piece where the client was already sent the head of one."""
        if self._head is not None:
            yield from self._give(plan, [body])
            yield from self._end_stream()
        else:
            self.flow.response = plan.complete(self.flow, body)
            yield from self.send_response()

    def _end_stream(self) -> Steps[None]:
        assert self._head is not None
        self._take_new_upstream_id()  # whatever else the provider says is not heard
        self._head.data.content = bytes(self._given)
        self._given.clear()
        self.flow.response = self._head
        self.flow.response.timestamp_end = time.time()
        yield from self.send_response(already_streamed=True)

    def _refuse(self, plan: Plan) -> Steps[None]:
        """No candidate is left."""
        self.server_state = self.state_done
        if self._head is not None:
            yield from self._give(plan, plan.last_words())
            yield from self._end_stream()
        else:
            self.flow.response = plan.refusal(self.flow)
            yield from self.send_response()

    def _collapse(self, plan: Plan, error: Exception) -> Steps[None]:
        """A part of ours failed: the client is told without its help, and nothing more goes upstream."""
        log.error("ccr: failed while it answered a request: %r", error, exc_info=error)
        fault = Fault("server", "api_error", 500, f"ccr failed ({type(error).__name__}); see its log")
        plan.broken(fault)
        ended = self._answering and (self._head is None or self.server_state in (self.state_done, self.state_errored))
        if self._clock.sent:
            yield from self._abort_upstream(fault.message)
        self._take_new_upstream_id()
        self.server_state = self.state_done
        if ended:  # part of an answer is out that nothing can be added to: a cut shows that it is not whole
            yield SendHttp(ResponseProtocolError(self.stream_id, fault.message, ErrorCode.KILL), self.context.client)
            yield DropStream(self.stream_id)
        elif self._head is not None:
            yield from self._give(plan, [error_event(fault.type, fault.message)])
            yield from self._end_stream()
        else:
            self.flow.response = error_response(fault, self.flow)
            yield from self.send_response()
