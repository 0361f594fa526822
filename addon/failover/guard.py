"""The check that mitmproxy still has what `stream` builds on, and the installation.

This is the project's one use of mitmproxy's inner layer. mitmproxy is pinned for it; the check turns an incompatible one into
a sentence instead of a fault in the middle of somebody's session.
"""

from __future__ import annotations

from collections.abc import Iterable

from mitmproxy import version
from mitmproxy.proxy import layer as base
from mitmproxy.proxy.layers import http as http_layer
from mitmproxy.proxy.layers.http import _http1 as http1_layer
from mitmproxy.proxy.server import ConnectionHandler

# By class: what is overridden, called or looked at. Names that are only annotated on the class count too.
_NAMES: dict[str, tuple[str, ...]] = {
    "HttpStream": (
        "handle_event",
        "_handle_event",
        "make_server_connection",
        "state_wait_for_response_headers",
        "state_consume_response_body",
        "state_stream_response_body",
        "start_response_stream",
        "handle_protocol_error",
        "send_response",
        "check_killed",
        "check_invalid",
        "check_body_size",
        "state_done",
        "state_errored",
        "state_uninitialized",
        "flow",
        "stream_id",
        "response_body_buf",
    ),
    "HttpLayer": ("make_stream", "get_connection", "streams", "connections", "command_sources", "waiting_for_establishment"),
    "GetHttpConnection": ("address", "tls", "via", "transport_protocol", "connection_spec_matches"),
    "Http1Client": ("buf", "request", "read_headers"),
    "Layer": ("_paused", "_paused_event_queue", "context"),
}
_EVENTS_AND_COMMANDS = (
    "DropStream",
    "ErrorCode",
    "GetHttpConnectionCompleted",
    "RequestData",
    "RequestEndOfMessage",
    "RequestHeaders",
    "RequestProtocolError",
    "ResponseData",
    "ResponseEndOfMessage",
    "ResponseHeaders",
    "ResponseProtocolError",
    "ResponseTrailers",
    "SendHttp",
)


class IncompatibleMitmproxyError(ImportError):
    """This mitmproxy lacks inner names that failover overrides."""


def missing_names() -> list[str]:
    missing = [name for name in _EVENTS_AND_COMMANDS if not hasattr(http_layer, name)]
    for name, attributes in _NAMES.items():
        cls = getattr(base if name == "Layer" else http_layer, name, None)
        missing += [f"{name}.{attribute}" for attribute in _lacking(cls, attributes)]
    missing += [f"_http1.{name}" for name in _lacking(http1_layer, ("ChunkedReader", "make_body_reader"))]
    missing += [
        f"ConnectionHandler.{name}"
        for name in _lacking(ConnectionHandler, ("max_conns", "open_connection", "handle_connection", "transports"))
    ]
    return missing


def _lacking(cls: object, names: Iterable[str]) -> list[str]:
    annotated = {name for parent in getattr(cls, "__mro__", ()) for name in getattr(parent, "__annotations__", ())}
    return [name for name in names if not hasattr(cls, name) and name not in annotated]


def install() -> None:
    """Make every HTTP layer (regular, reverse, CONNECT tunnels, client replay) build `CcrStream`s from now on."""
    if missing := missing_names():
        raise IncompatibleMitmproxyError(
            f"mitmproxy {version.VERSION} lacks {', '.join(missing)}, which ccr's failover needs; "
            "hint: install the mitmproxy version that ccr's pyproject.toml names"
        )
    from addon.failover.http1 import PatientHttp1Client, TrailerlessReader  # noqa: PLC0415 - would fail to import before the check
    from addon.failover.stream import CcrStream  # noqa: PLC0415 - as above

    http_layer.HttpStream = CcrStream  # type: ignore[misc]
    http_layer.Http1Client = PatientHttp1Client  # type: ignore[misc]
    http1_layer.ChunkedReader = TrailerlessReader  # type: ignore[misc]
