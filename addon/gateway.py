"""The hooks, in wire order. Each is a few lines: what they do lives in the modules they call."""

from __future__ import annotations

import logging

from mitmproxy import http
from mitmproxy.connection import Client

from addon import forward, record
from addon.answers import error_response
from addon.attempts import Attempts
from addon.calls import Call, call_of, is_to_anthropic, is_to_official_api, is_to_us, readdress
from addon.current import Current
from addon.estimates import Estimates
from addon.failclosed import fail_closed
from addon.failover.fleet import Fleet
from addon.failover.plan import BROKEN, HELD_BACK, PLANS, STOPPED, forget
from addon.failover.sockets import attend
from addon.headers import take_credentials, without_credentials
from addon.inspect.texts import in_one_line
from addon.intercept import will_be_stopped
from addon.label import label, show
from addon.replay import again
from addon.replay.offline import Offline
from addon.serving import Serving
from addon.settling import settle
from translators.errors import BadRequest

log = logging.getLogger(__name__)


class Gateway:
    """Takes care of model calls from the client's request to the end of its answer; everything else passes."""

    def __init__(self, current: Current, fleet: Fleet) -> None:
        self._current = current
        self._estimates = Estimates()
        self._serving = Serving(current, fleet, self._estimates)
        self.offline = Offline()

    def running(self) -> None:
        settle()
        self.offline.install()

    def client_connected(self, client: Client) -> None:
        attend(client)

    @fail_closed
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if flow.live and again.is_ours(flow):
            flow.request.stream = False
            HELD_BACK[flow.id] = {}  # its body is read here, however large it is
            return
        if not flow.live or not (is_to_us(flow) or is_to_anthropic(flow)):
            return
        flow.request.stream = False
        HELD_BACK[flow.id] = take_credentials(flow.request.headers)
        if is_to_us(flow) or call_of(flow.request.method, flow.request.path) is not Call.OTHER:
            flow.request.path = without_credentials(flow.request.path)
        if not is_to_us(flow) and forward.is_login(flow):
            flow.request.stream = True

    @fail_closed
    def request(self, flow: http.HTTPFlow) -> None:
        if not flow.live or flow.response is not None:
            return
        if again.is_ours(flow):
            if not again.prepared(flow, self._current.settings):
                return
        elif not (is_to_us(flow) or is_to_official_api(flow)):
            return
        if will_be_stopped(flow) and not flow.request.stream:
            STOPPED.add(flow.id)  # the user is to see the client's request, and may change it
            return
        self._serving.handle(flow)
        if flow.id in PLANS and will_be_stopped(flow):  # for what was decided: `~comment subagent`
            decided = flow.metadata[record.KEY]
            self._take_back(flow)
            flow.metadata[record.KEY] = decided
            STOPPED.add(flow.id)

    @fail_closed
    def ccr_route(self, flow: http.HTTPFlow) -> None:
        """A flow that was stopped at its request goes on: with what the user made of it."""
        plan = PLANS.get(flow.id)
        if isinstance(plan, Attempts):
            plan.resumed()
            return
        readdress(flow)
        if is_to_us(flow) or is_to_official_api(flow):
            if flow.metadata.pop(record.KEY, None):
                flow.comment = ""  # it was of the request before it was edited
            HELD_BACK[flow.id] = {**HELD_BACK.get(flow.id, {}), **take_credentials(flow.request.headers)}
            self._serving.handle(flow)
        elif not is_to_anthropic(flow):
            HELD_BACK.pop(flow.id, None)  # sent elsewhere by the user: the login is not

    def retranslate(self, flow: http.HTTPFlow) -> Attempts:
        """Route a flow that is stopped at its request now, for the user to see what would go out. Raises ValueError.

        One that was already is routed anew from the client's request, as the rules are now.
        """
        if flow.id not in STOPPED or not flow.intercepted:
            raise ValueError("this flow is not stopped at its request; hint: intercept it, as with `set intercept '~q'`")
        if flow.id in PLANS:
            self._take_back(flow)
        held = HELD_BACK.get(flow.id, {})
        self.ccr_route(flow)
        attempts = PLANS.get(flow.id)
        if isinstance(attempts, Attempts):
            return attempts
        HELD_BACK[flow.id] = held
        flow.metadata.pop(record.KEY, None)
        flow.comment = ""
        if flow.response is None:
            raise ValueError(
                "this flow is no Messages request, or is not addressed to the router: it would be passed on as it is"
            )
        told, flow.response = flow.response.get_text() or "", None
        raise ValueError(f"this request would be answered by the router itself: {told}")

    def _take_back(self, flow: http.HTTPFlow) -> None:
        """Make of a request that was routed, and not sent, the client's again."""
        plan = PLANS.pop(flow.id)
        assert isinstance(plan, Attempts)
        HELD_BACK[flow.id] = plan.client_credentials
        forward.restore(flow)
        flow.request.scheme, flow.request.host, flow.request.port = plan.origin

    @fail_closed
    async def ccr_next(self, flow: http.HTTPFlow) -> None:
        """An attempt failed before the client was told anything: prepare the next candidate, or settle what it is told."""
        attempts = PLANS[flow.id]
        assert isinstance(attempts, Attempts)
        failed, fault = attempts.target, attempts.failed()
        step = attempts.next_step()
        if fault.kind in ("credential", "billing"):
            log.error("ccr: %s", in_one_line(fault.message))
        if step is not None and step.wait and not await attempts.pause(step.wait):
            return
        following = step.choice if step else None
        while following is not None:
            log.warning("ccr: %s", in_one_line(f"{failed} failed, trying {following}: {fault.message}"))
            try:
                attempts.begin(flow, following)
            except BadRequest as error:
                log.warning("ccr: %s", in_one_line(f"{following} cannot be sent this request: {error}"))
                attempts.candidates.cannot_take(following)
                following = attempts.candidates.untried
            else:
                attempts.again = True
                kept = flow.metadata[record.KEY]
                record.tried(kept, attempts)
                show(flow, kept)
                return
        attempts.exhausted()

    @fail_closed
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Answers to routed requests come here only once they are ours."""
        if flow.live and flow.id in HELD_BACK and flow.id not in PLANS and flow.response and flow.response.raw_content is None:
            forward.keep_out(flow)

    @fail_closed
    def response(self, flow: http.HTTPFlow) -> None:
        if fault := BROKEN.get(flow.id):
            flow.response = error_response(fault, flow)
        elif flow.live and flow.id in HELD_BACK and forward.is_login(flow):
            forward.forget_bodies(flow)
        self._finish(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """The client left, or a flow was killed: there is nobody to answer."""
        self._finish(flow)
        forget(flow.id)

    def _finish(self, flow: http.HTTPFlow) -> None:
        again.ended(flow)
        attempts, kept = PLANS.get(flow.id), flow.metadata.get(record.KEY)
        if not flow.live or kept is None or not isinstance(attempts, Attempts):
            return
        attempts.ended(flow)
        record.finish(kept, attempts)
        self.offline.told(flow, kept)
        attempts.unblanked = record.clean(flow, attempts.secrets())
        outcome = attempts.answer.outcome
        if outcome.finished and not outcome.usage_estimated:
            self._estimates.learn(kept["session"], attempts.tokens, outcome.usage)
        label(flow, kept)
