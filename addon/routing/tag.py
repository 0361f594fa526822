"""`<CCR-SUBAGENT-MODEL>prov,model</CCR-SUBAGENT-MODEL>`: how an agent's prompt chooses the model that runs it.

Looked for in every system block, in the `role: system` messages and the user texts before the model's first answer, which is
where an agent's definition and its task stand. What merely talks about tags is left alone: the project's instructions (which come
as `<system-reminder>`), and, in a session that is no subagent, a user's text that holds one in mid-line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from pydantic_core import from_json, to_json

from addon.routing.markers import is_reminder
from addon.routing.shapes import as_dict, as_list
from translators.contract import JsonObject, Request

_OPENING: Final = "<CCR-SUBAGENT-MODEL>"
_TAG: Final = re.compile(r'(?P<tag><CCR-SUBAGENT-MODEL>(?P<model>[^<\n"\\]*)</CCR-SUBAGENT-MODEL>)')
_TAG_ON_LINE: Final = re.compile(r"^[ \t]*" + _TAG.pattern, re.MULTILINE)
# The same tag may stand elsewhere in the bytes, where it stays; more copies than this are not tried one by one.
_MOST_COPIES: Final = 16

type _Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """`model` as the tag names it, and the request without the tag."""

    model: str
    request: Request


def subagent_tag(request: Request, *, is_subagent: bool) -> Tagged | None:
    """The first tag of `request`, or None. The request given is not changed."""
    for path, text, anywhere in _places(request.body, is_subagent=is_subagent):
        if _OPENING not in text:
            continue
        match = (_TAG if anywhere else _TAG_ON_LINE).search(text)
        if match is None:
            continue
        start, end = match.span("tag")
        body = _replaced(request.body, path, text[:start] + text[end:])
        raw = _raw_without(request.raw, match["tag"], body)
        return Tagged(match["model"].strip(), Request(raw=raw, body=body, headers=request.headers))
    return None


def _places(body: JsonObject, *, is_subagent: bool) -> Iterator[tuple[_Path, str, bool]]:
    """Where a tag may stand: the way to the text, the text, and whether a tag counts anywhere in it."""
    for path, text in _texts(body.get("system"), ("system",)):
        yield path, text, True
    messages = takewhile(lambda item: as_dict(item[1]).get("role") != "assistant", enumerate(as_list(body.get("messages"))))
    for index, item in messages:
        message = as_dict(item)
        for path, text in _texts(message.get("content"), ("messages", index, "content")):
            if message.get("role") == "system":
                yield path, text, False
            elif not is_reminder(text):
                yield path, text, is_subagent


def _texts(content: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    if isinstance(content, str):
        yield path, content
        return
    for index, block in enumerate(as_list(content)):
        text = as_dict(block).get("text")
        if isinstance(text, str) and block.get("type") == "text":
            yield (*path, index, "text"), text


def _replaced(node: Any, path: _Path, text: str) -> Any:
    """`node` with `text` at `path`. Only what lies on the way is copied; the rest is shared and unchanged."""
    if not path:
        return text
    step, rest = path[0], path[1:]
    copy = node.copy()
    if rest == ("text",) and not text.strip() and len(node) > 1:
        del copy[step]  # a text block left with nothing would be refused: the tag was all there was of it
    else:
        copy[step] = _replaced(node[step], rest, text)
    return copy


def _raw_without(raw: bytes, tag: str, body: JsonObject) -> bytes:
    """The bytes of `body`: `raw` with just the tag cut out, or written anew where that does not give `body`."""
    literal = tag.encode()
    start = raw.find(literal)
    for _ in range(_MOST_COPIES):
        if start < 0:
            break
        spliced = raw[:start] + raw[start + len(literal) :]
        if from_json(spliced) == body:
            return spliced
        start = raw.find(literal, start + 1)
    return to_json(body)
