"""Header fields that may cross the router."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote

from mitmproxy import http

_SOUNDS_SECRET = re.compile(r"(?!sec-).*(?:auth|api-?key|token|secret|cookie|password)")

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
    taken = {name: headers.get_all(name) for name in {name.lower() for name in headers} if sounds_secret(name)}
    for name in taken:
        del headers[name]
    # HTTP/2 sends cookies one by one; elsewhere they are one field (RFC 9113, 8.2.3).
    return {name: ("; " if name == "cookie" else ", ").join(values) for name, values in taken.items()}


def without_credentials(path: str) -> str:
    """The path without what of its query may be a credential. No provider of ours reads one there."""
    place, mark, query = path.partition("?")
    kept = [part for part in query.split("&") if not _names_a_secret(unquote(part.partition("=")[0]))]
    return place + mark * bool(kept) + "&".join(kept)


def _names_a_secret(parameter: str) -> bool:
    return parameter.lower() == "key" or sounds_secret(parameter.replace("_", "-"))


@lru_cache(maxsize=1024)
def sounds_secret(name: str) -> bool:
    """Whether a header field of this name may hold a credential. No flow keeps one."""
    return _SOUNDS_SECRET.match(name.lower()) is not None


def secrets_in(credentials: Mapping[str, str]) -> Iterator[str]:
    """What of these header fields must not be seen: keys and tokens without the word before them, cookies' values."""
    for name, value in credentials.items():
        if name == "cookie":
            yield from (crumb.partition("=")[2] for crumb in value.split("; "))
        else:
            yield value.rpartition(" ")[2]


def passed_on(headers: Mapping[str, str], *, everything: bool = False) -> dict[str, str]:
    """What of a provider's answer headers the client is sent: what a client's retry obeys, or all but hop-by-hop fields."""
    return dict(_wanted(headers, everything=everything))


def _wanted(headers: Mapping[str, str], *, everything: bool) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        lower = name.lower()
        if lower in _RETRY or (everything and lower not in _NOT_PASSED_ON):
            yield lower, value
