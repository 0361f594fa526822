"""Chunks of a chat-completions stream to events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from pydantic_core import from_json

from translators.arguments import dumps
from translators.contract import Target, WireRequest
from translators.errors import Fault
from translators.events import Event, Failed, Finished, Started, Text, Thinking, Usage
from translators.faults import fault_from_error_object
from translators.opaque import seal
from translators.openai_chat.calls import Calls
from translators.openai_chat.finish import failure, stop_reason, usage_of
from translators.openai_chat.halves import Halves, loose_json
from translators.openai_chat.reasoning import Details, ThinkTags, reasoning_text
from translators.openai_chat.types import Choice, Chunk, Delta, Parts, items, mapping, string
from translators.sse import Frame

# What carries no answer but one of these is an error: DashScope's `code`, vLLM's `object: error`, FastAPI's `detail`.
_WORDS_OF_ERRORS = ("message", "detail", "errors", "code", "msg")


class ChatReader:
    """Reads one stream. Whatever the choices are numbered, they are one answer: more than one is never asked for."""

    def __init__(self, target: Target, wire: WireRequest) -> None:
        self._target = target
        self._calls = Calls(wire)
        self._halves = Halves()
        self._tags = ThinkTags()
        self._details = Details()
        self._started = False
        self._ended = False
        self._reason: str | None = None  # the provider's word, once it was said
        self._stop_sequence: str | None = None
        self._usage: Usage | None = None

    def read(self, frame: Frame) -> Iterator[Event]:
        if self._ended:
            return
        if frame.data.startswith(b"[DONE]"):
            yield from self.close()
            return
        if not frame.data or frame.data.isspace():
            return
        try:
            chunk = _unwrapped(self._halves.parse(frame.data))
        except ValueError:
            yield self._failed(f"provider `{self._target.provider}` sent something that is not JSON: {excerpt(frame.data)}")
            return
        fault = error_in(chunk, self._target, named_error=frame.event == "error")
        if fault:
            self._ended = True
            yield Failed(fault)
        else:
            yield from self.read_chunk(cast("Chunk", chunk))

    def read_chunk(self, chunk: Chunk) -> Iterator[Event]:
        if not self._started:
            self._started = True
            yield Started(string(chunk.get("model")))
        choices = cast("list[Choice]", items(chunk.get("choices")))
        for choice in choices:
            yield from self._read_choice(choice)
        # Groq and Kimi have places of their own. Some count in every chunk: the last count is the whole.
        for usage in (
            chunk.get("usage"),
            mapping(chunk.get("x_groq")).get("usage"),
            *(choice.get("usage") for choice in choices),
        ):
            if usage:
                self._usage = usage_of(usage) or self._usage

    def close(self) -> Iterator[Event]:
        if self._ended:
            return
        self._ended = True
        if self._reason is None:
            yield self._failed(f"provider `{self._target.provider}` ended its answer without finishing it")
            return
        broken = failure(self._reason)
        if broken:
            yield self._failed(f"provider `{self._target.provider}` {broken} (`{self._reason}`)")
            return
        if self._halves.waits_in("content"):
            yield from self._read_content("\ufffd")
        yield from self._tags.flush()
        yield from self._calls.flush()
        yield from self._sealed({})
        reason = stop_reason(self._reason)
        if self._stop_sequence is not None and reason == "end_turn":
            reason = "stop_sequence"
        yield Finished(reason, self._usage, self._stop_sequence, self._reason)

    def _read_choice(self, choice: Choice) -> Iterator[Event]:
        delta = choice.get("delta") if "delta" in choice else choice.get("message")
        if isinstance(delta, dict) and delta:
            yield from self._read_delta(delta, choice.get("index"))
        reason = string(choice.get("finish_reason"))
        if reason:
            self._reason = reason
            matched = choice.get("stop_reason") or choice.get("matched_stop")
            self._stop_sequence = matched if isinstance(matched, str) else None

    def _read_delta(self, delta: Delta, number: int | None) -> Iterator[Event]:
        thought = reasoning_text(delta)
        if thought:
            yield Thinking(thought)
        if "reasoning_details" in delta:
            self._details.add(delta)
        content = delta.get("content")
        if content:
            if self._details:
                yield from self._sealed({})
            yield from self._read_content(content)
        for picture in items(delta.get("images")):
            yield from self._read_part(picture)
        if delta.get("refusal"):
            yield from self._tags.flush()
            yield Text(string(delta.get("refusal")))
        calls = items(delta.get("tool_calls"))
        if not calls and delta.get("function_call"):
            calls = [{"index": -1, "function": delta.get("function_call")}]
        if calls:
            yield from self._read_calls(calls, number if isinstance(number, int) else 0)

    def _read_content(self, content: Parts) -> Iterator[Event]:
        if not isinstance(content, str):
            for part in items(content):
                yield from self._read_part(part)
        elif self._tags.passed:
            yield Text(content)
        else:
            yield from self._tags.read(content)

    def _read_part(self, part: dict[str, Any]) -> Iterator[Event]:
        """Mistral's API reference: a part is text, thinking (itself a list of text parts), or a reference to a source."""
        kind = part.get("type")
        if isinstance(part.get("text"), str):
            yield from self._read_content(part["text"])
        elif kind == "thinking":
            thinking = part.get("thinking")
            yield Thinking(
                thinking if isinstance(thinking, str) else "".join(string(item.get("text")) for item in items(thinking))
            )
        elif kind != "reference":
            yield Text(f"[{string(kind) or 'unknown'} content, which cannot be shown here]")

    def _read_calls(self, calls: list[dict[str, Any]], number: int) -> Iterator[Event]:
        yield from self._tags.flush()
        google = mapping(mapping(calls[0].get("extra_content")).get("google"))
        yield from self._sealed({"thought_signature": google["thought_signature"]} if google.get("thought_signature") else {})
        for call in calls:
            yield from self._calls.read(call, number)

    def _sealed(self, state: dict[str, Any]) -> Iterator[Event]:
        """What the provider wants back with the history, in the signature of the thinking it belongs to.

        Gemini signs the first call of a turn: https://ai.google.dev/gemini-api/docs/thought-signatures
        """
        details = self._details.take()
        if details:
            state = state | {"reasoning_details": details}
        if state:
            yield Thinking("", seal({"provider": self._target.provider, "model": self._target.model} | state))

    def _failed(self, message: str) -> Failed:
        self._ended = True
        return Failed(Fault("server", "api_error", 502, message))


