"""What can go wrong, named by whose fault it is.

    Fault                what the client is told (plain data, not an exception)
    TranslationError
    ├── BadRequest       the client's request cannot be carried: 400 before anything is sent
    └── BadAnswer        the provider's bytes cannot be read: too long an event, broken compression

`STATUS_BY_TYPE` is Anthropic's list of error types with the one status each is sent with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type ErrorType = Literal[
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "overloaded_error",
]

# What kind of failure it is, for the host to decide about another candidate.
type FaultKind = Literal[
    "request",  # the request itself is refused: another candidate would refuse it too
    "context",  # too long for this model's window
    "model",  # the provider does not know the model
    "credential",  # the provider refuses our key (401, 403)
    "billing",  # the provider wants money (402)
    "rate",  # too many requests
    "overloaded",
    "server",  # the provider broke: 5xx, a cut, nonsense
    "network",  # never reached: refused, DNS, TLS
    "timeout",
    "empty",  # an answer with nothing in it
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure in the client's terms.

    `status` is what the client is answered with when nothing was sent yet; `retry_after` is in seconds.
    `upstream_status` is the provider's own status, None where it never answered with one.
    """

    kind: FaultKind
    type: ErrorType
    status: int
    message: str
    retry_after: float | None = None
    upstream_status: int | None = None


class TranslationError(Exception):
    """Base of what this package raises."""


class BadRequest(TranslationError):
    """The client's request cannot be carried. The message is for the client and names what is wrong, and where."""


class BadAnswer(TranslationError):
    """The provider's bytes cannot be read. The message says what is wrong with them."""
