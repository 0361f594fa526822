"""One routed request: its candidates, the attempt that is running, and what the client is told in the end.

This is the `Plan` that `failover.stream` drives. It lives from the `request` hook to the end of the flow and holds what a flow
must not: credentials, readers, half-read answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from mitmproxy import http

from addon import own_login
from addon.address import address
from addon.answers import error_response, json_response, request_id
from addon.config.settings import ANY, Provider, Settings
from addon.failover.candidates import Candidates
from addon.failover.fleet import Fleet
from addon.failover.plan import Answer, Failure, Limits
from addon.failover.policy import Step
from addon.faults import exhausted, fault_of
from addon.headers import passed_on, secrets_in, sounds_secret
from addon.held import gathered
from addon.routing.choice import Choice
from addon.routing.decide import Decision
from addon.way_out import proxy_of
from translators.anthropic.errors import error_event
from translators.contract import Reply, Request, Target, WireRequest
from translators.encoding import Decoder, decoder
from translators.errors import Fault
from translators.redact import SHORTEST_SECRET, hide
from translators.registry import dialect_of, open_answer


@dataclass(slots=True)
class Attempt:
    """One try at one candidate, as it is recorded. `ms` is None while it runs; `error` is "" for one that succeeded."""

    provider: str
    model: str
    status: int | None = None
    error: str = ""
    ms: int | None = None
    began: float = 0.0

    def end(self, *, status: int | None, error: str = "") -> None:
        self.status, self.error, self.ms = status, error, round((time.monotonic() - self.began) * 1000)

    def shown(self) -> dict[str, str | int | None]:
        return {"provider": self.provider, "model": self.model, "status": self.status, "error": self.error, "ms": self.ms}


class Attempts:
    """A routed request on its way. `tokens` is the estimate of its input."""

    ping_seconds = 15.0

    def __init__(self, decision: Decision, settings: Settings, fleet: Fleet, flow: http.HTTPFlow, tokens: int) -> None:
        self.decision = decision
        self.request: Request = decision.request
        self.path = flow.request.path
        self.origin = (flow.request.scheme, flow.request.host, flow.request.port)  # where the client addressed it to
        self.settings = settings
        self.tokens = tokens
        self.streams = self.request.streams
        self.withheld = False
        self.again = False
        self.failure: Failure | None = None
        self.fault: Fault | None = None
        self.overflow: Fault | None = None
        self.attempts: list[Attempt] = []
        self.unblanked: bytes | None = None
        self.credentials: Mapping[str, str] = {}
        self.received = bytearray()
        self.provider_head: http.Response | None = None
        self.first_byte: float | None = None
        self.began = time.monotonic()
        message_id = "msg_" + flow.id.replace("-", "")
        repeats = decision.facts.claude_code
        self._reply = Reply(message_id, self.request.model, self.streams, max(1, tokens), repeats=repeats)
        choices = dict.fromkeys(self._meant(choice) for choice in (decision.choice, *decision.fallbacks))
        self.candidates = Candidates(list(choices), settings, fleet)
        self._client_credentials: Mapping[str, str] = {}
        self._client_left = asyncio.Event()
        self._untouched: Failure | None = None  # an error answer that the client is given as it came
        self._answer: Answer
        self._decoder: Decoder | None = None
        self._encoding = ""

    # -- what the stream asks -----------------------------------------------------------------------------------------

    @property
    def limits(self) -> Limits:
        return self.provider.limits(streams=self.streams)

    @property
    def answer(self) -> Answer:
        return self._answer

    def opened(self, response: http.Response) -> None:
        """The provider's success is beginning: `response` is its head."""
        self.provider_head = response
        self._encoding = response.headers.get("content-encoding", "")

    def arrived(self, data: bytes) -> None:
        self.received += data

    def decode(self, data: bytes) -> bytes:
        if self._encoding:
            self._decoder, self._encoding = decoder(self._encoding), ""
        return data if self._decoder is None else self._decoder.decode(data)

    def head(self, flow: http.HTTPFlow) -> http.Response:
        self.first_byte = time.monotonic()
        headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", **self._answer_headers(flow)}
        if flow.request.http_version == "HTTP/1.1":
            headers["transfer-encoding"] = "chunked"
        response = http.Response.make(200, b"", headers)
        response.headers.pop("content-length", None)
        response.stream = True
        return response

    def complete(self, flow: http.HTTPFlow, body: bytes) -> http.Response:
        self.first_byte = self.first_byte or time.monotonic()
        headers = self._answer_headers(flow)
        if self.streams:
            headers["content-type"] = "text/event-stream; charset=utf-8"
        return json_response(flow, 200, gathered(body) if self.withheld and self.streams else body, headers)

    def refusal(self, flow: http.HTTPFlow) -> http.Response:
        if self._gives_empty():
            return self.complete(flow, b"".join(self._answer.finish_empty()))
        assert self.fault is not None
        if self._untouched is not None:
            headers = passed_on(self._untouched.headers, everything=True)
            return own_login.as_told(self._untouched, self._without_secrets(headers))
        return error_response(self.fault, flow, passed_on(self.failure.headers if self.failure else {}))

    def last_words(self) -> list[bytes]:
        if self._gives_empty():
            return self._answer.finish_empty()
        assert self.fault is not None
        return [error_event(self.fault.type, self.fault.message)]

    def left(self) -> None:
        self._client_left.set()

    def broken(self, fault: Fault) -> None:
        self.fault, self.again, self._untouched = fault, False, None

    # -- what the gateway does ----------------------------------------------------------------------------------------

    def hold(self, credentials: Mapping[str, str]) -> None:
        """The client's own credentials: passed on only to a provider whose `auth` says so."""
        self._client_credentials = credentials

    @property
    def client_credentials(self) -> Mapping[str, str]:
        return self._client_credentials

    def resumed(self) -> None:
        """The user looked at the request before it was sent: that time does not count."""
        self.began = self.attempts[-1].began = time.monotonic()

    def begin(self, flow: http.HTTPFlow, choice: Choice | None = None) -> None:
        """Make `flow.request` the named candidate's, else the first one's. Raises `BadRequest` for what it cannot be sent."""
        now = time.monotonic()
        choice = choice or self.candidates.first(now)
        provider = self.settings.providers[choice.provider]
        target = provider.target(choice.model)
        self.wire: WireRequest = dialect_of(provider.dialect).encode(self.request, target)
        self.choice: Choice = choice
        self.provider: Provider = provider
        self.target: Target = target
        if self.attempts and not self.withheld:
            self._reply = replace(self._reply, blocks_given=self._reply.blocks_given + self._answer.outcome.blocks)
        self._answer = open_answer(self.provider.dialect, self.target, self.wire, self._reply)
        self._decoder, self._encoding = None, ""
        self.fault = self._untouched = None
        self.received.clear()
        self.provider_head = None
        self.credentials = self._credentials(self.candidates.begin(choice, now))
        address(flow, self.wire, self.target, proxy_of(provider).url)
        if own_login.is_shown(provider):
            own_login.as_sent(flow.request, self.path, self.request.headers, target)
            self.wire = own_login.all_told(self.wire)
        self.attempts.append(Attempt(choice.provider, choice.model, began=now))

    def failed(self) -> Fault:
        """Take note of why the current attempt failed."""
        assert self.failure is not None
        self.fault = fault_of(self.failure, self)
        if own_login.is_shown(self.provider) and self.failure.status is not None:
            self.fault, self._untouched = own_login.with_status(self.fault, self.failure.status), self.failure
        self.attempts[-1].end(status=self.failure.status, error=self.fault.message)
        if not own_login.is_for_the_client(self.provider, self.fault):
            self.candidates.failed(self.choice, self.fault, time.monotonic())
        if self.fault.kind == "context":
            self.overflow = self.fault
        return self.fault

    def next_step(self) -> Step | None:
        """What follows the current failure; None if nothing does, or if the client would have waited too long for it."""
        assert self.failure is not None
        assert self.fault is not None
        if self.failure.final or own_login.is_for_the_client(self.provider, self.fault):
            return None
        now = time.monotonic()
        step = self.candidates.next_step(self.choice, self.fault, now, random.random())  # noqa: S311 - spreads load
        if step is not None and now + step.wait - self.began > self.limits.total:
            return None
        return step

    async def pause(self, seconds: float) -> bool:
        """Wait before another attempt. False if the client left meanwhile, and nothing is to follow."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._client_left.wait()
        return not self._client_left.is_set()

    def exhausted(self) -> None:
        """No candidate is left: what the client is told, when there was more than one attempt.

        A request that did not fit is told as that, whatever failed at the larger ones: its client can make it shorter.
        """
        stopped = self.failure is not None and self.failure.cause == "stopped"
        if len(self.attempts) == 1 or stopped or own_login.is_for_the_client(self.provider, self.fault):
            return
        self._untouched = None
        if self.overflow is not None:
            self.fault = self.overflow
        else:
            self.fault = exhausted(self.attempts, self.fault, self.candidates.soonest(time.monotonic()))

    def ended(self, flow: http.HTTPFlow) -> None:
        """The flow is over. An attempt that still runs succeeded, failed after it had begun, or was left by the client."""
        attempt, outcome = self.attempts[-1], self._answer.outcome
        if attempt.ms is not None:
            return
        status = self.provider_head.status_code if self.provider_head else None
        if outcome.fault is not None:
            attempt.end(status=status, error=outcome.fault.message)
            self.candidates.failed(self.choice, outcome.fault, time.monotonic())
        elif outcome.finished:
            attempt.end(status=status)
            self.candidates.succeeded(self.choice)
        else:
            attempt.end(status=status, error=flow.error.msg if flow.error else "not finished")

    def secrets(self) -> list[str]:
        """Whatever must never be seen in a record, a log or an answer: the client's credentials and all keys of the config."""
        keys = (key for provider in self.settings.providers.values() for key in provider.keys)
        shown = (secrets_in(self._client_credentials), secrets_in(self.credentials), keys, self.settings.client_keys)
        secrets = dict.fromkeys(chain.from_iterable(shown))
        return [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]

    def _meant(self, choice: Choice) -> Choice:
        """The model `*` is the one the client asked for; of a `provider,model` it named, the model."""
        if choice.model != ANY:
            return choice
        asked = self.decision.choice.model if self.decision.named_by_client else self.request.model
        return Choice(choice.provider, asked)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _gives_empty(self) -> bool:
        return self.failure is not None and self.failure.cause == "empty" and self._answer.outcome.fault is None

    def _credentials(self, key: str) -> Mapping[str, str]:
        added = {name: value for name, value in self.target.headers.items() if sounds_secret(name)}
        if own_login.is_shown(self.provider):
            return {**self._client_credentials, **added}
        return {**self.provider.credential_header(key), **added}

    def _answer_headers(self, flow: http.HTTPFlow) -> dict[str, str]:
        headers = {"request-id": request_id(flow), "x-ccr-model": str(self.target), "x-ccr-route": self.decision.route}
        if self.provider.dialect == "anthropic" and self.provider_head is not None:
            headers |= passed_on(self.provider_head.headers, everything=True)
        return self._without_secrets(headers)

    def _without_secrets(self, headers: Mapping[str, str]) -> dict[str, str]:
        secrets = self.secrets()
        return {name: hide(value, secrets) for name, value in headers.items()}
