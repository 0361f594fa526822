"""A request's conversation, to be read: who said what, which tools were called, what they answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from addon.inspect.texts import WIDTH, base64_of, clip, indent, shorten
from addon.inspect.written import compact
from addon.routing.shapes import as_dict, as_list, as_str

# How many messages are shown of a long conversation, at its beginning and at its end.
_FIRST: Final = 2
_LAST: Final = 30
# How many lines of a text are shown: in the newest messages, and before them.
_NEWEST: Final = 4
_LINES_NEW: Final = 24
_LINES_OLD: Final = 3
_LINES_RESULT: Final = 6


def conversation(messages: list[Any]) -> list[str]:
    lines: list[str] = []
    left_out = len(messages) - _FIRST - _LAST
    for index, message in enumerate(messages):
        if left_out > 0 and _FIRST <= index < _FIRST + left_out:
            if index == _FIRST:
                lines.append(f"[… {left_out:,} messages: see `CCR client request`]")
            continue
        new = index >= len(messages) - _NEWEST
        lines += _message(as_dict(message), _LINES_NEW if new else _LINES_OLD)
    return lines


def _message(message: dict[str, Any], most: int) -> Iterator[str]:
    yield f"{clip(as_str(message.get('role')) or 'no role', 20)}:"
    yield from indent(content_lines(message.get("content"), most))


def content_lines(content: Any, most: int) -> list[str]:
    """A `content`, each of its texts in at most so many lines."""
    if isinstance(content, str):
        return shorten(content, most, WIDTH - 4)
    return [line for block in as_list(content)[:200] for line in _block(as_dict(block), most)]


def _block(block: dict[str, Any], most: int) -> list[str]:
    kind = as_str(block.get("type"))
    match kind:
        case "text":
            return shorten(as_str(block.get("text")), most, WIDTH - 4)
        case "thinking":
            return _titled("(thinking) ", as_str(block.get("thinking")), min(most, _LINES_RESULT))
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            arguments = _arguments(block.get("input"))
            return _titled(f"→ {clip(as_str(block.get('name')), 60)} ", arguments, min(most, _LINES_RESULT))
        case "tool_result":
            mark = "← error: " if block.get("is_error") is True else "← "
            inner = content_lines(block.get("content"), _LINES_RESULT)[: _LINES_RESULT * 2]
            return [mark + (inner[0] if inner else "(nothing)"), *indent(inner[1:])]
        case "image" | "document":
            return [_media(kind, as_dict(block.get("source")))]
    return [clip(f"[{kind or 'block'}] {compact({k: v for k, v in block.items() if k != 'type'})}", WIDTH - 4)]


def _titled(title: str, text: str, most: int) -> list[str]:
    lines = shorten(text, most, WIDTH - 4 - len(title))
    return [title + lines[0], *indent(lines[1:])]


def _arguments(value: Any) -> str:
    """A call's input in one line; of long values the beginning, since the whole is in the raw views."""
    fields = as_dict(value)
    if not fields:
        return clip(compact(value), 200) if value else "{}"
    return ", ".join(f"{clip(name, 40)}: {clip(compact(entry), 160)}" for name, entry in list(fields.items())[:20])


def _media(kind: str, source: dict[str, Any]) -> str:
    media_type = as_str(source.get("media_type")) or kind
    if data := as_str(source.get("data")):
        return base64_of(media_type, data) if source.get("type") == "base64" else f"[{media_type}, {len(data):,} characters]"
    return clip(f"[{kind} {as_str(source.get('url')) or as_str(source.get('file_id'))}]", WIDTH - 4)
