"""A scripted turn as a chat completion, whole and streamed, in the manners of the many servers that speak this protocol.

The plain manner is OpenAI's own (platform.openai.com/docs/api-reference/chat-streaming); each field of `Style` is one way in
which another server is known to differ from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any, Literal

from tests.fakes.anthropic_messages import pieces
from tests.fakes.script import Text, Thinking, Tool, Turn


@dataclass(frozen=True, slots=True)
class Style:
    """How a server writes.

    `usage`: in the finishing chunk, in one after it with no choices, in every chunk, or never.
    `arguments`: in deltas, the first of them in the opening chunk, or all of them in the opening chunk.
    `cumulative`: each delta repeats all arguments so far. `interleaved`: parallel calls in turns instead of one after the other.
    `name`, `identity`: told at the opening, only with the arguments (`late`), in every chunk, or never (`missing`).
    `index`: from zero, from one, no index, or zero for every call.
    `reasoning`: the field that carries thoughts; `think` puts them in `<think>` tags into the content; `none` drops them.
    `finish`: the word for the end in place of the right one. `together`: the whole turn is one chunk.
    """

    usage: Literal["finish", "after", "every", "never"] = "after"
    arguments: Literal["deltas", "opening", "whole"] = "deltas"
    cumulative: bool = False
    interleaved: bool = False
    name: Literal["opening", "late", "every"] = "opening"
    identity: Literal["opening", "every", "missing"] = "opening"
    index: Literal["zero", "one", "none", "same"] = "zero"
    reasoning: Literal["reasoning_content", "reasoning", "reasoning_details", "think", "none"] = "reasoning_content"
    finish: str = ""
    together: bool = False
    nulls: bool = False
    done: bool = True
    comments: bool = False
    newline: str = "\n"
    space: str = " "


@dataclass(frozen=True, slots=True)
class Completion:
    """What all chunks of one answer, or the whole of it, have in common."""

    identity: str
    model: str
    turn: Turn
    usage: dict[str, Any]

    @property
    def finish(self) -> str:
        return self.turn.finish or ("tool_calls" if self.turn.tools else "stop")


def usage(prompt_tokens: int, turn: Turn) -> dict[str, Any]:
    """Token counts at four characters each; half of the prompt counts as cached."""
    said = sum(len(step.arguments if isinstance(step, Tool) else step.text) for step in turn.steps)
    completion = max(1, said // 4)
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion,
        "total_tokens": prompt_tokens + completion,
        "prompt_tokens_details": {"cached_tokens": prompt_tokens // 2},
    }


def whole(answer: Completion, style: Style) -> dict[str, Any]:
    tools = answer.turn.tools
    thoughts = "".join(step.text for step in answer.turn.steps if isinstance(step, Thinking))
    text = "".join(step.text for step in answer.turn.steps if isinstance(step, Text))
    message = {"role": "assistant", "content": text or None} | _thoughts(thoughts, style, text)
    if tools:
        message["tool_calls"] = [{"id": f"call_{tool.key}", "type": "function", "function": _function(tool)} for tool in tools]
    body = {
        "id": answer.identity,
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": answer.model,
        "choices": [{"index": 0, "message": message, "finish_reason": style.finish or answer.finish, "logprobs": None}],
    }
    return body if style.usage == "never" else body | {"usage": answer.usage}


def stream(answer: Completion, style: Style, chunk: int) -> Iterator[bytes]:
    """The events of a streamed completion."""
    deltas = [{"role": "assistant", "content": ""}, *_deltas(answer.turn, style, chunk)]
    if style.together:
        deltas = [_merged(deltas)]
    finish = style.finish or answer.finish
    if style.comments:
        yield f": PROCESSING{style.newline * 2}".encode()
    for delta in deltas:
        yield _event(_chunk(answer, _padded(delta, style), None, style.usage == "every"), style)
    yield _event(_chunk(answer, {}, finish, style.usage in ("every", "finish")), style)
    if style.usage == "after":
        yield _event(_chunk(answer, None, None, True), style)
    if style.done:
        yield f"data:{style.space}[DONE]{style.newline * 2}".encode()


def _event(chunk: dict[str, Any], style: Style) -> bytes:
    return f"data:{style.space}{json.dumps(chunk, ensure_ascii=False)}{style.newline * 2}".encode()


def _chunk(answer: Completion, delta: dict[str, Any] | None, finish: str | None, with_usage: bool) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
    chunk = {
        "id": answer.identity,
        "object": "chat.completion.chunk",
        "created": 1_760_000_000,
        "model": answer.model,
        "choices": choices,
    }
    return chunk | {"usage": answer.usage} if with_usage else chunk


def _deltas(turn: Turn, style: Style, chunk: int) -> Iterator[dict[str, Any]]:
    position = 0
    for is_tool, steps in groupby(turn.steps, lambda step: isinstance(step, Tool)):
        run = list(steps)
        if is_tool:
            calls = [list(_call(tool, position + at, style, chunk)) for at, tool in enumerate(run) if isinstance(tool, Tool)]
            position += len(calls)
            yield from ({"tool_calls": [part]} for part in _ordered(calls, style.interleaved))
        else:
            for step in run:
                yield from _prose(step, style, chunk)


def _prose(step: Any, style: Style, chunk: int) -> Iterator[dict[str, Any]]:
    if isinstance(step, Text):
        yield from ({"content": piece} for piece in pieces(step.text, chunk))
    elif style.reasoning == "think":
        yield from ({"content": piece} for piece in pieces(f"<think>{step.text}</think>", chunk))
    else:
        yield from (part for piece in pieces(step.text, chunk) if (part := _thoughts(piece, style, "")))


def _thoughts(text: str, style: Style, content: str) -> dict[str, Any]:
    match style.reasoning:
        case _ if not text:
            return {}
        case "reasoning_details":
            return {"reasoning_details": [{"type": "reasoning.text", "text": text, "format": "unknown", "index": 0}]}
        case "think":
            return {"content": f"<think>{text}</think>{content}"}
        case "none":
            return {}
        case field:
            return {field: text}


def _ordered(calls: list[list[dict[str, Any]]], interleaved: bool) -> Iterator[dict[str, Any]]:
    if interleaved:
        yield from (part for row in zip_longest(*calls) for part in row if part)
    else:
        yield from (part for call in calls for part in call)


def _call(tool: Tool, position: int, style: Style, chunk: int) -> Iterator[dict[str, Any]]:
    """The parts of one call: the opening and its arguments."""
    parts = list(pieces(tool.arguments, chunk))
    if style.cumulative:
        parts = ["".join(parts[: at + 1]) for at in range(len(parts))]
    if style.arguments == "whole":
        parts = [tool.arguments]
    first = "" if style.arguments == "deltas" else parts.pop(0)
    yield _labelled(tool, position, style, {"arguments": first}, opening=True)
    for at, part in enumerate(parts):
        yield _labelled(tool, position, style, {"arguments": part}, opening=False, named=style.name == "late" and at == 0)


def _labelled(
    tool: Tool, position: int, style: Style, function: dict[str, Any], *, opening: bool, named: bool = False
) -> dict[str, Any]:
    part: dict[str, Any] = {}
    if style.index != "none":
        part["index"] = {"zero": position, "one": position + 1, "same": 0}[style.index]
    if style.identity == "every" or (opening and style.identity == "opening"):
        part |= {"id": f"call_{tool.key}", "type": "function"}
    if named or style.name == "every" or (opening and style.name == "opening"):
        function = {"name": tool.name} | function
    return part | {"function": function}


def _function(tool: Tool) -> dict[str, str]:
    return {"name": tool.name, "arguments": tool.arguments}


def _padded(delta: dict[str, Any], style: Style) -> dict[str, Any]:
    """With every field there is, null where it says nothing."""
    return {"role": None, "content": None, "reasoning_content": None, "tool_calls": None} | delta if style.nulls else delta


def _merged(deltas: list[dict[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for delta in deltas:
        for field, value in delta.items():
            merged[field] = merged[field] + value if field in merged and field != "role" else value
    return merged
