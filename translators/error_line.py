"""What a provider's error body says, whatever its shape: one readable line, and the codes beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json

from translators.redact import redact

type JsonObject = dict[str, Any]

# How much of a body is looked at, and how much of what it says people are shown.
BODY_LIMIT = 64 * 1024
TEXT_LIMIT = 4000
LINE_LIMIT = 600
_DEPTH_LIMIT = 6
_LONGEST_CODE = 80

# Where the providers put their words, most telling first. `raw` is what OpenRouter's upstream said (error.metadata.raw).
_MESSAGE_KEYS = (
    "error", "raw", "message", "Message", "detail", "details", "errors", "msg", "base_resp", "status_msg", "error_msg",
    "error_message", "errorMessage", "error_description", "faultstring", "fault", "reason", "title", "description", "body",
    "response", "header",
)  # fmt: skip
_CODE_KEYS = ("code", "type", "status", "error_code", "errorCode", "__type", "reason", "status_code", "http_status")
# Says nothing by itself; OpenRouter puts it before its upstream's own words.
_GENERIC = re.compile(
    r"^(provider returned error|upstream error|error|bad request|an? (unknown |unexpected )?error( has)? occurred)\W*$",
    re.IGNORECASE,
)

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# Control characters, line and paragraph separators, and the marks that turn the reading direction around.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_PYTHON_TRACE = "Traceback (most recent call last):"
_ESCAPED_FRAME = "\\n    at "
_SCRIPT_FRAME = re.compile(r"at .*(?::\d+:\d+\)?|\((?:<anonymous>|native|index \d+)\)|<anonymous>)$")
_HTML = re.compile(r"^\s*(?:<!doctype html|<html|<head|<body|<\?xml[^>]*>\s*<(?:!doctype )?html)", re.IGNORECASE)
_TITLE = re.compile(r"<(title|h1)\b[^>]{0,200}>(.{0,400}?)</\1", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Said:
    """`text` is one clean line of at most `TEXT_LIMIT` characters, "" if the body says nothing; `codes` are lower-case words.

    `is_html`: the body is a web page and `text` its title. `objects` are the JSON objects of the body, outermost first.
    """

    text: str
    codes: tuple[str, ...] = ()
    is_html: bool = False
    objects: tuple[JsonObject, ...] = field(default=(), repr=False)

    @property
    def line(self) -> str:
        return shorten(self.text)


def read_body(body: bytes, headers: Mapping[str, str]) -> Said:
    """Reads an error body of any shape. Never raises."""
    text = body[:BODY_LIMIT].decode("utf-8", "replace").lstrip("\ufeff").strip()
    for candidate in (body.removeprefix(b"\xef\xbb\xbf"), *_data_lines(text)):
        try:
            return read_value(from_json(candidate))
        except ValueError:
            continue
    if _HTML.match(text) or ("html" in headers.get("content-type", "").lower() and "<" in text):
        title = _TITLE.search(text)
        return Said(clean(_TAGS.sub(" ", title[2])) if title else "", is_html=True)
    return Said(clean(text))


def read_value(value: Any) -> Said:
    """Reads an error that is JSON already. Never raises."""
    objects = tuple(_objects(value, _DEPTH_LIMIT))
    text = clean(_words(value, _DEPTH_LIMIT) or _fallback(value))
    codes = (str(item[key]).strip().lower() for item in objects for key in _CODE_KEYS if _is_code(item.get(key)))
    return Said(text, tuple(dict.fromkeys(codes)), objects=objects)


def clean(text: str) -> str:
    """One line without control characters, stack traces and keys, of at most `TEXT_LIMIT` characters."""
    text = _without_traces(text[:BODY_LIMIT])
    text = " ".join(_UNPRINTABLE.sub(" ", _ESCAPES.sub("", text)).split())
    return redact(text)[:TEXT_LIMIT].rstrip()


def _without_traces(text: str) -> str:
    """Of a stack trace, Python's last line and JavaScript's first say what is wrong; the rest are file paths."""
    if _PYTHON_TRACE in text or _ESCAPED_FRAME in text:
        text = text.replace("\\n", "\n")
    before, trace, after = text.partition(_PYTHON_TRACE)
    lines = before.splitlines() + (after.rstrip().splitlines()[-1:] if trace else [])
    return "\n".join(line for line in lines if not _SCRIPT_FRAME.match(line.strip()))


def shorten(text: str, limit: int = LINE_LIMIT) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _data_lines(text: str) -> Iterator[bytes]:
    """An error sent as a server-sent event, or as the first of several lines of JSON."""
    for line in text.splitlines()[:20]:
        if line.startswith(("data:", "{")):
            yield line.removeprefix("data:").strip().encode()


def _objects(value: Any, depth: int) -> Iterator[JsonObject]:
    """The JSON objects an error is nested in, those inside of strings too."""
    if not depth:
        return
    if isinstance(value, dict):
        yield value
        for key in (*_MESSAGE_KEYS, "metadata"):
            yield from _objects(value.get(key), depth - 1)
    elif isinstance(value, list):
        for item in value[:20]:
            yield from _objects(item, depth - 1)
    elif isinstance(value, str) and (inner := _json_in(value)) is not None:
        yield from _objects(inner, depth - 1)


def _words(value: Any, depth: int) -> str:
    if not depth:
        return ""
    if isinstance(value, str):
        inner = _json_in(value)
        return (_words(inner, depth - 1) if inner is not None else "") or value.strip()
    if isinstance(value, list):
        return "; ".join(filter(None, (_words(item, depth - 1) for item in value[:5])))
    if isinstance(value, dict):
        return _words_of_object(value, depth)
    return ""


def _words_of_object(value: JsonObject, depth: int) -> str:
    metadata = value.get("metadata")
    upstream = _words(metadata.get("raw"), depth - 1) if isinstance(metadata, dict) else ""
    for key in _MESSAGE_KEYS:
        words = _words(value.get(key), depth - 1)
        if words and upstream and upstream not in words:
            return upstream if _GENERIC.match(words) else f"{words}: {upstream}"
        if words:
            return _located(value, words)
    return upstream or "; ".join(filter(None, (_words(item, depth - 1) for item in value.values() if isinstance(item, list))))


def _located(value: JsonObject, words: str) -> str:
    """FastAPI says where in the body: `{"loc": ["body", "messages"], "msg": "field required"}`."""
    loc = value.get("loc")
    return f"{'.'.join(map(str, loc))}: {words}" if isinstance(loc, list) and loc else words


def _json_in(text: str) -> JsonObject | list[Any] | None:
    """The JSON object or array that a string holds, as proxies nest their upstream's error."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = from_json(text)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def _fallback(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    try:
        return to_json(value).decode()
    except ValueError:  # half a surrogate pair
        return repr(value)


def _is_code(value: Any) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= _LONGEST_CODE
    return isinstance(value, int) and not isinstance(value, bool)
