"""The client's body, looked at before anything is sent: what is no Messages request ends here, with the fault named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import from_json

from translators.contract import JsonObject, Request
from translators.errors import BadRequest

MAX_BODY = 32 * 1024 * 1024
"""Bytes. The limit of Anthropic's own API."""

# Numbers that JSON can write and no program can hold, such as 1e999.
_ENDLESS = 1e308


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_ENDLESS < value < _ENDLESS


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


# The plain settings, by the types of Anthropic's own SDK (`MessageCreateParams`); null counts as not given.
_SETTINGS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "max_tokens": (_is_whole, "a valid integer"),
    "stream": (lambda value: isinstance(value, bool), "a valid boolean"),
    "temperature": (_is_number, "a valid number"),
    "top_p": (_is_number, "a valid number"),
    "top_k": (_is_whole, "a valid integer"),
    "service_tier": (_is_text, "a valid string"),
    "speed": (_is_text, "a valid string"),
    "inference_geo": (_is_text, "a valid string"),
}
_ROLES = ("user", "assistant", "system")


def parse(raw: bytes, headers: Mapping[str, str]) -> Request:
    """A Messages or count_tokens body. `headers` with lower-case names and without credentials. Raises `BadRequest`."""
    body = _json_object(raw)
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequest(f"model: a string is required, got {_shown(model)}")
    messages = body.get("messages")
    if "messages" not in body:
        raise BadRequest("messages: field required")
    if not isinstance(messages, list):
        raise BadRequest(f"messages: a list is required, got {_shown(messages)}")
    if not messages:
        raise BadRequest("messages: at least one message is required")
    for index, message in enumerate(messages):
        _check_message(message, f"messages.{index}")
    for name, (fits, wanted) in _SETTINGS.items():
        if (value := body.get(name)) is not None and not fits(value):
            raise BadRequest(f"{name}: Input should be {wanted}, got {_shown(value)}")
    return Request(raw, body, headers)


def _json_object(raw: bytes) -> JsonObject:
    if not raw.strip():
        raise BadRequest("the request body is empty; a JSON object is required")
    try:
        body = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise BadRequest(f"the request body is not valid JSON: {error}") from None
    if not isinstance(body, dict):
        raise BadRequest(f"the request body must be a JSON object, got {_shown(body)}")
    return body


def _check_message(message: Any, where: str) -> None:
    if not isinstance(message, dict):
        raise BadRequest(f"{where}: an object is required, got {_shown(message)}")
    if message.get("role") not in _ROLES:
        raise BadRequest(f"{where}.role: one of `user`, `assistant` and `system` is required, got {_shown(message.get('role'))}")
    content = message.get("content")
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        raise BadRequest(f"{where}.content: a string or a list of blocks is required, got {_shown(content)}")
    for index, block in enumerate(content):
        if not isinstance(block, dict):
            raise BadRequest(f"{where}.content.{index}: an object is required, got {_shown(block)}")
        if not isinstance(block.get("type"), str):
            raise BadRequest(f"{where}.content.{index}.type: a string is required, got {_shown(block.get('type'))}")


def _shown(value: Any) -> str:
    match value:
        case None:
            return "null"
        case str():
            return f"`{value[:40]}`"
        case bool():
            return str(value).lower()
        case int():
            return "a number"
        case float():
            return "a number" if _is_number(value) else "a number that is too large"
        case list():
            return "a list"
        case _:
            return "an object"
