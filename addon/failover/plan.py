"""What a stream must know about one routed flow, and the registry of live ones.

The registry lives here, not in a script: mitmproxy reloads the script it was given, but not what that imports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mitmproxy import http

from translators.errors import Fault
from translators.outcome import Outcome

type Cause = Literal["connect", "timeout", "status", "cut", "answer", "empty", "stopped"]


class Limits(Protocol):
    """Seconds."""

    @property
    def connect(self) -> float: ...
    @property
    def first_byte(self) -> float: ...
    @property
    def idle(self) -> float: ...
    @property
    def total(self) -> float: ...


class Answer(Protocol):
    """One provider answer on its way to the client: `translators.exchange.Exchange` or its passthrough twin."""

    outcome: Outcome

    def feed(self, data: bytes) -> list[bytes]: ...
    def close(self, cut: str = "") -> list[bytes]: ...
    def whole(self, body: bytes) -> bytes: ...
    def finish_empty(self) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an upstream attempt failed, as seen on the wire. `status`, `headers` and `body` are the provider's error answer.

    `final`: the client has waited as long as it may, or the router is ending, so no other attempt is to follow.
    """

    cause: Cause
    why: str
    final: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Plan(Protocol):
    """One routed flow. The stream reads it and tells it what happens; `ccr_next` decides what follows a failure.

    `again` is set by the `ccr_next` hook when `flow.request` is ready for another attempt. `credentials` are header
    fields put on at send time only, so that no flow ever holds them. `unblanked` is the body of a whole answer of whose kept copy
    a secret was taken out, None where there was none. `withheld`: the user may stop the answer before the client is given it,
    so that it is given whole or not at all.
    """

    streams: bool
    withheld: bool
    ping_seconds: float
    again: bool
    failure: Failure | None
    credentials: Mapping[str, str]
    unblanked: bytes | None

    @property
    def limits(self) -> Limits: ...
    @property
    def answer(self) -> Answer: ...
    def opened(self, response: http.Response) -> None:
        """The provider answers with a success, whose head this is."""
        ...

    def arrived(self, data: bytes) -> None:
        """Part of the provider's answer, decoded from its content encoding."""
        ...

    def decode(self, data: bytes) -> bytes:
        """Undo the answer's content encoding, piece by piece."""
        ...

    def head(self, flow: http.HTTPFlow) -> http.Response:
        """The head of a streamed answer to the client."""
        ...

    def complete(self, flow: http.HTTPFlow, body: bytes) -> http.Response:
        """A whole answer to the client."""
        ...

    def refusal(self, flow: http.HTTPFlow) -> http.Response:
        """The error that ends a flow whose last attempt failed before the client was told anything."""
        ...

    def left(self) -> None:
        """The client is gone, or the router is ending, while `ccr_next` is at work: no other attempt is to follow."""
        ...

    def broken(self, fault: Fault) -> None:
        """A hook of ours failed: the flow ends with this fault and nothing more goes upstream."""
        ...

    def last_words(self) -> list[bytes]:
        """The same as an event for a client that was already sent the head of a stream."""
        ...


PLANS: dict[str, Plan] = {}
"""Live routed flows by flow id."""

HELD_BACK: dict[str, Mapping[str, str]] = {}
"""Credentials of flows that pass untouched, by flow id: put on at send time, so that saved flows do not hold them."""

COOKIES: dict[str, tuple[tuple[bytes, bytes], ...]] = {}
"""The same for what an answer sets: header fields put on as it is sent to the client."""

BROKEN: dict[str, Fault] = {}
"""What the client is to be told instead of an answer that is just coming in, since a hook of ours failed on it."""

STOPPED: set[str] = set()
"""Ids of flows whose request the user stopped: they are routed when they go on (`ccr_route`)."""


def forget(flow_id: str) -> None:
    for registry in (PLANS, HELD_BACK, COOKIES, BROKEN):
        registry.pop(flow_id, None)
    STOPPED.discard(flow_id)
