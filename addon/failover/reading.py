"""One provider's answer: an error that is read to its end, a stream that is translated as it comes, a whole body."""

from __future__ import annotations

import time
from typing import Any

from mitmproxy import http
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import ResponseData, ResponseEndOfMessage, ResponseHeaders
from mitmproxy.proxy.layers.http._http1 import Http1Client

from addon.failover.boundary import Steps
from addon.failover.driving import DrivingStream
from addon.failover.plan import Failure, Plan
from translators.errors import BadAnswer

MAX_BATCH = 1 << 16
"""Bytes of a streamed answer that wait, at most, for more that has already arrived."""

MAX_ERROR_BODY = 1 << 20
"""Bytes of a provider's error answer that are read; the rest says nothing new."""

MAX_ANSWER = 1 << 28
"""Bytes of one answer; a provider that sends more is not waited for."""

_DOCUMENTS = ("application/json", "text/html")


class ReadingStream(DrivingStream):
    """The provider's answer, of flows with a `Plan`."""

    def __init__(self, context: Any, stream_id: int) -> None:
        super().__init__(context, stream_id)
        self._unread = bytearray()  # of a streamed answer: received, but not translated yet
        self._received = 0
        self._http1: Http1Client | None = None  # the connection that a streamed answer comes from, if it is an HTTP/1 one
        self._flush: commands.RequestWakeup | None = None

    def state_wait_for_response_headers(self, event: ResponseHeaders) -> Steps[None]:
        plan = self._plan
        if plan is None or 200 <= event.response.status_code < 300:
            if plan is not None:
                self._received = 0
                plan.opened(event.response)
                event.response.stream = plan.streams and not plan.withheld and not _is_document(event.response)
            yield from super().state_wait_for_response_headers(event)
            return
        self._clock.refused = time.monotonic()
        self.flow.response = event.response
        self.response_body_buf.clear()
        self.server_state = self.state_drain

    # -- an error ---------------------------------------------------------------------------------------------------------

    def state_drain(self, event: events.Event) -> Steps[None]:
        """An error answer is read to its end, so that its connection can be used again."""
        if isinstance(event, ResponseData):
            self.response_body_buf += event.data
            if len(self.response_body_buf) > MAX_ERROR_BODY:
                yield from self._stop_draining("error answer too long")
        elif isinstance(event, ResponseEndOfMessage):
            yield from self._failed(self._status_failure())

    def _stop_draining(self, why: str) -> Steps[None]:
        yield from self._abort_upstream(why)
        yield from self._failed(self._status_failure())

    def _status_failure(self) -> Failure:
        response = self.flow.response
        assert response is not None
        response.data.content = bytes(self.response_body_buf)
        body = response.get_content(strict=False) or b""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Failure("status", f"status {response.status_code}", status=response.status_code, headers=headers, body=body)

    # -- a stream ---------------------------------------------------------------------------------------------------------

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
        self._received += len(data)
        self._unread += data
        if self._received > MAX_ANSWER:
            yield from self._abort_upstream("answer too long")
            yield from self._stream_ended(plan, cut=f"it is longer than {MAX_ANSWER:,} bytes")
        elif self._unread_follows() and len(self._unread) < MAX_BATCH:
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

    def _flushed(self) -> Steps[None]:
        self._flush = None
        if self._plan is not None and self.server_state == self.state_stream_response_body:
            yield from self._translate(self._plan)

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
        if outcome.answered or not (outcome.fault or outcome.empty):
            yield from self._end_stream()
        else:
            yield from self._failed(_answer_failure(plan))

    # -- a whole body -----------------------------------------------------------------------------------------------------

    def state_consume_response_body(self, event: events.Event) -> Steps[None]:
        plan = self._plan
        if plan is None:
            yield from super().state_consume_response_body(event)
        elif isinstance(event, ResponseData):
            self._clock.heard = time.monotonic()
            self.response_body_buf += event.data
            if len(self.response_body_buf) > MAX_ANSWER:
                yield from self._abort_upstream("answer too long")
                yield from self._failed(Failure("cut", f"it is longer than {MAX_ANSWER:,} bytes"))
        elif isinstance(event, ResponseEndOfMessage):
            yield from self._consumed(plan)

    def _consumed(self, plan: Plan) -> Steps[None]:
        body = bytes(self.response_body_buf)
        self.response_body_buf.clear()
        try:
            body = plan.decode(body)
        except BadAnswer as error:
            yield from self._failed(Failure("cut", str(error)))
            return
        plan.arrived(body)
        told = plan.answer.whole(body)
        if plan.answer.outcome.fault or plan.answer.outcome.empty:
            yield from self._failed(_answer_failure(plan))
        else:
            yield from self._answer(plan, told)


def _answer_failure(plan: Plan) -> Failure:
    outcome = plan.answer.outcome
    if outcome.fault:
        return Failure("answer", outcome.fault.message)
    return Failure("empty", "an answer with nothing in it")


def _is_document(response: http.Response) -> bool:
    """Whether the answer comes in one piece. Not every server calls a stream of events one."""
    content_type: str = response.headers.get("content-type", "")
    return content_type.lower().startswith(_DOCUMENTS)
