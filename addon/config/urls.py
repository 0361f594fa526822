"""Provider and proxy URLs: checked, and brought to the one form that the dialects build on."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from translators.provider_table import DialectName
from translators.providers import dialect_for, known_for

ANTHROPIC_HOST = "api.anthropic.com"

# Claude Code Router's base URLs are whole endpoints; what the dialect appends itself is taken off.
_ENDPOINTS: dict[DialectName, re.Pattern[str]] = {
    "openai-chat": re.compile(r"/chat/completions$"),
    "openai-responses": re.compile(r"/(responses|chat/completions)$"),
    "anthropic": re.compile(r"(/v1)?/messages$|/v1$"),
    "gemini": re.compile(r"/models(/[^/]*)?$"),
}
_KEY_NAMES = re.compile(r"(?i)^key$|auth|api[-_]?key|token|secret|password")
_HOST_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_LOCAL_SUFFIXES = (".local", ".localhost", ".internal", ".lan")


class BadUrl(ValueError):
    """`hint` says how to write it."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def split(url: str) -> SplitResult:
    """Raises BadUrl unless it is an http or https URL with a host and no user name."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port != 0
    except ValueError:
        parts, port_is_good = urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_good or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise BadUrl("is not an http or https URL", "write it as `https://host/path`, with a port from 1 to 65535 if any")
    if parts.username is not None or parts.password is not None:
        raise BadUrl("holds a user name or password", "keep credentials out of URLs; keys go into `api_key` or `headers`")
    return parts


def base_url(url: str, dialect: DialectName) -> str:
    """Without trailing slash, fragment and the dialect's own endpoint, but with the query; raises BadUrl.

    A known provider's URL without any path gets the path its API lives under. A chat endpoint right under the host stays
    whole, for a bare host would be taken for one with `/v1`.
    """
    parts = split(url)
    if name := next((name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _KEY_NAMES.search(name)), ""):
        raise BadUrl(f"holds a key, as `{name}=`", "keep credentials out of URLs; keys go into `api_key` or `headers`")
    given = parts.path.rstrip("/")
    path = _ENDPOINTS[dialect].sub("", given).rstrip("/") or (given if dialect == "openai-chat" else "")
    known = known_for(url)
    if not parts.path.strip("/") and known is not None and known.dialect == dialect:
        path = urlsplit(known.base_url).path
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def dialect_at(url: str) -> DialectName:
    """What is spoken at a URL that `split` accepts."""
    return "anthropic" if split(url).hostname == ANTHROPIC_HOST else dialect_for(url)


def is_host(text: str) -> bool:
    """Whether it is a host's name or address, `*` for all addresses, and not a URL or one with a port."""
    if text == "*":
        return True
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return _HOST_NAME.fullmatch(text) is not None
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine can be reached, or listen, under that name."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_local(host: str) -> bool:
    """Whether the host is this machine or one of its own network, where model servers ask for no key."""
    name = host.strip("[]").lower()
    if is_loopback(name) or name.endswith(_LOCAL_SUFFIXES):
        return True
    try:
        return ipaddress.ip_address(name).is_private
    except ValueError:
        return "." not in name
