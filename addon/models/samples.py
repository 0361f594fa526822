"""The requests of the probes, as Claude Code would send them: streamed, with tools beside, room to think."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from typing import Any, Final

from translators.contract import JsonObject
from translators.tokens import estimate_text

ROOM: Final = 4096
"""Tokens an answer may have: models that think first need them, others stop by themselves."""

WORD: Final = "pong"
NUMBER: Final = "48213"
CITIES: Final = ("Paris", "Tokyo")
COLOUR: Final = "red"
LONG_TOKENS: Final = 25_000
"""About what Claude Code's first request comes to, with its tools and instructions."""

PING: Final[JsonObject] = {"max_tokens": 16, "messages": [{"role": "user", "content": "Say ok."}]}
WEATHER: Final[JsonObject] = {
    "name": "get_weather",
    "description": "Tells the weather in one city, now.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The city's name in English"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
_CALL_ID = "toolu_01ProbeOfTheRouter00001"
_PARAGRAPH = "The lighthouse keeper wrote down the wind, the tide and every ship that passed. Nothing else happened that day. "


def text() -> JsonObject:
    return _request(f"Reply with the single word {WORD} and nothing else.", stream=False)


def streaming() -> JsonObject:
    return _request("Count from one to twenty in words, separated by commas.")


def tool() -> JsonObject:
    return _request(f"What is the weather in {CITIES[0]}? Call the tool get_weather.", tools=[WEATHER])


def parallel() -> JsonObject:
    asked = f"What is the weather in {CITIES[0]} and in {CITIES[1]}? Call get_weather for both cities at once, in one answer."
    return _request(asked, tools=[WEATHER])


def result() -> JsonObject:
    """A conversation in which the tool was called and has answered."""
    call = {"type": "tool_use", "id": _CALL_ID, "name": "get_weather", "input": {"city": CITIES[0]}}
    told = {"type": "tool_result", "tool_use_id": _CALL_ID, "content": f"Rain. The station's number is {NUMBER}."}
    body = _request(f"What number has the weather station of {CITIES[0]}? Use get_weather, then tell me.", tools=[WEATHER])
    messages = [*body["messages"], {"role": "assistant", "content": [call]}, {"role": "user", "content": [told]}]
    return {**body, "messages": messages}


def image() -> JsonObject:
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(red_png()).decode()}
    asked = "Which colour is this picture? Answer with one English word."
    return _request([{"type": "image", "source": source}, {"type": "text", "text": asked}])


def thinking() -> JsonObject:
    asked = "A bat and a ball cost 1.10 together; the bat costs 1 more than the ball. What does the ball cost? Think first."
    return {**_request(asked), "thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}


def long(tokens: int) -> JsonObject:
    """About `tokens` tokens, with a number near the beginning that is asked for at the end."""
    filler = _PARAGRAPH * (tokens // estimate_text(_PARAGRAPH) + 1)
    asked = f"Remember this number: {NUMBER}.\n\n{filler}\n\nWhich number were you to remember? Answer with it alone."
    return _request(asked)


def red_png(size: int = 64) -> bytes:
    """A picture that is red all over."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xe0\x10\x10" * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _request(content: Any, *, stream: bool = True, tools: Sequence[JsonObject] = ()) -> JsonObject:
    body: JsonObject = {"max_tokens": ROOM, "messages": [{"role": "user", "content": content}], "stream": stream}
    return {**body, "tools": list(tools)} if tools else body
