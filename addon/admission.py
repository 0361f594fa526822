"""Who may use the router: it spends the user's keys."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from translators.errors import Fault

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def refusal(headers: Mapping[str, str], credentials: Mapping[str, str], client_keys: Iterable[str]) -> Fault | None:
    """Why this client is not served, None if it is. Both mappings have lower-case names.

    A web page in the user's browser can reach a port of this machine, and would be let in without a key: a request that names
    a foreign origin is refused, and one that names `null`, which is what any page's sandboxed frame says.
    """
    origin = headers.get("origin", "")
    if origin == "null" or (origin.startswith(("http://", "https://")) and urlsplit(origin).hostname not in _LOCAL_HOSTS):
        return Fault("credential", "permission_error", 403, f"requests from web pages are not served (origin `{origin}`)")
    keys = list(client_keys)
    if not keys:
        return None
    shown = (credentials.get("x-api-key", ""), credentials.get("authorization", "").removeprefix("Bearer "))
    if any(hmac.compare_digest(key.encode(), given.encode()) for key in keys for given in shown if given):
        return None
    hint = "hint: set ANTHROPIC_AUTH_TOKEN to one of the config's APIKEY values"
    return Fault("credential", "authentication_error", 401, f"this router asks for a client key; {hint}")
