"""A stream of events cut at its events' ends, each with its bytes as they came."""

from __future__ import annotations

import re

from pydantic_core import from_json

from translators.contract import JsonObject
from translators.errors import BadAnswer
from translators.sse import MAX_EVENT

# Two line ends in a row. A carriage return at the end of what came so far may be the half of one.
_END = re.compile(rb"(?:\r\n|\n|\r(?=[^\n])){2}")
_ERROR_LINE = re.compile(rb"^event: ?error\s*$", re.MULTILINE)
_LINE_END = re.compile(rb"\r\n|\n|\r")


class Splitter:
    """Made for one stream. The pieces it gives out are together all that it was given, but for what it still keeps."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The events that `data` completes. Raises BadAnswer for one that is beyond all bounds."""
        look_from = max(len(self._rest) - 3, 0)
        self._rest += data
        events: list[bytes] = []
        begin = 0
        for end in _END.finditer(self._rest, look_from):
            events.append(bytes(self._rest[begin : end.end()]))
            begin = end.end()
        del self._rest[:begin]
        if len(self._rest) > MAX_EVENT:
            raise BadAnswer(f"one event of the stream is longer than {MAX_EVENT} bytes")
        return events

    def close(self) -> bytes:
        """What came after the last event's end."""
        rest = bytes(self._rest)
        self._rest.clear()
        return rest


def data_of(raw: bytes) -> bytes:
    """The data of an event, b"" if it has none."""
    lines = (line for line in _LINE_END.split(raw.removeprefix(b"\xef\xbb\xbf")) if line.startswith(b"data"))
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines if line[4:5] == b":")


def is_error(raw: bytes, event: JsonObject) -> bool:
    """Whether the event says that the answer failed: by its type or, where it has none, by its event line or its field."""
    kind = event.get("type")
    return kind == "error" or (kind is None and ("error" in event or _ERROR_LINE.search(raw) is not None))


def read_event(raw: bytes) -> JsonObject | None:
    """The event, or None for one that says nothing: comments, and the end mark of another protocol. Raises BadAnswer."""
    data = data_of(raw).strip()
    if data in (b"", b"[DONE]"):
        return None
    try:
        event = from_json(data)
    except ValueError as error:
        raise BadAnswer(f"an event of the stream is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise BadAnswer("an event of the stream is no JSON object")
    return event
