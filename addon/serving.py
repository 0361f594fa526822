"""What is done with a client's call: refused, answered here, passed on untouched, or routed to a model."""

from __future__ import annotations

from mitmproxy import http

from addon import forward, local, record
from addon.admission import refusal
from addon.answers import error_response, value_response
from addon.attempts import Attempts
from addon.calls import Call, call_of, is_to_us
from addon.current import Current
from addon.estimates import Estimates
from addon.failover.fleet import Fleet
from addon.failover.plan import HELD_BACK, PLANS
from addon.label import label, show
from addon.overrides import passed_through
from addon.replay.forced import decision_for
from addon.routing.decide import Decision, NoRoute, UnknownModel, decide
from translators.anthropic.parse import MAX_BODY, parse
from translators.contract import Request
from translators.errors import BadRequest, Fault

ANSWERED_HERE, PASSED_ON = "answered here", "passed on as it came"
"""The lines of calls that no model is asked for."""


class Serving:
    """Leaves a call with an answer, or with the request that goes out and, if it was routed, with its `Attempts` in `PLANS`."""

    def __init__(self, current: Current, fleet: Fleet, estimates: Estimates) -> None:
        self._current = current
        self._fleet = fleet
        self._estimates = estimates

    def handle(self, flow: http.HTTPFlow) -> None:
        headers = {name.lower(): value for name, value in flow.request.headers.items()}
        if fault := self._refusal(flow, headers):
            self._refuse(flow, fault)
            return
        call = call_of(flow.request.method, flow.request.path)
        if call in (Call.MESSAGES, Call.COUNT_TOKENS):
            self._model_call(flow, call, headers)
        else:
            self._other_call(flow, call)
        flow.comment = flow.comment or (ANSWERED_HERE if flow.response else PASSED_ON)

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
        tokens = self._tokens(request)
        try:
            decision = self._decide(request, tokens, counting=True)
        except (NoRoute, UnknownModel):
            provider = None
        else:
            named = decision.named_by_client  # in our words, which nobody else knows
            provider = None if named else self._current.settings.providers[decision.choice.provider]
        if provider is not None and provider.auth == "client":
            forward.untouched(flow, provider)
        else:
            flow.response = value_response(flow, {"input_tokens": max(1, tokens)})

    def _tokens(self, request: Request) -> int:
        return self._estimates.tokens(request.body, request.headers.get("x-claude-code-session-id", ""))

    def _decide(self, request: Request, tokens: int, *, counting: bool = False) -> Decision:
        overrides, router = self._current.overrides, self._current.settings.router
        if overrides.passthrough:
            return passed_through(request, tokens, router, counting=counting)
        return overrides.explain(decide(request, tokens, router, counting=counting))

    def _route(self, flow: http.HTTPFlow, request: Request, path: str) -> None:
        kept = record.begin(flow, request, path)
        tokens = self._tokens(request)
        decision = decision_for(flow, request, tokens, self._current.configured) or self._decide(request, tokens)
        attempts = Attempts(decision, self._current.settings, self._fleet, flow, tokens)
        attempts.hold(HELD_BACK.pop(flow.id, {}))
        record.decided(kept, attempts)
        attempts.begin(flow)
        record.addressed(kept, attempts)
        show(flow, kept)
        PLANS[flow.id] = attempts

    def _refuse(self, flow: http.HTTPFlow, fault: Fault) -> None:
        flow.response = error_response(fault, flow)
        if kept := flow.metadata.get(record.KEY):
            record.refused(kept, fault.type, fault.status, fault.message)
            label(flow, kept)
        else:
            show(flow, {"error": {"type": fault.type, "status": fault.status, "message": fault.message}})

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
            self._refuse(flow, local.unknown_path(flow))


def _body(flow: http.HTTPFlow) -> bytes:
    """The request's body without its compression. Raises `BadRequest` where that is broken or not known."""
    try:
        return flow.request.get_content() or b""
    except ValueError:
        encoding = flow.request.headers.get("content-encoding", "")
        raise BadRequest(f"the request body is not what its content-encoding `{encoding}` says, or that is not known") from None
