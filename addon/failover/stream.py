"""The HTTP stream that can drive its upstream request again.

mitmproxy's `HttpStream` is a generator state machine: hooks and connects are commands that it yields and waits for. This
subclass changes where the upstream side ends: a refused connect, an error status, an answer that fails before it has said
anything, or silence leads to the `ccr_next` hook, which may prepare `flow.request` for another candidate. The client's side
sees nothing of it, since its headers are held until the first translated byte.

Every attempt is sent under a stream id of its own, an alias in `HttpLayer.streams`, so that late events of an abandoned
attempt are told from those of the current one. Flows without a `Plan` behave as in mitmproxy.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from mitmproxy import http
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    DropStream,
    ErrorCode,
    GetHttpConnection,
    GetHttpConnectionCompleted,
    HttpLayer,
    HttpStream,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
    SendHttp,
)
from mitmproxy.proxy.layers.http._http1 import Http1Client

from addon.failover.deadlines import Deadlines
from addon.failover.plan import HELD_BACK, PLANS, Failure, Plan, forget
from translators.errors import BadAnswer

type Steps[T] = Generator[commands.Command, Any, T]

TICK = 0.25
"""Seconds between looks at the clock. Short, because a wakeup keeps its flow alive until it fires."""

MAX_BATCH = 1 << 16
"""Bytes of a streamed answer that wait, at most, for more that has already arrived."""

MAX_ERROR_BODY = 1 << 20
"""Bytes of a provider's error answer that are read; the rest says nothing new."""

PING = b'event: ping\ndata: {"type": "ping"}\n\n'

_RESPONSE_EVENTS = (ResponseHeaders, ResponseData, ResponseTrailers, ResponseEndOfMessage, ResponseProtocolError)
_upstream_ids = itertools.count(1_000_000_001)


@dataclass
class CcrNextHook(commands.StartHook):
    """An upstream attempt failed before the client was told anything; see `Plan.failure`."""

    flow: http.HTTPFlow
    name = "ccr_next"


