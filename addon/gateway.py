"""The hooks, in wire order. Each is a few lines: what they do lives in the modules they call."""

from __future__ import annotations

import logging
from typing import Any

from mitmproxy import http
from mitmproxy.connection import Client

from addon import forward, local, record
from addon.admission import refusal
from addon.answers import error_response, value_response
from addon.attempts import Attempts
from addon.calls import Call, call_of, is_to_anthropic, is_to_official_api, is_to_us
from addon.current import Current
from addon.estimates import Estimates
from addon.failclosed import fail_closed
from addon.failover.fleet import Fleet
from addon.failover.plan import BROKEN, HELD_BACK, PLANS, STOPPED, forget
from addon.failover.sockets import attend
from addon.headers import take_credentials, without_credentials
from addon.inspect.line import level_of, line
from addon.intercept import will_be_stopped
from addon.marks import mark
from addon.overrides import passed_through
from addon.replay import again
from addon.replay.offline import Offline
from addon.routing.decide import Decision, NoRoute, UnknownModel, decide
from addon.settling import settle
from translators.anthropic.parse import MAX_BODY, parse
from translators.contract import Request
from translators.errors import BadRequest, Fault

log = logging.getLogger(__name__)


class Gateway:
    """Routes Messages calls, answers the calls that need no model, passes everything else."""

    def __init__(self, current: Current, fleet: Fleet) -> None:
        self._current = current
        self._estimates = Estimates()
        self._fleet = fleet
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
        if call_of(flow.request.method, flow.request.path) is not Call.OTHER:
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
        else:
            self._handle(flow)

    @fail_closed
    def ccr_route(self, flow: http.HTTPFlow) -> None:
        """A flow that was stopped at its request goes on: with what the user made of it."""
        plan = PLANS.get(flow.id)
        if isinstance(plan, Attempts):
            plan.resumed()
        elif is_to_us(flow) or is_to_official_api(flow):
            HELD_BACK[flow.id] = {**HELD_BACK.get(flow.id, {}), **take_credentials(flow.request.headers)}
            self._handle(flow)
        elif not is_to_anthropic(flow):
            HELD_BACK.pop(flow.id, None)  # sent elsewhere by the user: the login is not

    def retranslate(self, flow: http.HTTPFlow) -> Attempts:
        """Route a flow that is stopped at its request now, for the user to see what would go out. Raises ValueError.

        One that was already is routed anew from the client's request, as the rules are now.
        """
        if flow.id not in STOPPED or not flow.intercepted:
            raise ValueError("this flow is not stopped at its request; hint: intercept it, as with `set intercept '~q'`")
        plan = PLANS.pop(flow.id, None)
        if isinstance(plan, Attempts):
            HELD_BACK[flow.id] = plan.client_credentials
            forward.restore(flow)
            flow.request.scheme, flow.request.host, flow.request.port = plan.origin
        held = HELD_BACK.get(flow.id, {})
        self.ccr_route(flow)
        attempts = PLANS.get(flow.id)
        if isinstance(attempts, Attempts):
            return attempts
        HELD_BACK[flow.id] = held
        flow.metadata.pop(record.KEY, None)
        if flow.response is None:
            raise ValueError(
                "this flow is no Messages request, or is not addressed to the router: it would be passed on as it is"
            )
        told, flow.response = flow.response.get_text() or "", None
        raise ValueError(f"this request would be answered by the router itself: {told}")

    def _handle(self, flow: http.HTTPFlow) -> None:
        headers = {name.lower(): value for name, value in flow.request.headers.items()}
        if fault := self._refusal(flow, headers):
            flow.response = error_response(fault, flow)
            return
        call = call_of(flow.request.method, flow.request.path)
        if call in (Call.MESSAGES, Call.COUNT_TOKENS):
            self._model_call(flow, call, headers)
        else:
            self._other_call(flow, call)

    def _refusal(self, flow: http.HTTPFlow, headers: dict[str, str]) -> Fault | None:
        """Why this client is not served. Who sends recorded requests again sits at this machine and shows no key."""
        if not is_to_us(flow) or flow.is_replay == "request":
            return None
        return refusal(headers, HELD_BACK.get(flow.id, {}), local.accepted_keys(flow, self._current.settings))

    def _model_call(self, flow: http.HTTPFlow, call: Call, headers: dict[str, str]) -> None:
        path = flow.request.path
        try:
            raw = _body(flow)
            if len(raw) > MAX_BODY:
                message = f"the request body has {len(raw):,} bytes; at most {MAX_BODY:,} are accepted"
                self._refuse(flow, Fault("request", "request_too_large", 413, message))
                return
            request = parse(raw, headers)
            if call is Call.COUNT_TOKENS:
                self._count(flow, request)
            else:
                self._route(flow, request, path)
        except BadRequest as error:
            self._refuse(flow, Fault("request", "invalid_request_error", 400, str(error)))
        except NoRoute as error:
            self._refuse(flow, Fault("request", "invalid_request_error", 400, str(error)))
        except UnknownModel as error:
            self._refuse(flow, Fault("model", "not_found_error", 404, str(error)))

    def _count(self, flow: http.HTTPFlow, request: Request) -> None:
        """An estimate, unless the provider is the client's own. Never an error: the client would pay for a count elsewhere."""
        try:
            decision, tokens = self._decide(request, counting=True)
        except (NoRoute, UnknownModel):
            provider, tokens = None, self._tokens(request)
        else:
            named = decision.named_by_client  # in our words, which nobody else knows
            provider = None if named else self._current.settings.providers[decision.choice.provider]
        if provider is not None and provider.auth == "client":
            forward.untouched(flow, provider)
        else:
            flow.response = value_response(flow, {"input_tokens": max(1, tokens)})

    def _tokens(self, request: Request) -> int:
        return self._estimates.tokens(request.body, request.headers.get("x-claude-code-session-id", ""))

    def _decide(self, request: Request, *, counting: bool = False) -> tuple[Decision, int]:
        tokens = self._tokens(request)
        overrides, router = self._current.overrides, self._current.settings.router
        if overrides.passthrough:
            return passed_through(request, tokens, router, counting=counting), tokens
        return overrides.explain(decide(request, tokens, router, counting=counting)), tokens

    def _route(self, flow: http.HTTPFlow, request: Request, path: str) -> None:
        kept = record.begin(flow, request, path)
        decision, tokens = again.decided(flow, request, self._tokens(request), self._current) or self._decide(request)
        attempts = Attempts(decision, self._current.settings, self._fleet, flow, tokens)
        attempts.hold(HELD_BACK.pop(flow.id, {}))
        record.decided(kept, attempts)
        attempts.begin(flow)
        record.addressed(kept, attempts)
        PLANS[flow.id] = attempts

    def _refuse(self, flow: http.HTTPFlow, fault: Fault) -> None:
        flow.response = error_response(fault, flow)
        if kept := flow.metadata.get(record.KEY):
            record.refused(kept, fault.type, fault.status, fault.message)
            _label(flow, kept)

    def _other_call(self, flow: http.HTTPFlow, call: Call) -> None:
        settings = self._current.settings
        if not is_to_us(flow):
            return
        official = forward.official_provider(settings)
        if call is Call.HEALTH:
            flow.response = local.health(flow, settings, self._current.loaded_at)
        elif call is Call.ROOT:
            flow.response = local.root(flow, settings)
        elif official is not None:
            forward.untouched(flow, official)
        elif call is Call.MODELS:
            flow.response = local.models(flow, settings)
        elif call is Call.MODEL:
            flow.response = local.model(flow, settings)
        else:
            flow.response = error_response(local.unknown_path(flow), flow)

    @fail_closed
    async def ccr_next(self, flow: http.HTTPFlow) -> None:
        """An attempt failed before the client was told anything: prepare the next candidate, or settle what it is told."""
        attempts = PLANS[flow.id]
        assert isinstance(attempts, Attempts)
        failed, fault = attempts.target, attempts.failed()
        step = attempts.next_step()
        if fault.kind in ("credential", "billing"):
            log.error("ccr: %s", fault.message)
        if step is not None and step.wait and not await attempts.pause(step.wait):
            return
        following = step.choice if step else None
        while following is not None:
            log.warning("ccr: %s failed, trying %s: %s", failed, following, fault.message)
            try:
                attempts.begin(flow, following)
            except BadRequest as error:
                log.warning("ccr: %s cannot be sent this request: %s", following, error)
                attempts.candidates.cannot_take(following)
                following = attempts.candidates.untried
            else:
                attempts.again = True
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
        _label(flow, kept)


def _body(flow: http.HTTPFlow) -> bytes:
    """The request's body without its compression. Raises `BadRequest` where that is broken or not known."""
    try:
        return flow.request.get_content() or b""
    except ValueError:
        encoding = flow.request.headers.get("content-encoding", "")
        raise BadRequest(f"the request body is not what its content-encoding `{encoding}` says, or that is not known") from None


def _label(flow: http.HTTPFlow, kept: dict[str, Any]) -> None:
    flow.comment = line(kept)
    mark(flow, kept)
    log.log(logging.WARNING if kept.get("error") else logging.INFO, "ccr: %s", flow.comment)
    for note in kept.get("notes") or ():
        log.log(level_of(note["rule"]), "ccr: %s: %s", note["rule"], note["text"])
