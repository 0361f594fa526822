"""Error answers of the chat-completions dialect. Their shapes differ between servers, so all are read by one rule."""

from __future__ import annotations

from collections.abc import Mapping

from translators.contract import Target
from translators.errors import Fault
from translators.faults import fault_from_response


def fault(status: int, headers: Mapping[str, str], body: bytes, target: Target, *, estimate: int | None = None) -> Fault:
    """What an error answer means, in the client's terms. `estimate` is ours of the request's input, in tokens."""
    return fault_from_response(status, headers, body, target, estimate=estimate)
