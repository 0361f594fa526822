"""Providers that speak Anthropic Messages themselves: what they say goes to the client as it came, but for the model.

The client is told the model it asked for. An answer that fails or is cut off ends with an error event and never as a success,
and nothing is given out before the first block opens, so that another provider can still be asked.
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic_core import from_json, to_json

from translators.anthropic.assemble import Assembler, is_message, take_apart, to_sse
from translators.anthropic.dialect import ANTHROPIC
from translators.anthropic.errors import error_event
from translators.anthropic.raw_events import Splitter, data_of, is_error, read_event
from translators.anthropic.request import is_official
from translators.anthropic.splice import set_value
from translators.anthropic.watch import Watch
from translators.contract import JsonObject, Reply, Target, WireRequest
from translators.errors import BadAnswer, Fault
from translators.exchange import MAX_WHOLE
from translators.faults import fault_from_error_object, fault_from_response
from translators.outcome import Outcome

__all__ = ["ANTHROPIC", "PassthroughExchange"]

_SPACE = b" \t\r\n\xef\xbb\xbf"
# One of these is in every error that comes with a 200; a document without any is something else altogether.
_WORDS_OF_ERRORS = frozenset({"error", "errors", "detail", "message", "msg", "code", "base_resp"})
_EMPTY_TEXT = {"type": "text", "text": ""}


class PassthroughExchange:
    """Made for one answer of one provider. Give it either the stream (`feed`, then `close`) or the `whole` body. Never raises."""

    def __init__(self, target: Target, wire: WireRequest, reply: Reply) -> None:
        del wire  # nothing that was sent has to be undone
        self.outcome = Outcome()
        self._target = target
        self._reply = reply
        self._watch = Watch(self.outcome, reply)
        self._splitter: Splitter | None = None
        self._document: bytearray | None = None  # a body that is no stream of events, kept until its end
        self._assembler = None if reply.streams else Assembler()
        self._held: list[bytes] = []  # events that wait for the first block, or for the host's word on an empty answer
        self._out: list[bytes] = []
        self._edited = b""  # a whole message as it came, but for the model
        self._size = 0  # bytes received

    def feed(self, data: bytes) -> list[bytes]:
        """More of the provider's stream. A body that is a JSON document all the same is kept until `close`."""
        return self._guarded(lambda: self._feed(data))

    def close(self, cut: str = "") -> list[bytes]:
        """The stream's end. `cut` says why if the connection broke, "" for a clean end."""
        return self._guarded(lambda: self._close(cut))

    def whole(self, body: bytes) -> bytes:
        """A whole body, JSON or a stream of events, as what the client asked for. b"" if it failed or was found empty."""
        answer = b"".join(self.feed(body) + self.close())
        if self.outcome.fault is None:
            return answer
        self.outcome.began = False
        return b""

    def finish_empty(self) -> list[bytes]:
        """The provider finished without a word and there is no other to ask: the client gets that as one empty text."""
        return self._guarded(self._finish_empty)

    def fail(self, fault: Fault) -> list[bytes]:
        """The host ends the answer. A stream gets an error event; who waits for a whole message is answered by the host."""
        return self._guarded(lambda: self._fail(fault, say_so=self._reply.streams))

    def _guarded(self, work: Callable[[], None]) -> list[bytes]:
        try:
            work()
        except BadAnswer as error:
            self._break(str(error))
        except Exception as error:  # noqa: BLE001 - the host must be given an end that the client can tell from success
            self._break(f"the answer could not be read ({type(error).__name__})")
        out, self._out = b"".join(self._out), []
        self.outcome.began = self.outcome.began or bool(out)
        return [out] if out else []

    @property
    def _over(self) -> bool:
        return self.outcome.fault is not None or self.outcome.finished or self.outcome.empty

    def _feed(self, data: bytes) -> None:
        if self._over:
            return
        if self._splitter is None and self._document is None:
            self._held.append(data)
            data = b"".join(self._held)
            head = data.lstrip(_SPACE)[:1]
            self._held = [] if head else [data]
            if head and head in b"{[<":
                self._document = bytearray()
            elif head:
                self._splitter = Splitter()
        self._size += len(data)
        if self._size > MAX_WHOLE and (self._assembler is not None or not self.outcome.began):
            raise BadAnswer(f"the answer is longer than {MAX_WHOLE} bytes")
        if self._document is not None:
            self._document += data
        elif self._splitter is not None:
            for raw in self._splitter.feed(data):
                self._event(raw)

    def _close(self, cut: str) -> None:
        if self._over:
            return
        if self._document is not None and not cut:
            self._whole_message(bytes(self._document))
            return
        rest = self._splitter.close() if self._splitter is not None and not cut else b""
        if rest.strip():
            self._event(rest if rest.endswith(b"\r\r") else rest.rstrip(b"\r\n") + b"\n\n")
        if not self._over:
            self._break(f"it broke off its answer: {cut}" if cut else "its answer ended without `message_stop`")

    def _event(self, raw: bytes) -> None:
        """One event of the stream, to be passed on, held back, or recognized as the end of it."""
        event = None if self._over else read_event(raw)
        if event is None:
            if not self._over and not data_of(raw):
                self._pass(raw)
            return
        if is_error(raw, event):
            self._fail(fault_from_error_object(event, self._target))
            return
        self._watch.see(event)
        if self._assembler is not None:
            self._assembler.add(event)
        match event.get("type"):
            case "message_start":
                raw = self._with_model(raw, event)
            case "content_block_start" if self._assembler is None:
                self.outcome.began = True
            case "message_delta":
                self._check_calls()
            case "message_stop":
                self._finish(raw)
                return
        self._pass(raw)

    def _pass(self, raw: bytes) -> None:
        if self._assembler is not None:
            return
        if self.outcome.began:
            self._out += [*self._held, raw]
            self._held = []
        else:
            self._held.append(raw)

    def _with_model(self, raw: bytes, event: JsonObject) -> bytes:
        """`message_start` with the model that the client asked for."""
        message = event.get("message")
        if not isinstance(message, dict):
            raise BadAnswer("`message_start` has no message")
        if self._assembler is not None:
            self._assembler.message["model"] = self._reply.model
        head, mark, data = raw.partition(b"{")
        try:
            body = (mark + data).rstrip()
            return head + set_value(body, ("message", "model"), self._reply.model) + (mark + data)[len(body) :]
        except ValueError:  # it has no model, or its data is on several lines
            return to_sse({**event, "message": {**message, "model": self._reply.model}})

    def _check_calls(self) -> None:
        """Arguments that are no JSON cannot be taken back; the client asks again if it is told. Anthropic's own are its own."""
        name = "" if self.outcome.stop_reason == "max_tokens" else self._watch.broken_call()
        if name and not is_official(self._target.base_url):
            raise BadAnswer(f"the model's arguments for the tool `{name}` are not valid JSON")

    def _finish(self, raw: bytes) -> None:
        self._watch.end()
        if self._watch.says_nothing:
            self._held.append(raw)
            self.outcome.empty = True
            return
        self._pass(raw)
        self._out += self._held if self._assembler is None else [self._edited or self._assembled()]
        self._held = []
        self.outcome.finished = True

    def _whole_message(self, body: bytes) -> None:
        try:
            message = from_json(body.lstrip(_SPACE))
        except ValueError:
            message = None
        if not is_message(message):
            self._fail(self._no_message(message, body))
            return
        events = list(take_apart(message))
        for event in events:
            self._watch.see(event)
        self._check_calls()
        if self._assembler is None:
            events[0]["message"]["model"] = self._reply.model
            self._held = list(map(to_sse, events[:-1]))
        else:
            self._assembler.message = {**message, "model": self._reply.model}
            if "model" in message:
                self._edited = set_value(body.lstrip(_SPACE), ("model",), self._reply.model)
        self._finish(to_sse(events[-1]))

    def _no_message(self, document: object, body: bytes) -> Fault:
        """What a 200 means that holds no message: an error object, a web page, nonsense."""
        if isinstance(document, dict) and _WORDS_OF_ERRORS.isdisjoint(document):
            return Fault("server", "api_error", 502, f"provider `{self._target.provider}` sent JSON that is no message")
        if isinstance(document, dict | list):
            return fault_from_error_object(document, self._target)
        return fault_from_response(200, {}, body, self._target)

    def _finish_empty(self) -> None:
        if not self.outcome.empty or self.outcome.fault is not None or self.outcome.finished:
            return
        if self._assembler is not None:
            self._assembler.message["content"] = [_EMPTY_TEXT]
            self._out.append(self._assembled())
        else:
            at = next((at for at, raw in enumerate(self._held) if (read_event(raw) or {}).get("type") == "message_delta"), -1)
            block = {"type": "content_block_start", "index": 0, "content_block": _EMPTY_TEXT}
            stop = {"type": "content_block_stop", "index": 0}
            self._out += [*self._held[:at], to_sse(block), to_sse(stop), *self._held[at:]]
        self.outcome.finished = True

    def _assembled(self) -> bytes:
        return to_json(self._assembler and self._assembler.message, inf_nan_mode="null")

    def _break(self, why: str) -> None:
        self._fail(Fault("server", "api_error", 502, f"provider `{self._target.provider}`: {why}"))

    def _fail(self, fault: Fault, *, say_so: bool = False) -> None:
        if self.outcome.fault is not None or self.outcome.finished:
            return
        self.outcome.fault = fault
        self._watch.end()
        if self.outcome.began or say_so:
            self._out.append(error_event(fault.type, fault.message))
