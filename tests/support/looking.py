"""Looking at a flow as mitmproxy's user interfaces do."""

from __future__ import annotations

from mitmproxy import contentviews, http

RAW_VIEWS = ("CCR client request", "CCR provider request", "CCR provider answer", "CCR client answer")


def shown(flow: http.HTTPFlow, *, answer: bool, view: str = "auto") -> contentviews.ContentviewResult:
    message = flow.response if answer else flow.request
    assert message is not None
    return contentviews.prettify_message(message, flow, view)
