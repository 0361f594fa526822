"""Which call of Anthropic's API a flow is, and whether it is ours to answer."""

from __future__ import annotations

from enum import StrEnum

from mitmproxy import http

BLACK_HOLE = ("127.0.0.1", 1)
"""Where our own listener would forward to: nowhere. A hook that failed cannot leak a request."""

OFFICIAL_HOST = "api.anthropic.com"
_ANTHROPIC_DOMAINS = ("anthropic.com", "claude.ai", "claude.com")


class Call(StrEnum):
    MESSAGES = "messages"
    COUNT_TOKENS = "count_tokens"
    MODELS = "models"
    MODEL = "model"
    HEALTH = "health"
    ROOT = "root"
    OTHER = "other"


def call_of(method: str, path: str) -> Call:
    """The call by method and path; the query does not matter."""
    path = path.partition("?")[0].rstrip("/")
    if method == "POST" and path == "/v1/messages":
        return Call.MESSAGES
    if method == "POST" and path == "/v1/messages/count_tokens":
        return Call.COUNT_TOKENS
    if method not in ("GET", "HEAD"):
        return Call.OTHER
    if path == "/v1/models":
        return Call.MODELS
    if path.startswith("/v1/models/"):
        return Call.MODEL
    if path == "/health":
        return Call.HEALTH
    return Call.ROOT if path == "" else Call.OTHER


def is_to_us(flow: http.HTTPFlow) -> bool:
    """Whether the client addressed our own listener."""
    return (flow.request.host, flow.request.port) == BLACK_HOLE


def is_to_official_api(flow: http.HTTPFlow) -> bool:
    return flow.request.pretty_host == OFFICIAL_HOST


def is_to_anthropic(flow: http.HTTPFlow) -> bool:
    """Whether credentials of the user's Claude account may be in it."""
    host = flow.request.pretty_host
    return any(host == domain or host.endswith("." + domain) for domain in _ANTHROPIC_DOMAINS)
