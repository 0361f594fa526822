"""Server-sent events: bytes to frames, incrementally and bounded.

As https://html.spec.whatwg.org/multipage/server-sent-events.html has it, but for one thing: an event that the end of the
stream cuts off before its blank line is given out, since several providers leave the last blank line away.
"""

from __future__ import annotations

from dataclasses import dataclass

from translators.errors import BadAnswer

# The most that one event may hold, in bytes: beyond any real chunk, and small enough for a proxy's memory.
MAX_EVENT = 16 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Frame:
    """One event. `event` is "" where the stream named none; `data` is its data lines joined by a newline."""

    event: str
    data: bytes


class Decoder:
    """Made for one stream, used once. However the bytes are cut, the frames are the same and the time is linear.

    An event beyond `MAX_EVENT` is a `BadAnswer`, raised by the call after the one that gave out the frames before it.
    """

    def __init__(self) -> None:
        self._head: bytes | None = b""  # the stream's first bytes while they may still be a byte order mark
        self._after_cr = False  # a line feed at the start of the next bytes belongs to the line end already seen
        self._line = bytearray()  # the unfinished line
        self._event = ""
        self._data: list[bytes] = []
        self._size = 0  # bytes in the lines of the open event
        self._too_long = False

    def feed(self, data: bytes) -> list[Frame]:
        if self._too_long:
            raise BadAnswer(f"one event of the stream is longer than {MAX_EVENT} bytes")
        if self._head is not None:
            data = self._without_mark(data)
        if not data:
            return []
        lines = self._lines(data)
        self._line += lines.pop()
        frames: list[Frame] = []
        for line in lines:
            if line:
                self._field(line)
            elif self._data:
                frames.append(self._frame())
            else:
                self._reset()
            if self._size > MAX_EVENT:
                break
        self._too_long = self._size + len(self._line) > MAX_EVENT
        return frames

    def close(self) -> list[Frame]:
        """End of input: the last event, if the stream ended inside one."""
        head, self._head = self._head, None
        frames = self.feed(head or b"")
        if self._line:
            self._field(bytes(self._line))
            self._line.clear()
        if self._data:
            frames.append(self._frame())
        return frames

    def _without_mark(self, data: bytes) -> bytes:
        head = (self._head or b"") + data
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        return head.removeprefix(_BOM)

    def _lines(self, data: bytes) -> list[bytes]:
        """The lines that `data` ends, the first completed with what was left before, and last the unfinished rest."""
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
        self._after_cr = data.endswith(b"\r") if data else False
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = data.split(b"\n")
        if self._line and len(lines) > 1:
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        return lines

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value[1:] if value.startswith(b" ") else value)
            self._size += len(line)
        elif name == b"event":
            self._event = value.removeprefix(b" ").decode("utf-8", "replace")

    def _frame(self) -> Frame:
        frame = Frame(self._event, self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
        self._reset()
        return frame

    def _reset(self) -> None:
        self._event = ""
        self._data = []
        self._size = 0
