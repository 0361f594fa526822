"""What a client asked: of a flow that was recorded by this addon, or captured by mitmproxy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mitmproxy import flow, http

from addon.calls import BLACK_HOLE, Call, call_of
from addon.headers import sounds_secret
from addon.record import current
from translators.anthropic.parse import parse
from translators.contract import Request
from translators.errors import BadRequest

NOT_A_MODEL_CALL: Final = "not a model call"
COUNT_TOKENS: Final = "count_tokens"
NOT_ROUTED: Final = "answered by the router itself"
NO_REQUEST: Final = "no valid Messages request"
UNREADABLE: Final = "its record cannot be read"

_MESSAGES: Final = "/v1/messages"
_OF_A_CONNECTION: Final = frozenset(
    {"host", "content-length", "content-encoding", "connection", "keep-alive", "te", "transfer-encoding", "upgrade", "expect"}
)


class NoModelCall(Exception):
    """The flow is nothing to be asked again. The message is the reason, one of few, by which such flows are counted."""


@dataclass(frozen=True, slots=True)
class Captured:
    """`path` begins with `/v1/messages` and has the client's query. `request` has no credential."""

    path: str
    request: Request


def captured(each: flow.Flow) -> Captured:
    """The client's own request. Raises `NoModelCall`."""
    if not isinstance(each, http.HTTPFlow) or each.websocket is not None:
        raise NoModelCall(NOT_A_MODEL_CALL)
    try:
        kept = current(each, ("client_request",))
    except ValueError as error:
        raise NoModelCall(f"{UNREADABLE}: {error}") from error
    return _plain(each.request) if kept is None else _recorded(kept)


def _recorded(kept: Mapping[str, Any]) -> Captured:
    asked = kept["client_request"]
    if not (isinstance(asked, dict) and isinstance(asked.get("path"), str) and isinstance(asked.get("headers"), dict)):
        raise NoModelCall(UNREADABLE)
    headers = {name.lower(): value for name, value in asked["headers"].items()}
    return Captured(asked["path"], _parsed(asked["body"].encode(errors="replace"), headers))


def _plain(request: http.Request) -> Captured:
    path, mark, query = request.path.partition("?")
    at = path.find(_MESSAGES)  # a gateway's Messages API may live below a path of its own
    call = call_of(request.method, path[at:]) if at >= 0 else Call.OTHER
    if call is Call.COUNT_TOKENS:
        raise NoModelCall(COUNT_TOKENS)
    if call is not Call.MESSAGES:
        raise NoModelCall(NOT_A_MODEL_CALL)
    if (request.host, request.port) == BLACK_HOLE:
        raise NoModelCall(NOT_ROUTED)
    try:
        body = request.get_content()
    except ValueError:
        body = None
    return Captured(_MESSAGES + mark + query, _parsed(body or b"", _without_credentials(request.headers)))


def _without_credentials(headers: http.Headers) -> dict[str, str]:
    named = ((name.lower(), value) for name, value in headers.items())
    return {name: value for name, value in named if name not in _OF_A_CONNECTION and not sounds_secret(name)}


def _parsed(body: bytes, headers: Mapping[str, str]) -> Request:
    try:
        return parse(body, headers)
    except BadRequest:
        raise NoModelCall(NO_REQUEST) from None
