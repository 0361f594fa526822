"""What `CCR` folds, unfolded on demand: the system prompt, and the tools with their schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import zip_longest
from typing import Any, Final

from addon.inspect.columns import beside, heading, wrapped
from addon.inspect.sections import text
from addon.inspect.texts import WIDTH, clip, fold_base64, plain, wrap
from addon.inspect.written import parsed, pretty
from addon.routing.shapes import as_dict, as_list, as_str, texts

SYSTEM, TOOLS = "system", "tools"

_MOST: Final = 1_000_000
"""Characters of one text."""
_MOST_DEEP: Final = 50

type Tool = tuple[str, Any]
"""A tool's description and its schema."""


def wanted(option: str) -> tuple[str, ...]:
    """The words of `ccr_unfold`: `system`, `tools`, and names of tools, in which `*` stands for anything."""
    return tuple(word for word in re.split(r"[,\s]+", option) if word)


def unfolded(record: Mapping[str, Any], sent: bytes, words: Sequence[str]) -> list[str]:
    """What a flow with this record, that went out as `sent`, holds of this. Raises ValueError if it holds nothing of it."""
    if not words:
        raise ValueError("say what to unfold; hint: `system`, `tools`, or names of tools, such as `Bash,mcp__*`")
    client = as_dict(parsed(as_str(as_dict(record.get("client_request")).get("body"))))
    sections = [*system_sections(client, words), *tool_sections(client, as_dict(parsed(sent)), words)]
    if not sections:
        names = [name for name, _ in _offered(client)]
        system = [SYSTEM] if any(texts(client.get("system"))) else []
        there = ", ".join([*system, *([TOOLS] if names else []), *names]) or "nothing of the kind"
        raise ValueError(f"this request has no {' or '.join(f'`{word}`' for word in words)}; hint: it has {there}")
    return [line for section in sections for line in section]


def system_sections(client: Mapping[str, Any], words: Sequence[str]) -> list[list[str]]:
    """The system prompt's texts, as the client sent them; none unless it is wanted."""
    if SYSTEM not in words:
        return []
    parts = [part for part in texts(client.get("system")) if part]
    return [text(f"system {n} of {len(parts)}, {len(part):,} characters", _prose(part)) for n, part in enumerate(parts, 1)]


def tool_sections(client: Mapping[str, Any], provider: Mapping[str, Any], words: Sequence[str]) -> list[list[str]]:
    """Each wanted tool's description and schema, as the client offered it; beside it what the provider got, if that differs."""
    sent = dict(_offered(provider))
    return [
        text(f"tool {clip(name, 64)}", list(_tool(tool, sent.get(name), known=bool(provider))))
        for name, tool in _offered(client)
        if any(word == TOOLS or fnmatchcase(name, word) for word in words)
    ]


def _offered(body: Mapping[str, Any]) -> Iterator[tuple[str, Tool]]:
    """By name. Anthropic's tools have all in one object, those of chat completions in `function`."""
    for entry in map(as_dict, as_list(body.get("tools"))):
        tool = as_dict(entry.get("function")) or entry
        schema = next((tool[field] for field in ("input_schema", "parameters") if field in tool), None)
        if schema is None:  # one of the vendor's own, whose settings take a schema's place
            schema = {field: value for field, value in tool.items() if field not in ("name", "description")}
        yield as_str(tool.get("name")), (as_str(tool.get("description")), schema)


def _tool(offered: Tool, sent: Tool | None, *, known: bool) -> Iterator[str]:
    description, schema = offered
    yield from _prose(description)
    if not known or sent is None:
        yield f"schema from the client{', not sent to the provider' if known else ''}:"
        yield from _schema(schema)
        return
    if sent[0] != description:
        yield "description to the provider:"
        yield from _prose(sent[0])
    if sent[1] == schema:
        yield "schema, the same from the client and to the provider:"
        yield from _schema(schema)
        return
    yield heading("schema from the client", "to the provider")
    yield from beside(pretty(schema).split("\n"), pretty(_ordered(sent[1], schema)).split("\n"), whole=True)


def _ordered(value: Any, like: Any, depth: int = 0) -> Any:
    """The value with its fields in the other's order, which means nothing and would look like a difference."""
    if depth > _MOST_DEEP:
        return value
    match value, like:
        case dict(), dict():
            names = [*(name for name in like if name in value), *(name for name in value if name not in like)]
            return {name: _ordered(value[name], like.get(name), depth + 1) for name in names}
        case list(), list():
            return [_ordered(*pair, depth + 1) for pair in zip_longest(value, like[: len(value)])]
        case _:
            return value


def _schema(schema: Any) -> Iterator[str]:
    for line in pretty(schema).split("\n"):
        yield from wrapped(line, WIDTH - 2, _MOST)


def _prose(told: str) -> list[str]:
    shown = plain(fold_base64(told[:_MOST])).strip("\n")
    lines = [part for line in shown.split("\n") for part in wrap(line.rstrip(), WIDTH - 2)] if shown else []
    return lines if len(told) <= _MOST else [*lines, f"[… {len(told):,} characters in all]"]
