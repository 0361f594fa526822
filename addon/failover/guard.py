"""The check that mitmproxy still has what `stream` builds on, and the installation.

This is the project's one use of mitmproxy's inner layer. mitmproxy is pinned for it; the check turns an incompatible one into
a sentence instead of a fault in the middle of somebody's session.
"""

from __future__ import annotations

from mitmproxy import version
from mitmproxy.proxy.layers import http as http_layer

_STREAM_METHODS = (
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
    "state_done",
    "state_errored",
    "state_uninitialized",
)
_LAYER_NAMES = ("make_stream", "get_connection", "event_to_child")


class IncompatibleMitmproxyError(ImportError):
    """This mitmproxy lacks inner names that failover overrides."""


def missing_names() -> list[str]:
    stream = getattr(http_layer, "HttpStream", None)
    layer = getattr(http_layer, "HttpLayer", None)
    missing = [f"HttpStream.{name}" for name in _STREAM_METHODS if not hasattr(stream, name)]
    missing += [f"HttpLayer.{name}" for name in _LAYER_NAMES if not hasattr(layer, name)]
    return missing


def install() -> None:
    """Make every HTTP layer (regular, reverse, CONNECT tunnels, client replay) build `CcrStream`s from now on."""
    if missing := missing_names():
        raise IncompatibleMitmproxyError(
            f"mitmproxy {version.VERSION} lacks {', '.join(missing)}, which ccr's failover needs; "
            "hint: install the mitmproxy version that ccr's pyproject.toml names"
        )
    from addon.failover.stream import CcrStream  # noqa: PLC0415 - would fail to import before the check

    http_layer.HttpStream = CcrStream  # type: ignore[misc]