def parse(data: bytes) -> Any:
    r"""JSON as it comes. Raises ValueError for what is none.

    Half characters (one of a pair of `\ud83d\ude00` alone), which strict parsers refuse, become U+FFFD. Gemini wraps its errors
    in a list: of a list it is the first item.
    """
    try:
        document = from_json(data)
    except ValueError:
        document = from_json(dumps(loose_json(data)))
    return _unwrapped(document)


def _unwrapped(document: Any) -> Any:
    return document[0] if isinstance(document, list) and document else document


def error_in(document: Any, target: Target, *, named_error: bool = False) -> Fault | None:
    """The error that a document is instead of an answer, or carries within one; None for an answer.

    `named_error` says that the stream's event was called `error`.
    """
    if not isinstance(document, dict):
        return Fault(
            "server", "api_error", 502, f"provider `{target.provider}` sent {excerpt(json.dumps(document).encode())} as an answer"
        )
    error = document.get("error") or _error_further_in(document)
    if error:
        return fault_from_error_object({"error": error}, target)
    # MiniMax says with every answer that it is none: status code 0.
    refused = mapping(document.get("base_resp")).get("status_code")
    speechless = not document.get("choices") and not document.get("usage")
    if refused or named_error or (speechless and any(document.get(name) for name in _WORDS_OF_ERRORS)):
        return fault_from_error_object(document, target)
    return None


def _error_further_in(document: dict[str, Any]) -> Any:
    groq = mapping(document.get("x_groq")).get("error")
    return groq or next((choice["error"] for choice in items(document.get("choices")) if choice.get("error")), None)


def excerpt(data: bytes) -> str:
    """The beginning of what a provider sent, on one line."""
    return " ".join(data[:200].decode("utf-8", "replace").split())
