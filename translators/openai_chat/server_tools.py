"""Calls that Anthropic's own servers ran, and their results, as text: no other provider has seen them."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from translators.contract import JsonObject

_CALLS = frozenset({"server_tool_use", "mcp_tool_use"})
_RESULTS = frozenset(
    {
        "web_search_tool_result",
        "web_fetch_tool_result",
        "code_execution_tool_result",
        "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
        "tool_search_tool_result",
        "mcp_tool_result",
    }
)
# Sealed for Anthropic alone, and of no use to anyone else.
_SEALED = frozenset({"encrypted_content", "encrypted_index", "encrypted_stdout", "cache_control"})


def server_text(block: JsonObject) -> str | None:
    """The block as text, or None for one that is none of these."""
    kind = block.get("type")
    if kind in _CALLS:
        return f"[Called {block.get('name')} with {_json(block.get('input', {}))}]"
    if kind in _RESULTS:
        return f"[Result of {str(kind).removesuffix('_tool_result')}]\n{_result(block.get('content'))}"
    if kind == "compaction":
        return str(block.get("content") or "")
    return None


def _result(content: Any) -> str:
    if isinstance(content, str):
        return content
    items = content if isinstance(content, list) else [content]
    return "\n".join(_item(item) for item in items)


def _item(item: Any) -> str:
    if not isinstance(item, dict):
        return _json(item)
    if item.get("type") == "text":
        return str(item.get("text", ""))
    if item.get("type") == "web_search_result":
        return f"- {item.get('title', '')}: {item.get('url', '')}"
    return _json({key: value for key, value in item.items() if key not in _SEALED})


def _json(value: Any) -> str:
    return to_json(value).decode()
