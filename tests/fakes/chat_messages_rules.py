"""What a strict chat-completions server refuses in `messages`."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.chat_values import NAME, is_text, unknown

FIELDS = {
    "system": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "refusal", "tool_calls"},
    "tool": {"role", "content", "tool_call_id"},
}
PARTS = {
    "system": {"text"},
    "user": {"text", "image_url", "file"},
    "assistant": {"text", "refusal"},
    "tool": {"text"},
}
PART_FIELDS = {
    "text": {"type", "text"},
    "refusal": {"type", "refusal"},
    "image_url": {"type", "image_url"},
    "file": {"type", "file"},
}
DATA_URL = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,(.+)", re.DOTALL)
FILE_URL = re.compile(r"data:application/pdf;base64,(.+)", re.DOTALL)
LONGEST_ID = 40


def message_complaints(messages: list[Any], knows: frozenset[str]) -> Iterator[str]:
    for place, message in enumerate(messages):
        yield from (f"messages[{place}]{fault}" for fault in _message(message, place, knows))
    yield from _pairs([message for message in messages if isinstance(message, dict)])


def _message(message: Any, place: int, knows: frozenset[str]) -> Iterator[str]:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in FIELDS:
        yield f".role: `{role}` is none of the roles"
        return
    if role == "system" and place:
        yield ": a system message is only allowed at the beginning"
    yield from unknown("", message, FIELDS[role] | knows)
    yield from _content(message, role)
    if "tool_calls" in message:
        yield from _calls(message["tool_calls"])
    if role == "tool" and not is_text(message.get("tool_call_id")):
        yield ".tool_call_id: must be a string that is not empty"


def _content(message: dict[str, Any], role: str) -> Iterator[str]:
    content = message.get("content")
    may_be_empty = role == "tool" or (role == "assistant" and "tool_calls" in message)
    if content is None:
        if role != "assistant" or "tool_calls" not in message:
            yield ".content: must not be missing or null"
    elif isinstance(content, str):
        if not content and not may_be_empty:
            yield ".content: must not be empty"
    elif isinstance(content, list) and content:
        for place, part in enumerate(content):
            yield from (f".content[{place}]{fault}" for fault in _part(part, role))
    else:
        yield ".content: must be a string or a list of parts that is not empty"


def _part(part: Any, role: str) -> Iterator[str]:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in PARTS[role]:
        yield f".type: `{kind}` is not allowed in a {role} message"
        return
    yield from unknown("", part, PART_FIELDS[kind])
    match kind:
        case "text" | "refusal":
            if not is_text(part.get(kind)):
                yield f".{kind}: must be a string that is not empty"
        case "image_url":
            yield from _image(part["image_url"] if isinstance(part.get("image_url"), dict) else {})
        case "file":
            yield from _file(part["file"] if isinstance(part.get("file"), dict) else {})


def _image(image: dict[str, Any]) -> Iterator[str]:
    url = str(image.get("url", ""))
    yield from unknown(".image_url", image, {"url", "detail"})
    if not url.startswith(("http://", "https://")) and not _holds_data(DATA_URL, url):
        yield f".image_url.url: `{url[:40]}` is neither an address nor an image"


def _file(file: dict[str, Any]) -> Iterator[str]:
    yield from unknown(".file", file, {"filename", "file_data", "file_id"})
    if "file_id" not in file and not (is_text(file.get("filename")) and _holds_data(FILE_URL, str(file.get("file_data")))):
        yield ".file: must hold a file name and its data"


def _holds_data(pattern: re.Pattern[str], url: str) -> bool:
    found = pattern.fullmatch(url)
    try:
        return bool(found and base64.b64decode(found[1], validate=True))
    except binascii.Error:
        return False


def _calls(calls: Any) -> Iterator[str]:
    if not isinstance(calls, list) or not calls:
        yield ".tool_calls: must be a list that is not empty"
        return
    for place, call in enumerate(calls):
        yield from (f".tool_calls[{place}]{fault}" for fault in _call(call))
    identities = [call.get("id") for call in calls]
    if len(set(identities)) < len(identities):
        yield ".tool_calls: ids must be unique"


def _call(call: dict[str, Any]) -> Iterator[str]:
    function = call.get("function")
    yield from unknown("", call, {"id", "type", "function"})
    if not is_text(call.get("id")) or len(call["id"]) > LONGEST_ID:
        yield f".id: must be one to {LONGEST_ID} characters"
    if call.get("type") != "function" or not isinstance(function, dict):
        yield ": must be {id, type: function, function: {…}}"
        return
    yield from unknown(".function", function, {"name", "arguments"})
    if not isinstance(function.get("name"), str) or not NAME.fullmatch(function["name"]):
        yield f".function.name: `{function.get('name')}` is no legal name"
    if not _is_object(function.get("arguments")):
        yield f".function.arguments: `{str(function.get('arguments'))[:40]}` is no string holding a JSON object"


def _is_object(arguments: Any) -> bool:
    try:
        return isinstance(arguments, str) and isinstance(json.loads(arguments), dict)
    except ValueError:
        return False


def _pairs(messages: list[dict[str, Any]]) -> Iterator[str]:
    """Every call is answered by a tool message directly after it, and every tool message answers a call."""
    waiting: list[str] = []
    for place, message in enumerate([*messages, {"role": "end"}]):
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in waiting:
                yield f"messages[{place}]: a tool message must follow the call it answers: `{message.get('tool_call_id')}`"
            else:
                waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            yield f"messages[{place}]: calls without a tool message directly after them: {waiting}"
        calls = message.get("tool_calls")
        waiting = [str(call.get("id")) for call in calls] if isinstance(calls, list) else []