class CcrStream(HttpStream):
    """`HttpStream` with several upstream attempts for flows that have a `Plan`."""

    _plan: Plan | None = None
    _upstream_id: int | None = None
    _head: http.Response | None = None  # what the client was sent as the head of a stream
    _ticking = False
    _connect_cut = ""  # why a pending connect was given up
    _reused = False  # the connection served an earlier request

    def __init__(self, context: Any, stream_id: int) -> None:
        super().__init__(context, stream_id)
        self._clock = Deadlines()
        self._given = bytearray()
        self._unread = bytearray()  # of a streamed answer: received, but not translated yet
        self._http1: Http1Client | None = None  # the connection that a streamed answer comes from, if it is an HTTP/1 one
        self._flush: commands.RequestWakeup | None = None

    # -- the boundary to the HTTP layer -------------------------------------------------------------------------------

    def handle_event(self, event: events.Event) -> Steps[None]:
        if isinstance(event, _RESPONSE_EVENTS) and self._upstream_id is not None:
            if event.stream_id != self._upstream_id:
                return  # an abandoned attempt's
            event.stream_id = self.stream_id
        wakes_while_paused = isinstance(event, events.Wakeup) and self._paused and event.command is not self._flush
        for command in self._tick_while_paused() if wakes_while_paused else super().handle_event(event):
            self._prepare(command)
            yield command

    def _prepare(self, command: commands.Command) -> None:
        """Address what goes upstream to the current attempt, and put the credentials on a copy of it."""
        if isinstance(command, SendHttp) and command.connection is not self.context.client:
            if self._upstream_id is not None:
                command.event.stream_id = self._upstream_id
            if isinstance(command.event, RequestHeaders):
                command.event.request = self._with_credentials(command.event.request)
        elif isinstance(command, DropStream):
            self._clean_up()

    def _with_credentials(self, request: http.Request) -> http.Request:
        credentials = self._plan.credentials if self._plan else HELD_BACK.get(self.flow.id)
        if not credentials:
            return request
        request = request.copy()
        for name, value in credentials.items():
            request.headers[name] = value
        return request

    def _clean_up(self) -> None:
        if self._upstream_id is not None:
            self._http_layer.streams.pop(self._upstream_id, None)
        forget(self.flow.id)
        self._plan = None

    @property
    def _http_layer(self) -> HttpLayer:
        layer = self.context.layers[self.context.layers.index(self) - 1]
        assert isinstance(layer, HttpLayer)
        return layer

    def _handle_event(self, event: events.Event) -> Steps[None]:
        if isinstance(event, events.Wakeup) and event.command is self._flush:
            self._flush = None
            if self._plan is not None and self.server_state == self.state_stream_response_body:
                yield from self._translate(self._plan)
        elif isinstance(event, events.Wakeup):
            yield from self._tick()
        else:
            yield from super()._handle_event(event)

    # -- time ---------------------------------------------------------------------------------------------------------

    def _arm(self) -> Steps[None]:
        if not self._ticking:
            self._ticking = True
            yield commands.RequestWakeup(TICK)

    def _tick(self) -> Steps[None]:
        self._ticking = False
        plan = self._plan
        if plan is None or self.server_state in (self.state_done, self.state_errored, self.state_uninitialized):
            return
        now = time.monotonic()
        if self._clock.dawdling(now):
            yield from self._abort_upstream("answer complete")
            yield from self._end_stream()
        elif why := self._clock.overdue(plan.limits, now):
            yield from self._give_up_waiting(plan, why, final=bool(self._clock.total_overdue(plan.limits, now)))
        else:
            yield from self._ping(plan, now)
        if self._plan is not None:
            yield from self._arm()

    def _give_up_waiting(self, plan: Plan, why: str, *, final: bool) -> Steps[None]:
        yield from self._abort_upstream(why)
        if plan.answer.outcome.began:
            yield from self._stream_ended(plan, cut=why)
        else:
            yield from self._failed(Failure("timeout", why, final=final))

    def _tick_while_paused(self) -> Steps[None]:
        """While a hook or a connect is awaited: only a connect can be cut from here, and the client be kept company."""
        self._ticking = False
        plan, paused = self._plan, self._paused
        if plan is None or paused is None:
            return
        now = time.monotonic()
        if isinstance(paused.command, GetHttpConnection) and (why := self._clock.overdue(plan.limits, now)):
            self._connect_cut = why
            yield from self._cut_connect(paused.command, why)
        elif isinstance(paused.command, (GetHttpConnection, CcrNextHook)):
            yield from self._ping(plan, now)
        if self._plan is not None:
            yield from self._arm()

    def _cut_connect(self, pending: GetHttpConnection, why: str) -> Steps[None]:
        """Answer our own command: a cancelled connect does not always report back."""
        layer = self._http_layer
        for connection, waiting in layer.waiting_for_establishment.items():
            if pending in waiting:
                waiting.remove(pending)
                layer.command_sources.pop(pending, None)
                if not waiting:
                    tunnel = getattr(layer.connections[connection], "tunnel_connection", connection)
                    yield commands.CloseConnection(tunnel)
                break
        yield from super().handle_event(GetHttpConnectionCompleted(pending, (None, why)))

    def _ping(self, plan: Plan, now: float) -> Steps[None]:
        if plan.streams and not self._clock.finished and self._clock.silent(plan.ping_seconds, now):
            yield from self._give(plan, [PING])

    # -- attempts -----------------------------------------------------------------------------------------------------

    def make_server_connection(self) -> Steps[bool]:
        plan = self._plan = PLANS.get(self.flow.id)
        if plan is None:
            return (yield from super().make_server_connection())
        while True:
            self._clock.attempt(time.monotonic())
            self._take_new_upstream_id()
            self._forget_failed_connections()
            yield from self._arm()
            self._connect_cut = ""
            asked = time.time()
            connection, error = yield GetHttpConnection(
                (self.flow.request.host, self.flow.request.port),
                self.flow.request.scheme == "https",
                self.flow.server_conn.via,
                self.flow.server_conn.transport_protocol,
            )
            if (yield from self.check_killed(emit_error_hook=True)):
                return False
            if error is None:
                self._reused = (connection.timestamp_start or 0.0) < asked
                self.context.server = self.flow.server_conn = connection
                self._clock.sent = time.monotonic()
                return True
            if not (yield from self._next(self._connect_failure(plan, error))):
                return False

    def _connect_failure(self, plan: Plan, error: str) -> Failure:
        if not self._connect_cut:
            return Failure("connect", error)
        return Failure("timeout", error, final=bool(self._clock.total_overdue(plan.limits, time.monotonic())))

    def _take_new_upstream_id(self) -> None:
        streams = self._http_layer.streams
        if self._upstream_id is not None:
            streams.pop(self._upstream_id, None)
        self._upstream_id = next(_upstream_ids)
        streams[self._upstream_id] = self

    def _forget_failed_connections(self) -> None:
        """Else mitmproxy would answer from a failed connect for as long as the client's connection lives."""
        layer = self._http_layer
        for connection in list(layer.connections):
            failed = connection is not self.context.client and connection.error
            if failed and connection not in layer.waiting_for_establishment:
                del layer.connections[connection]

    def _next(self, failure: Failure) -> Steps[bool]:
        """Ask for another attempt. False if there is none: then the client has been answered."""
        plan = self._plan
        assert plan is not None
        self._clock.connecting = self._clock.sent = self._clock.heard = self._clock.finished = 0.0
        self._take_new_upstream_id()
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

    def _send_request(self) -> Steps[None]:
        content = self.flow.request.raw_content
        server = self.context.server
        yield SendHttp(RequestHeaders(self.stream_id, self.flow.request, end_stream=not content), server)
        if content:
            yield SendHttp(RequestData(self.stream_id, content), server)
        yield SendHttp(RequestEndOfMessage(self.stream_id), server)

    def _abort_upstream(self, why: str) -> Steps[None]:
        yield SendHttp(RequestProtocolError(self.stream_id, why, ErrorCode.CANCEL), self.context.server)

    # -- the provider's answer ----------------------------------------------------------------------------------------

    def state_wait_for_response_headers(self, event: ResponseHeaders) -> Steps[None]:
        plan = self._plan
        if plan is None or 200 <= event.response.status_code < 300:
            if plan is not None:
                plan.opened(event.response)
                event.response.stream = plan.streams and _is_event_stream(event.response)
            yield from super().state_wait_for_response_headers(event)
            return
        self.flow.response = event.response
        self.response_body_buf.clear()
        self.server_state = self.state_drain

    def check_invalid(self, request: bool) -> Steps[bool]:
        """A provider's odd headers are no reason to give up: none of them frames or enters what the client is sent."""
        if request or self._plan is None:
            invalid: bool = yield from super().check_invalid(request)
            return invalid
        return False

    def state_drain(self, event: events.Event) -> Steps[None]:
        """An error answer is read to its end, so that its connection can be used again."""
        self._clock.heard = time.monotonic()
        if isinstance(event, ResponseData):
            self.response_body_buf += event.data
            if len(self.response_body_buf) > MAX_ERROR_BODY:
                yield from self._abort_upstream("error answer too long")
                yield from self._failed(self._status_failure())
        elif isinstance(event, ResponseEndOfMessage):
            yield from self._failed(self._status_failure())

    def _status_failure(self) -> Failure:
        response = self.flow.response
        assert response is not None
        response.data.content = bytes(self.response_body_buf)
        body = response.get_content(strict=False) or b""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Failure("status", f"status {response.status_code}", status=response.status_code, headers=headers, body=body)

    def start_response_stream(self) -> Steps[None]:
        if self._plan is None:
            yield from super().start_response_stream()
        else:
            self._http1 = self._find_http1()
            self._unread.clear()
            self.server_state = self.state_stream_response_body

    def state_stream_response_body(self, event: events.Event) -> Steps[None]:
        plan = self._plan
        if plan is None:
            yield from super().state_stream_response_body(event)
        elif isinstance(event, ResponseData):
            yield from self._streamed(plan, event.data)
        elif isinstance(event, ResponseEndOfMessage):
            yield from self._stream_ended(plan)

    def _streamed(self, plan: Plan, data: bytes) -> Steps[None]:
        """Chunks that arrived in one piece are translated and sent on in one piece: a write for each would be dearer."""
        self._clock.heard = time.monotonic()
        self._unread += data
        if self._unread_follows() and len(self._unread) < MAX_BATCH:
            if self._flush is None:
                self._flush = commands.RequestWakeup(0)
                yield self._flush
        else:
            yield from self._translate(plan)

    def _unread_follows(self) -> bool:
        """Whether mitmproxy holds more of this answer: events from while a hook ran, or bytes beyond the two that end a chunk."""
        return bool(self._paused_event_queue) or (self._http1 is not None and len(self._http1.buf) > len(b"\r\n"))

    def _find_http1(self) -> Http1Client | None:
        layer: Any = self._http_layer.connections.get(self.context.server)
        while layer is not None and not isinstance(layer, Http1Client):
            layer = getattr(layer, "child_layer", None)
        return layer

    def _translate(self, plan: Plan) -> Steps[None]:
        data = bytes(self._unread)
        self._unread.clear()
        if not data:
            return
        try:
            data = plan.decode(data)
        except BadAnswer as error:
            yield from self._abort_upstream(str(error))
            yield from self._stream_ended(plan, cut=str(error))
            return
        plan.arrived(data)
        yield from self._give(plan, plan.answer.feed(data))
        outcome = plan.answer.outcome
        if outcome.fault or outcome.empty:
            yield from self._abort_upstream("answer unusable")
            yield from self._judge(plan)
        elif outcome.finished and not self._clock.finished:
            self._clock.finished = self._clock.heard

    def _stream_ended(self, plan: Plan, cut: str = "") -> Steps[None]:
        yield from self._translate(plan)
        if self.server_state != self.state_stream_response_body:
            return  # what was left to read ended it
        yield from self._give(plan, plan.answer.close(cut))
        yield from self._judge(plan)

    def _judge(self, plan: Plan) -> Steps[None]:
        """The answer is over, one way or the other."""
        outcome = plan.answer.outcome
        if outcome.began or not (outcome.fault or outcome.empty):
            yield from self._end_stream()
        else:
            yield from self._failed(_answer_failure(plan))

    def state_consume_response_body(self, event: events.Event) -> Steps[None]:
        plan = self._plan
        if plan is None or not isinstance(event, ResponseEndOfMessage):
            self._clock.heard = time.monotonic()
            yield from super().state_consume_response_body(event)
            return
        assert self.flow.response is not None
        self.flow.response.data.content = bytes(self.response_body_buf)
        self.response_body_buf.clear()
        try:
            body = plan.decode(self.flow.response.raw_content or b"")
        except BadAnswer as error:
            yield from self._failed(Failure("cut", str(error)))
            return
        plan.arrived(body)
        told = plan.answer.whole(body)
        if plan.answer.outcome.fault or plan.answer.outcome.empty:
            yield from self._failed(_answer_failure(plan))
        else:
            yield from self._answer(plan, told)

    def _answer(self, plan: Plan, body: bytes) -> Steps[None]:
        """Give a whole answer, as a stream's only piece where the client was already sent the head of one."""
        if self._head is not None:
            yield from self._give(plan, [body])
            yield from self._end_stream()
        else:
            self.flow.response = plan.complete(self.flow, body)
            yield from self.send_response()

    def handle_protocol_error(self, event: RequestProtocolError | ResponseProtocolError) -> Steps[None]:
        plan = self._plan
        over = self.server_state in (self.state_done, self.state_errored, self.state_uninitialized)
        if plan is None or over or isinstance(event, RequestProtocolError):
            yield from super().handle_protocol_error(event)
        elif self.server_state == self.state_stream_response_body:
            yield from self._stream_ended(plan, cut=event.message)
        elif self.server_state == self.state_drain:
            yield from self._failed(self._status_failure())
        elif self._reused and self.flow.response is None:
            # The provider closed an idle connection just as it was used again: this request it never saw.
            yield from self._again()
        else:
            yield from self._failed(Failure("cut", event.message))

    # -- the client's side --------------------------------------------------------------------------------------------

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


def _answer_failure(plan: Plan) -> Failure:
    outcome = plan.answer.outcome
    if outcome.fault:
        return Failure("answer", outcome.fault.message)
    return Failure("empty", "an answer with nothing in it")


def _is_event_stream(response: http.Response) -> bool:
    content_type: str = response.headers.get("content-type", "")
    return content_type.lower().startswith("text/event-stream")
