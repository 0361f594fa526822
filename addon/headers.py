"""Header fields that may cross the router."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mitmproxy import http

CREDENTIALS = ("authorization", "x-api-key", "cookie", "proxy-authorization")
"""Fields of a client that hold a credential. No flow keeps them."""

_RETRY = ("retry-after-ms", "x-should-retry")

# Of one connection (RFC 9110, 7.6.1), recomputed, or the provider's own business with its client.
_NOT_PASSED_ON = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "content-encoding",
        "content-type",
        "set-cookie",
        "alt-svc",
        "strict-transport-security",
    }
)


def take_credentials(headers: http.Headers) -> dict[str, str]:
    """Remove the credentials and return them by lower-case name."""
    return {name: headers.pop(name) for name in CREDENTIALS if name in headers}


def passed_on(headers: Mapping[str, str], *, everything: bool = False) -> dict[str, str]:
    """What of a provider's answer headers the client is sent: what a client's retry obeys, or all but hop-by-hop fields."""
    return dict(_wanted(headers, everything=everything))


def _wanted(headers: Mapping[str, str], *, everything: bool) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        lower = name.lower()
        if lower in _RETRY or (everything and lower not in _NOT_PASSED_ON):
            yield lower, value
