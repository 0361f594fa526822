"""Errors as the client is told them: https://docs.anthropic.com/en/api/errors."""

from __future__ import annotations

from pydantic_core import to_json

from translators.errors import ErrorType


def error_body(error_type: ErrorType, message: str, request_id: str) -> bytes:
    """The body of an error answer. `request_id` is also sent in the header `request-id`."""
    return _json({"type": "error", "error": {"type": error_type, "message": message}, "request_id": request_id})


def error_event(error_type: ErrorType, message: str) -> bytes:
    """The event that ends a stream which failed. Nothing follows it."""
    return b"event: error\ndata: %b\n\n" % _json({"type": "error", "error": {"type": error_type, "message": message}})


def _json(value: dict[str, object]) -> bytes:
    try:
        return to_json(value)
    except ValueError:  # half a surrogate pair, which has no UTF-8
        return to_json(_without_surrogates(value))


def _without_surrogates(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_surrogates(item) for name, item in value.items()}
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
