"""The script's answers in OpenAI's chat-completions protocol: one object, or a stream of chunks.

Fields as in the API reference, sections "The chat completion object" and "The chat completion chunk object";
`reasoning_content` is DeepSeek's field (https://api-docs.deepseek.com/guides/reasoning_model), which many servers copied.
The arguments of parallel calls come in turns, a piece of each, as some servers send them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from addon.demo.script import Answer

_PIECE: Final = 12
# About what a token is in English: the numbers are for show, and the demo says so.
_CHARACTERS_PER_TOKEN: Final = 4

type JsonObject = dict[str, Any]


def usage(prompt_characters: int, answer: Answer) -> JsonObject:
    """Token counts of an answer, estimated by its length."""
    prompt = prompt_characters // _CHARACTERS_PER_TOKEN
    reasoning = len(answer.reasoning) // _CHARACTERS_PER_TOKEN
    said = len(answer.text) + sum(len(json.dumps(call.arguments)) for call in answer.calls)
    completion = reasoning + said // _CHARACTERS_PER_TOKEN
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def whole(answer: Answer, model: str, answer_id: str, created: int, used: JsonObject) -> JsonObject:
    """The answer as one object."""
    message: JsonObject = {"role": "assistant", "content": answer.text or None}
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.calls:
        message["tool_calls"] = [
            _function(answer_id, index, call.name, json.dumps(call.arguments)) for index, call in enumerate(answer.calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": _finish(answer)}
    return {"id": answer_id, "object": "chat.completion", "created": created, "model": model, "choices": [choice], "usage": used}


def stream(answer: Answer, model: str, answer_id: str, created: int, used: JsonObject | None) -> Iterator[bytes]:
    """The answer as server-sent events. `used` comes in a last chunk without choices, None leaves it out."""
    head = {"id": answer_id, "object": "chat.completion.chunk", "created": created, "model": model}
    deltas = [{"role": "assistant", "content": ""}, *_said(answer), *_called(answer, answer_id)]
    for delta in deltas:
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(answer)}]})
    if used is not None:
        yield _event({**head, "choices": [], "usage": used})
    yield b"data: [DONE]\n\n"


def _said(answer: Answer) -> Iterator[JsonObject]:
    yield from ({"reasoning_content": piece} for piece in _pieces(answer.reasoning))
    yield from ({"content": piece} for piece in _pieces(answer.text))


def _called(answer: Answer, answer_id: str) -> Iterator[JsonObject]:
    for index, call in enumerate(answer.calls):
        yield {"tool_calls": [{"index": index, **_function(answer_id, index, call.name, "")}]}
    for row in zip_longest(*(_pieces(json.dumps(call.arguments)) for call in answer.calls)):
        for index, piece in enumerate(row):
            if piece is not None:
                yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _function(answer_id: str, index: int, name: str, arguments: str) -> JsonObject:
    call_id = f"call_{answer_id.removeprefix('chatcmpl-')}_{index}"
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _finish(answer: Answer) -> str:
    return "tool_calls" if answer.calls else "stop"


def _pieces(text: str) -> list[str]:
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def _event(chunk: JsonObject) -> bytes:
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"
