"""The environment of a client: what makes it ask the router, without what would make it ask somebody else.

Measured with Claude Code 2.1.197: with a switch for a cloud (`CLAUDE_CODE_USE_…`) or `ANTHROPIC_UNIX_SOCKET` it does not ask
`ANTHROPIC_BASE_URL`; it sends `ANTHROPIC_API_KEY` beside `ANTHROPIC_AUTH_TOKEN`; a proxy is used for `http://127.0.0.1` too
unless `no_proxy`, or where that is not set `NO_PROXY`, says otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

UNUSED: Final = "unused"
"""The token for a router that asks for none: the client insists on having one."""

MAX_TIMEOUT_MS: Final = 2**31 - 1
"""The longest that a timer of the client can run, in milliseconds: what no limit becomes."""

ELSEWHERE: Final = (
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_VERTEX",
    "CLAUDE_CODE_USE_FOUNDRY",
    "CLAUDE_CODE_USE_ANTHROPIC_AWS",
    "CLAUDE_CODE_USE_MANTLE",
    "ANTHROPIC_UNIX_SOCKET",
)
"""With one of these the client does not ask `ANTHROPIC_BASE_URL`."""

API_KEY: Final = "ANTHROPIC_API_KEY"
"""The user's own key, which a router that does not pass it on has no business with. The client asks about it at its start."""

_NEVER_PROXIED: Final = ("127.0.0.1", "localhost", "::1")


def client_environment(
    url: str,
    key: str = "",
    base: Mapping[str, str] = os.environ,
    api_timeout_ms: int | None = None,
    *,
    own_login: bool = False,
) -> dict[str, str]:
    """`base`, changed so that a client asks the router at `url`.

    `key` is the client key the router asks for, "" if it asks for none. `own_login`: the router passes the client's own login
    on, so the user's credentials stay as they are and none is made up. `api_timeout_ms` is when the client gives a request
    up; None leaves that as it is.
    """
    left_out = taken_out(base, own_login=own_login)
    result = {name: value for name, value in base.items() if name not in left_out}
    result["ANTHROPIC_BASE_URL"] = url
    if not own_login:
        result["ANTHROPIC_AUTH_TOKEN"] = key or UNUSED
    for name, other in (("NO_PROXY", "no_proxy"), ("no_proxy", "NO_PROXY")):
        result[name] = _no_proxy(base.get(name) or base.get(other, ""), url)
    if api_timeout_ms is not None:
        result["API_TIMEOUT_MS"] = str(min(api_timeout_ms, MAX_TIMEOUT_MS))
    return result


def taken_out(base: Mapping[str, str], *, own_login: bool = False) -> tuple[str, ...]:
    """The variables of `base` that a client of the router must not see."""
    return tuple(_unwanted(base, own_login=own_login))


def _unwanted(base: Mapping[str, str], *, own_login: bool) -> Iterator[str]:
    yield from (name for name in ELSEWHERE if name in base)
    if not own_login and API_KEY in base:
        yield API_KEY
    if (
        own_login and base.get("ANTHROPIC_AUTH_TOKEN") == UNUSED
    ):  # made up for a router before this one; a provider would refuse it
        yield "ANTHROPIC_AUTH_TOKEN"


def _no_proxy(existing: str, url: str) -> str:
    """The hosts that are asked without a proxy: those there were, this machine, and the router's."""
    known = set(existing.replace(",", " ").split())
    wanted = dict.fromkeys((*_NEVER_PROXIED, urlsplit(url).hostname or ""))
    return ",".join(filter(None, (existing, *(host for host in wanted if host not in known))))
