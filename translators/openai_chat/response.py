"""A whole chat completion to events: read as the stream of one chunk that it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from translators.contract import Target, WireRequest
from translators.errors import Fault
from translators.events import Event, Failed
from translators.faults import fault_from_response
from translators.openai_chat.stream import ChatReader, error_in, excerpt, parse
from translators.openai_chat.types import Choice, Chunk, items, mapping


def decode(body: bytes, target: Target, wire: WireRequest) -> Iterator[Event]:
    """Yields `Failed` for an error or for what is no answer."""
    try:
        document = parse(body.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        if body.lstrip().startswith(b"<"):
            yield Failed(fault_from_response(200, {}, body, target))
        else:
            yield _nonsense(f"provider `{target.provider}` answered something that is not JSON: {excerpt(body)}")
        return
    fault = error_in(document, target)
    if fault:
        yield Failed(fault)
        return
    choices = items(document.get("choices"))
    if not any(mapping(choice.get("message")) for choice in choices):
        yield _nonsense(f"provider `{target.provider}` answered without a message: {excerpt(body)}")
        return
    reader = ChatReader(target, wire)
    yield from reader.read_chunk(cast("Chunk", document | {"choices": [_as_chunk(choice) for choice in choices]}))
    yield from reader.close()


def _as_chunk(choice: dict[str, object]) -> Choice:
    """A whole answer is finished even if it does not say why, and each of its calls is a call of its own."""
    message = dict(mapping(choice.get("message")))
    message["tool_calls"] = [call | {"index": index} for index, call in enumerate(items(message.get("tool_calls")))]
    return cast("Choice", choice | {"message": message, "finish_reason": choice.get("finish_reason") or "stop"})


def _nonsense(message: str) -> Failed:
    return Failed(Fault("server", "api_error", 502, message))
