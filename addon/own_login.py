"""Providers that are shown the client's own login: their request, their errors and what to do about them are the client's.

Only the client can renew its login upon a 401, and it reads its limits from the headers of a 429.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from mitmproxy import http

from addon.config.settings import Provider
from addon.failover.plan import Failure
from addon.headers import sounds_secret
from translators.contract import Target, WireRequest
from translators.errors import ErrorType, Fault

# https://docs.anthropic.com/en/api/errors
_TYPES: Mapping[int, ErrorType] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_HEADERS_LEFT_OUT = "headers.betas"
_OF_OUR_CONNECTION = frozenset(
    {
        "accept-encoding",
        "host",
        "content-length",
        "connection",
        "proxy-connection",
        "keep-alive",
        "te",
        "transfer-encoding",
        "upgrade",
    }
)


def is_shown(provider: Provider) -> bool:
    return provider.auth == "client"


def as_sent(request: http.Request, path: str, headers: Mapping[str, str], target: Target) -> None:
    """Give the provider's request the query of the client's `path`, the client's `headers`, and those of the config."""
    queries = (urlsplit(target.base_url).query, path.partition("?")[2])
    query = "&".join(filter(None, queries))
    request.path = request.path.partition("?")[0] + (f"?{query}" if query else "")
    for name, value in {**headers, **target.headers}.items():
        if name.lower() not in _OF_OUR_CONNECTION and not sounds_secret(name):
            request.headers[name] = value


def all_told(wire: WireRequest) -> WireRequest:
    """Without the note that headers were left out, which `as_sent` brings back."""
    return replace(wire, notes=tuple(note for note in wire.notes if note.rule != _HEADERS_LEFT_OUT))


def as_told(failure: Failure, headers: Mapping[str, str]) -> http.Response:
    """The provider's error answer as it came, but for its compression; `headers` are those to pass on."""
    content_type = failure.headers.get("content-type", "application/json")
    return http.Response.make(failure.status or 502, failure.body, {**headers, "content-type": content_type})


def with_status(fault: Fault, status: int) -> Fault:
    """The fault with the provider's own status, and the type that goes with it."""
    return replace(fault, status=status, type=_TYPES.get(status, "api_error"))


def is_for_the_client(provider: Provider, fault: Fault | None) -> bool:
    """Whether the login itself was refused: nobody else is to be asked in the place of whoever renews it."""
    return is_shown(provider) and fault is not None and fault.kind == "credential"
