"""Answers that the router gives itself, in Anthropic's form."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from mitmproxy import http

from translators.anthropic.errors import error_body
from translators.errors import Fault


def request_id(flow: http.HTTPFlow) -> str:
    """The id by which the answer's `request-id` header, its body and our log name a flow."""
    return "req_ccr" + flow.id.replace("-", "")


def json_response(flow: http.HTTPFlow, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> http.Response:
    fields = {"content-type": "application/json", "request-id": request_id(flow), **(headers or {})}
    # mitmproxy would send the body of an answer to HEAD, and the client would read it as the next answer's head.
    return http.Response.make(status, b"" if flow.request.method == "HEAD" else body, fields)


def value_response(flow: http.HTTPFlow, value: Any, status: int = 200) -> http.Response:
    # Names of files may hold bytes that are no UTF-8; these are escaped here, and read back as they were.
    return json_response(flow, status, json.dumps(value, separators=(",", ":")).encode())


def error_response(fault: Fault, flow: http.HTTPFlow, headers: Mapping[str, str] | None = None) -> http.Response:
    """The fault as Anthropic would answer it. `retry-after` is in whole seconds, which is what clients read."""
    fields = dict(headers or {})
    if fault.retry_after is not None:
        fields["retry-after"] = str(max(1, math.ceil(fault.retry_after)))
    return json_response(flow, fault.status, error_body(fault.type, fault.message, request_id(flow)), fields)
