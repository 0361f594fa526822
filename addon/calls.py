"""Which call of Anthropic's API a flow is, and whether it is ours to answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from mitmproxy import http

BLACK_HOLE = ("127.0.0.1", 1)
"""Where our own listener would forward to: nowhere. A hook that failed cannot leak a request."""

_LISTENER: Final = f"reverse:http://{BLACK_HOLE[0]}:{BLACK_HOLE[1]}"
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
    return Call.ROOT if path in ("", "/api/hello") else Call.OTHER  # both are how Claude Code looks whether anybody is there


def is_to_us(flow: http.HTTPFlow) -> bool:
    """Whether the client addressed our own listener."""
    return (flow.request.host, flow.request.port) == BLACK_HOLE


def came_to_our_listener(flow: http.HTTPFlow) -> bool:
    return flow.client_conn.proxy_mode.full_spec.lower().startswith(_LISTENER)


def shown_address(flow: http.HTTPFlow) -> tuple[str, int]:
    """Where a person is told that the request goes: while that is nowhere, the address of ours that the client connected to."""
    request, ours = flow.request, flow.client_conn.sockname
    if is_to_us(flow) and came_to_our_listener(flow) and len(ours) > 1:
        return ours[0], ours[1]
    return request.host, request.port


def readdress(flow: http.HTTPFlow) -> None:
    """A request that a person addressed to our own listener, as `shown_address` does, goes nowhere by itself again."""
    if came_to_our_listener(flow) and (flow.request.host, flow.request.port) == flow.client_conn.sockname[:2]:
        flow.request.host, flow.request.port = BLACK_HOLE


def is_to_official_api(flow: http.HTTPFlow) -> bool:
    return flow.request.pretty_host == OFFICIAL_HOST


def is_to_anthropic(flow: http.HTTPFlow) -> bool:
    """Whether credentials of the user's Claude account may be in it."""
    host = flow.request.pretty_host
    return any(host == domain or host.endswith("." + domain) for domain in _ANTHROPIC_DOMAINS)
