"""Texts replaced by filler of the same length; structure, sizes and the names of tools, models and rules stay.

What stays is listed, and must look like a name: anything else is taken for prose, so that nothing new gets through by being
unknown. In what tools were given and gave back, no text stays at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from translators.sse import Decoder

FILLER = "x"

# Fields whose value is a name or a number for programs, in our record, in Anthropic's protocol and in those of providers.
_NAMES = frozenset(
    """
    type role name id model object method url path stop_reason finish_reason native_finish_reason stop_sequence upstream_reason
    tool_use_id tool_call_id tool_choice signature media_type encoding system_fingerprint service_tier provider asked_model kind
    route session agent request_id rule turn code status version effort reasoning_effort ttl anthropic_version
    required format
    """.split()  # noqa: SIM905 - one word a line would be a page
)
_OURS = frozenset({"reason", "candidates", "usage", "timings"})
"""In our record: written by the router, with nothing in it but names and numbers."""

FREE = frozenset({"input", "arguments", "partial_json", "args", "parsed_arguments"})
"""What a tool is given: names of its own, and the user's values."""

_NAME = re.compile(r"[\w.:/,@+*?=&%~\[\]-]{1,200}", re.ASCII)
_KEY = re.compile(r"[A-Za-z_$][\w.$-]{0,59}", re.ASCII)
_BODIES = frozenset({"client_request", "provider_request", "provider_answer", "client_answer"})
_KEPT_HEADERS = re.compile(
    r"content-type|content-length|content-encoding|transfer-encoding|anthropic-.*|x-stainless-.*|retry-after.*|date|server|user-agent|x-ccr-.*|request-id|x-app|accept"
)
_PUNCTUATION = re.compile(r"[^\s{}\[\]\":,\\]")


def without_prose(flow: Mapping[str, Any]) -> dict[str, Any]:
    """A flow of an export, without what people and models said."""
    return {
        key: _message(value) if key in _BODIES else value if key in _OURS else _filled(value, key) for key, value in flow.items()
    }


def filler(text: str) -> str:
    """As long as the text, with its white space, so that lines and indents can still be seen."""
    return re.sub(r"\S", FILLER, text)


def _message(message: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if message is None:
        return None
    headers = {name: value if _KEPT_HEADERS.fullmatch(name) else filler(value) for name, value in message["headers"].items()}
    return {**message, "headers": headers, "body": _body(message["body"])}


def _body(text: str) -> str:
    try:
        return _written(_filled(json.loads(text)))
    except ValueError:
        pass
    if re.match(r"\s*(event|data|id|:)", text):
        return _stream(text)
    return _pieces(text)


def _stream(text: str) -> str:
    """Events, each with its data filled in."""
    decoder = Decoder()
    out = []
    for frame in (*decoder.feed(text.encode()), *decoder.close()):
        said = frame.data.decode(errors="replace")
        try:
            data = _written(_filled(json.loads(said)))
        except ValueError:
            data = said if said == "[DONE]" else _pieces(said)
        out.append((f"event: {frame.event}\n" if frame.event else "") + f"data: {data}\n\n")
    return "".join(out)


def _filled(value: Any, key: str = "", *, free: bool = False) -> Any:
    """`key` is the field that the value stands in, `free` that it is within what a tool was given."""
    match value:
        case str():
            return _text(value, key, free=free)
        case Mapping():
            return {_key(name, free=free): _filled(item, name, free=free or name in FREE) for name, item in value.items()}
        case list() | tuple():
            return [_filled(item, key, free=free) for item in value]
        case _:
            return value


def _text(text: str, key: str, *, free: bool) -> str:
    if free or key in FREE:
        return _json_or_pieces(text)
    return text if is_name(text, key, free=free) else filler(text)


def is_name(text: str, key: str, *, free: bool) -> bool:
    """Whether the value of `key` is a name for programs, which nobody said."""
    return not free and key not in FREE and key in _NAMES and _NAME.fullmatch(text) is not None


def _json_or_pieces(text: str) -> str:
    """What a tool is given comes as JSON within a text, whole or in pieces that are no JSON each."""
    try:
        value = json.loads(text)
    except ValueError:
        return _pieces(text)
    if isinstance(value, (dict, list)):
        return _written(_filled(value, free=True))
    return _pieces(text)


def _pieces(text: str) -> str:
    """Filler that leaves the marks of JSON, so that it can be seen where it is broken."""
    return _PUNCTUATION.sub(FILLER, text)


def _key(name: str, *, free: bool) -> str:
    return name if is_field(name, free=free) else filler(name)


def is_field(name: str, *, free: bool) -> bool:
    """Whether a field's name may stay: within what a tool was given it may be anything."""
    return not free or _KEY.fullmatch(name) is not None


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
