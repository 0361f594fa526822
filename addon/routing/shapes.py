"""Reading a client's JSON, which may have any shape: what is not as expected reads as empty, nothing raises.

Whether a body makes sense is decided where it is encoded; routing only looks.
"""

from __future__ import annotations

from typing import Any

type Block = dict[str, Any]


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def as_str(value: Any) -> str:
    return value if isinstance(value, str) else ""


def as_int(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def blocks(content: Any) -> list[Block]:
    """A `content` or `system` as blocks: a string is one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in as_list(content) if isinstance(block, dict)]


def texts(content: Any) -> list[str]:
    """The texts of a `content` or `system`, in order."""
    if isinstance(content, str):
        return [content]
    return [as_str(block.get("text")) for block in as_list(content) if isinstance(block, dict) and block.get("type") == "text"]
