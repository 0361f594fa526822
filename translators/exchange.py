"""One provider's answer to one client's answer: bytes, frames, events, bytes.

An `Exchange` never raises. Whatever goes wrong becomes a `Fault` in its outcome and, where the client was already given
something, an `error` event, after which it gives out nothing more. Its host would otherwise end the stream as if all were well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from translators.anthropic.collect import Collector, Sink
from translators.anthropic.stream import Stream
from translators.anthropic.types import WireEvent
from translators.anthropic.writer import Writer
from translators.contract import Dialect, Reader, Reply, Target, WireRequest
from translators.errors import BadAnswer, Fault
from translators.events import Event, Failed
from translators.opaque import seal
from translators.outcome import CallRecord, Outcome
from translators.sse import Decoder, Frame

__all__ = ["CallRecord", "Exchange", "Outcome"]

# The most that an answer may hold that is kept whole, in bytes.
MAX_WHOLE = 64 * 1024 * 1024

_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


class Exchange:
    """Made for one answer of one provider. Give it either the stream (`feed`, then `close`) or the `whole` body."""

    def __init__(self, dialect: Dialect, target: Target, wire: WireRequest, reply: Reply) -> None:
        self.outcome = Outcome()
        self._dialect = dialect
        self._target = target
        self._wire = wire
        self._reply = reply
        mark = seal({"provider": target.provider})
        self._sink: Sink = Stream(mark, repeats=reply.repeats, blocks_given=reply.blocks_given) if reply.streams else Collector()
        self._decoder = Decoder()
        self._reader: Reader | None = None
        self._size = 0  # bytes received
        self._head = b""  # the first bytes, until they show what the body is
        self._document: bytearray | None = None  # a body that is no stream of events, kept until its end
        # A client that repeats is given tool calls whole, so their arguments can be mended in a stream too.
        self._writer = self._make_writer(eager=reply.streams and not reply.repeats)
        self._out: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        """More of the provider's stream. A body that is a JSON document all the same is kept until `close`."""
        return self._guarded(lambda: self._feed(data))

    def close(self, cut: str = "") -> list[bytes]:
        """The stream's end. `cut` says why if the connection broke, "" for a clean end."""
        return self._guarded(lambda: self._close(cut))

    def whole(self, body: bytes) -> bytes:
        """A whole body, JSON or a stream of events, as what the client asked for. b"" if it failed or was found empty."""
        self._writer = self._make_writer(eager=False)
        answer = b"".join(self.feed(body) + self.close())
        if self.outcome.fault is None:
            return answer
        self.outcome.began = False
        return b""

    def finish_empty(self) -> list[bytes]:
        """The provider finished without a word and there is no other to ask: the client gets that as one empty text."""
        return self._guarded(lambda: self._put(self._writer.finish_empty()))

    def fail(self, fault: Fault) -> list[bytes]:
        """The host ends the answer. A stream gets an error event; who waits for a whole message is answered by the host."""
        return self._guarded(lambda: self._put(self._writer.fail(fault)))

    def _guarded(self, work: Callable[[], None]) -> list[bytes]:
        try:
            work()
        except BadAnswer as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001 - the host must be given an end that the client can tell from success
            self._fail(f"the answer could not be translated ({type(error).__name__})")
        out, self._out = self._out, []
        self.outcome.began = self.outcome.began or bool(out)
        self.outcome.thoughts_only, self.outcome.blocks = self._sink.thoughts_only, self._sink.blocks
        return out

    def _fail(self, why: str) -> None:
        fault = Fault("server", "api_error", 502, f"provider `{self._target.provider}`: {why}")
        self._put(self._writer.send(Failed(fault)))

    def _put(self, events: list[WireEvent]) -> None:
        self._out += self._sink.put(events)

    @property
    def _over(self) -> bool:
        return self.outcome.fault is not None or self.outcome.finished or self.outcome.empty

    def _make_writer(self, *, eager: bool) -> Writer:
        return Writer(self._reply, self.outcome, mark=seal({"provider": self._target.provider}), eager=eager)

    def _feed(self, data: bytes) -> None:
        if self._over:
            return
        if self._reader is None and self._document is None:
            data = self._begin(data)
        if self._document is not None:
            self._measure(data)
            self._document += data
        elif self._reader is not None:
            if not self._reply.streams:
                self._measure(data)
            self._read(self._reader, self._decoder.feed(data))

    def _begin(self, data: bytes) -> bytes:
        """Finds out what the body is by its first character: a stream of events does not begin like JSON or HTML."""
        data = (self._head + data).lstrip(_SPACE)
        if _BOM.startswith(data):
            self._head = data
            return b""
        first = data.removeprefix(_BOM).lstrip(_SPACE)[:1]
        if not first:
            self._head = _BOM
        elif first in b"{[<":
            self._document = bytearray()
            # Nothing of it is given out before it is whole, so what is wrong in it can still be mended.
            self._writer = self._make_writer(eager=False)
        else:
            self._reader = self._dialect.reader(self._target, self._wire)
        return data

    def _measure(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_WHOLE:
            raise BadAnswer(f"the answer is longer than {MAX_WHOLE} bytes")

    def _read(self, reader: Reader, frames: list[Frame]) -> None:
        for frame in frames:
            self._say(reader.read(frame))

    def _close(self, cut: str) -> None:
        if self._over:
            return
        if self._document is not None and not cut:
            self._say(self._dialect.decode(bytes(self._document), self._target, self._wire))
            return
        reader = self._reader or self._dialect.reader(self._target, self._wire)
        if not cut:  # what a broken connection leaves of the last event is not worth reading
            self._read(reader, self._decoder.close())
        self._say(self._explained(reader.close(), cut))

    def _explained(self, events: Iterator[Event], cut: str) -> Iterator[Event]:
        """The connection's end explains the stream's, unless the answer was complete by then."""
        for event in events:
            if cut and isinstance(event, Failed):
                yield Failed(Fault("server", "api_error", 502, f"provider `{self._target.provider}` broke off its answer: {cut}"))
            else:
                yield event

    def _say(self, events: Iterator[Event]) -> None:
        wires: list[WireEvent] = []
        try:
            for event in events:
                wires += self._writer.send(event)
        finally:  # what came before a failure was said
            self._put(wires)
