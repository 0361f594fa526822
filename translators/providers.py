"""Who the known providers are: where they live, what they speak, how they want their key.

Facts about how they differ on the wire are in `quirks`. The table (`provider_table`) is read by host, by name, and for local
servers by port.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from translators.provider_table import KNOWN, AuthStyle, DialectName, Known

__all__ = ["KNOWN", "AuthStyle", "DialectName", "Known", "dialect_for", "known_for", "known_named"]

_BY_NAME = {name: known for known in KNOWN for name in (known.name, *known.aliases)}
_BY_PORT = {known.port: known for known in KNOWN if known.port}
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal"})  # noqa: S104 -- compared, not bound
_ANTHROPIC_PATHS = ("/anthropic", "/messages")


def known_for(base_url: str) -> Known | None:
    """The provider at a URL, by its host, or by the port of a local server."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if host in _LOCAL_HOSTS:
        return _BY_PORT.get(port or 0)
    return next((known for known in KNOWN if any(_within(host, suffix) for suffix in known.hosts)), None)


def known_named(name: str) -> Known | None:
    """The provider of a name or alias, whatever its case."""
    return _BY_NAME.get(name.lower())


def dialect_for(base_url: str) -> DialectName:
    """What is spoken at a URL: many providers serve other dialects beside their own, told apart by path."""
    path = urlsplit(base_url).path.rstrip("/").lower()
    if path.endswith("/chat/completions"):
        return "openai-chat"
    if path.endswith("/responses"):
        return "openai-responses"
    if any(path.endswith(end) or f"{end}/" in path for end in _ANTHROPIC_PATHS):
        return "anthropic"
    known = known_for(base_url)
    if known is None or (known.dialect == "gemini" and "/openai" in path):
        return "openai-chat"
    return known.dialect


def _within(host: str, suffix: str) -> bool:
    return host == suffix or host.endswith("." + suffix)
