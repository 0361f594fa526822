"""The Anthropic dialect: requests and error answers. Answers go through `passthrough`, which reads no events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from translators.anthropic import request
from translators.contract import Request, Target, WireRequest
from translators.error_line import read_body
from translators.errors import Fault
from translators.faults import fault_from_response


class Anthropic:
    """Anthropic's own API and those that are compatible with it."""

    name = "anthropic"

    def encode(self, request_: Request, target: Target) -> WireRequest:
        return request.encode(request_, target)

    def fault(
        self, status: int, headers: Mapping[str, str], body: bytes, target: Target, *, estimate: int | None = None
    ) -> Fault:
        """What an error answer means. Anthropic's own words stay as they are where the client knows them by their beginning."""
        fault = fault_from_response(status, headers, body, target, estimate=estimate)
        if fault.kind != "request" or not request.is_official(target.base_url):
            return fault
        return replace(fault, message=read_body(body, {}).line or fault.message)


ANTHROPIC = Anthropic()
