"""The answer's side of `CCR`: what the model said, its tool calls as sent and as given, what it cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from addon.inspect.columns import CELLS, beside, heading
from addon.inspect.request import attempts, failure, notes, target
from addon.inspect.said import Block, Said, read
from addon.inspect.sections import document, mapping, text
from addon.inspect.texts import WIDTH, clip, number, shorten
from addon.inspect.written import compact, lines_of, parsed, pretty
from addon.routing.shapes import as_dict, as_list, as_str

_MOST_LINES: Final = 120
_MOST_BLOCKS: Final = 200
_CALLS: Final = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})


def answer_text(record: dict[str, Any], given: bytes, status: int) -> str:
    """`given` is the body that the client got, with `status`."""
    said = read(given)
    several = len(as_list(record.get("attempts"))) > 1
    title = f"{target(record)} → {clip(as_str(record.get('kind')) or 'client', 20)}, status {status}"
    return document(
        [
            mapping(title, _end(record, said), 8),
            attempts(record) if several else [],
            *_blocks(record, said),
            *_never_given(record, said),
            notes(record, answer=True),
        ]
    )


def _end(record: dict[str, Any], said: Said) -> list[tuple[str, str]]:
    facts = [
        ("stopped", _stop(record, said)),
        ("failed", _failure(record, said)),
        ("unreadable", said.unreadable),
        ("tokens", _tokens(as_dict(record.get("usage")))),
        ("cost", f"${number(record['cost']):.4f}" if record.get("cost") is not None else ""),
        ("time", _time(as_dict(record.get("timings")))),
    ]
    return [fact for fact in facts if fact[1]]


def _stop(record: dict[str, Any], said: Said) -> str:
    told = as_str(record.get("stop_reason")) or as_str(said.message.get("stop_reason"))
    provider = as_str(record.get("upstream_reason"))
    if not told and not provider:
        return ""
    return f"{told or '(the client was told nothing)'} (the provider said {provider or 'nothing'})"


def _failure(record: dict[str, Any], said: Said) -> str:
    error = said.error or as_dict(record.get("error"))
    if error:
        return failure(error)
    return "" if said.ended or said.unreadable else "the answer breaks off here, or is still coming"


def _tokens(usage: dict[str, Any]) -> str:
    if usage.get("input") is None and usage.get("output") is None:
        return ""
    read_, written, thought = (number(usage.get(name)) for name in ("cache_read", "cache_write", "reasoning"))
    came_in = number(usage.get("input")) + read_ + written
    cache = [f"{count:,.0f} {what}" for count, what in ((read_, "from cache"), (written, "to cache")) if count]
    told = f"{came_in:,.0f} in" + (f" ({', '.join(cache)})" if cache else "")
    told += f" → {number(usage.get('output')):,.0f} out" + (f" ({thought:,.0f} of them reasoning)" if thought else "")
    return told + (", estimated" if usage.get("estimated") else "")


def _time(timings: dict[str, Any]) -> str:
    total, first = timings.get("total_ms"), timings.get("first_byte_ms")
    if total is None:
        return ""
    begun = f", {number(first) / 1000:.1f} s to the first byte" if first is not None else ""
    return f"{number(total) / 1000:.1f} s{begun}"


def _blocks(record: dict[str, Any], said: Said) -> Iterator[list[str]]:
    calls = {as_str(call.get("id")): call for call in map(as_dict, as_list(record.get("tool_calls")))}
    for block in said.blocks[:_MOST_BLOCKS]:
        cut = "" if block.complete else ", broken off"
        match block.kind:
            case "thinking":
                yield text(f"reasoning{cut}", shorten(block.text or "(not shown)", _MOST_LINES, WIDTH - 2))
            case "text":
                yield text(f"text{cut}", shorten(block.text, _MOST_LINES, WIDTH - 2))
            case kind if kind in _CALLS:
                yield _call(block, calls.get(as_str(block.start.get("id")), {}), cut)
            case kind:
                yield text(f"{clip(kind or 'block', 40)}{cut}", shorten(compact(block.start), 6, WIDTH - 2))
    if (more := len(said.blocks) - _MOST_BLOCKS) > 0:
        yield text("more", [f"{more:,} blocks: see `CCR client answer`"])


def _call(block: Block, call: dict[str, Any], cut: str) -> list[str]:
    got = block.text or pretty(as_dict(block.start.get("input")))
    sent = as_str(call.get("arguments")) if call else got
    return _side_by_side(as_str(block.start.get("name")), as_str(block.start.get("id")), sent, got, cut)


def _side_by_side(name: str, call_id: str, sent: str, got: str, cut: str = "") -> list[str]:
    value = parsed(sent)
    same = value is not None and (sent == got or value == parsed(got))
    left = lines_of(sent, value) if sent.strip() else []
    head = heading("the provider sent", clip(f"the client got  {call_id}".rstrip(), CELLS))
    columns = beside(left, left if same else lines_of(got))
    return text(f"tool call {clip(name, 40)}{_verdict(sent, value, same=same)}{cut}", [head, *columns])


def _verdict(sent: str, value: Any, *, same: bool) -> str:
    if value is None:
        return " (no arguments)" if not sent.strip() else " (repaired, what was sent is not JSON)"
    return "" if same else " (changed)"


def _never_given(record: dict[str, Any], said: Said) -> Iterator[list[str]]:
    """Calls that the provider made, and that did not reach the client."""
    given = {as_str(block.start.get("id")) for block in said.blocks if block.kind in _CALLS}
    for call in map(as_dict, as_list(record.get("tool_calls"))[:_MOST_BLOCKS]):
        if as_str(call.get("id")) not in given:
            sent = as_str(call.get("arguments"))
            lines = [line for part in lines_of(sent)[:20] for line in shorten(part, 3, WIDTH - 2)]
            yield text(f"tool call {clip(as_str(call.get('name')), 40)}, not given to the client", lines)
