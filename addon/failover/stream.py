"""The HTTP stream that can drive its upstream request again.

mitmproxy's `HttpStream` is a generator state machine: hooks and connects are commands that it yields and waits for. This
subclass changes where the upstream side ends: a refused connect, an error status, an answer that fails before it has said
anything, or silence leads to the `ccr_next` hook, which may prepare `flow.request` for another candidate. The client's side
sees nothing of it, since its headers are held until the first translated byte.

Flows without a `Plan` behave as in mitmproxy.
"""

from __future__ import annotations

import time

from mitmproxy.proxy import events
from mitmproxy.proxy.layers.http import GetHttpConnection, RequestProtocolError, ResponseProtocolError

from addon.failover.boundary import Steps
from addon.failover.driving import CcrNextHook
from addon.failover.ending import ROUTER_STOPPED, is_ending
from addon.failover.plan import Failure, Plan
from addon.failover.reading import ReadingStream


class CcrStream(ReadingStream):
    """`HttpStream` with several upstream attempts for flows that have a `Plan`. What befalls it from outside comes in here."""

    def handle_event(self, event: events.Event) -> Steps[None]:
        if self._is_abandoned(event):
            return
        for command in super().handle_event(event) if self._paused is None else self._handle_while_paused(event):
            if not self._is_done_anyway(command):
                self._prepare(command)
                yield command

    def _handle_while_paused(self, event: events.Event) -> Steps[None]:
        """A hook or a connect is awaited: mitmproxy would queue whatever else happens."""
        if isinstance(event, events.Wakeup) and event.command is not self._flush:
            yield from self._tick_while_paused()
            return
        yield from super().handle_event(event)
        if isinstance(event, RequestProtocolError) and self._plan is not None and self._paused is not None:
            yield from self._client_left(self._plan, event.message)

    def _handle_event(self, event: events.Event) -> Steps[None]:
        try:
            yield from self._handle(event)
        except Exception as error:  # mitmproxy would log it and leave the client waiting
            if self._plan is None:
                raise
            yield from self._collapse(self._plan, error)

    def _handle(self, event: events.Event) -> Steps[None]:
        if not isinstance(event, events.Wakeup):
            yield from super()._handle_event(event)
        elif event.command is self._flush:
            yield from self._flushed()
        else:
            yield from self._tick()

    # -- time -------------------------------------------------------------------------------------------------------------

    def _tick(self) -> Steps[None]:
        self._ticking = False
        plan = self._plan
        if plan is None or self._is_over:
            return
        now = time.monotonic()
        if self._clock.dawdling(now):
            yield from self._abort_upstream("answer complete")
            yield from self._end_stream()
        elif self._clock.dragging(now):
            yield from self._stop_draining("error answer does not end")
        elif overdue := self._overdue(plan, now):
            yield from self._give_up_waiting(plan, overdue)
        else:
            yield from self._ping(plan, now)
        if self._plan is not None:
            yield from self._arm()

    def _give_up_waiting(self, plan: Plan, overdue: Failure) -> Steps[None]:
        why = overdue.why
        yield from self._abort_upstream(why)
        if plan.answer.outcome.began:
            yield from self._give(plan, plan.answer.close(why))
        if plan.answer.outcome.answered:
            yield from self._end_stream()
        else:
            yield from self._failed(overdue)

    def _overdue(self, plan: Plan, now: float) -> Failure | None:
        """Why the current attempt must be given up now."""
        if is_ending():
            return Failure("stopped", ROUTER_STOPPED, final=True)
        if why := self._clock.overdue(plan.limits, now):
            return Failure("timeout", why, final=bool(self._clock.total_overdue(plan.limits, now)))
        return None

    def _tick_while_paused(self) -> Steps[None]:
        """Only a connect can be cut from here, and the client be kept company."""
        self._ticking = False
        plan, paused = self._plan, self._paused
        if plan is None or paused is None:
            return
        now = time.monotonic()
        if isinstance(paused.command, GetHttpConnection) and (overdue := self._overdue(plan, now)):
            yield from self._cut_connect(paused.command, overdue)
        elif isinstance(paused.command, CcrNextHook) and is_ending():
            plan.left()
        elif isinstance(paused.command, (GetHttpConnection, CcrNextHook)):
            yield from self._ping(plan, now)
        if self._plan is not None:
            yield from self._arm()

    # -- somebody leaves --------------------------------------------------------------------------------------------------

    def _client_left(self, plan: Plan, why: str) -> Steps[None]:
        """While something is awaited that nobody needs any more. `check_killed` finds the event in the queue."""
        assert self._paused is not None
        if isinstance(self._paused.command, GetHttpConnection):
            yield from self._cut_connect(self._paused.command, Failure("timeout", why))
        elif isinstance(self._paused.command, CcrNextHook):
            plan.left()

    def handle_protocol_error(self, event: RequestProtocolError | ResponseProtocolError) -> Steps[None]:
        plan = self._plan
        if plan is None or self._is_over or isinstance(event, RequestProtocolError):
            yield from super().handle_protocol_error(event)
        elif self.server_state == self.state_stream_response_body:
            yield from self._stream_ended(plan, cut=_why(event))
        elif self.server_state == self.state_drain:
            yield from self._failed(self._status_failure())
        elif self._was_stale():
            yield from self._repeat()
        else:
            yield from self._failed(Failure("cut", _why(event)))


def _why(event: ResponseProtocolError) -> str:
    """When mitmproxy ends it closes all connections, which is not the provider's fault."""
    return ROUTER_STOPPED if is_ending() else event.message
