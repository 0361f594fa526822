"""A recorded answer in the form that this client asks for: as a stream of events, or as one message."""

from __future__ import annotations

from typing import Final

from mitmproxy import http

from addon.answers import error_response
from addon.recordings.heard import UNJUDGED
from translators.anthropic.passthrough import PassthroughExchange
from translators.contract import Reply, Target, WireRequest

_STREAM: Final = "text/event-stream"


def give_as(flow: http.HTTPFlow, model: str, *, streams: bool) -> None:
    """Make of the flow's answer, if it is in the other form, what a client gets that asked `model` for a stream, or for none.

    One that broke off cannot be a whole message: it is told as an error.
    """
    response = flow.response
    if response is None or response.status_code >= 400 or (_STREAM in response.headers.get("content-type", "")) == streams:
        return
    reply = Reply("msg_" + flow.id.replace("-", ""), model, streams, 1)
    exchange = PassthroughExchange(Target("recording", model, UNJUDGED), WireRequest("", {}, b"", streams=not streams), reply)
    body = exchange.whole(response.get_content(strict=False) or b"") or b"".join(exchange.finish_empty())
    if fault := exchange.outcome.fault:
        flow.response = error_response(fault, flow)
        return
    for name in ("content-encoding", "transfer-encoding"):
        response.headers.pop(name, None)
    response.headers["content-type"] = _STREAM if streams else "application/json"
    response.content = body
