"""Events to the client's stream events: the sole owner of the answer's grammar.

`message_start`, then blocks one at a time, numbered from 0, then one `message_delta` and `message_stop`, or an `error` and
nothing after it. Blocks wait in a queue: its head is given out as it comes, what others bring meanwhile is kept until they are
the head. Nothing at all is given out before the first block opens, so that a failure until then is still nobody's answer.
"""

from __future__ import annotations

from collections import deque
from typing import assert_never

from translators.anthropic.blocks import Call, Ids, Prose, ProseKind
from translators.anthropic.count import Count
from translators.anthropic.emit import Emitter
from translators.anthropic.types import WireEvent
from translators.arguments import is_beginning, is_object, settle
from translators.contract import Note, Reply
from translators.errors import Fault
from translators.events import Event, Failed, Finished, Started, StopReason, Text, Thinking, ToolCall, ToolInput
from translators.outcome import CallRecord, Outcome

# The most that may wait for its turn, and the most that one call's arguments may hold, in characters.
MAX_HELD = 32 * 1024 * 1024


class _Broken(Exception):
    """The answer cannot be brought to an end that the client could trust. Never leaves the writer."""


class Writer:
    """Made for one answer. What the host wants to know of it is left in `outcome`.

    `mark` is the signature of thinking that came without one. With `eager`, arguments are given out while they come and can
    then no longer be repaired; without it each call waits until it is whole.
    """

    def __init__(self, reply: Reply, outcome: Outcome, *, mark: str, eager: bool) -> None:
        self._outcome = outcome
        self._mark = mark
        self._eager = eager
        self._queue: deque[Prose | Call] = deque()
        self._calls: dict[int, Call] = {}
        self._ids = Ids(reply.message_id)
        self._count = Count(reply.input_estimate)
        self._emit = Emitter(reply, self._count)
        self._held = 0  # characters received and not given out
        self._tools_used = 0
        self._finish: Finished | None = None

    def send(self, event: Event) -> list[WireEvent]:
        if self._finish is None and self._outcome.fault is None:
            try:
                self._receive(event)
            except _Broken as broken:
                self._fail(Fault("server", "api_error", 502, str(broken)))
        return self._emit.take()

    def fail(self, fault: Fault) -> list[WireEvent]:
        """The host ends the answer: an error event, even if nothing was given out before."""
        if not self._outcome.finished and self._outcome.fault is None:
            self._fail(fault, say_so=True)
        return self._emit.take()

    def finish_empty(self) -> list[WireEvent]:
        """The end of an answer that was found empty, as one empty text block."""
        if self._finish is not None and self._outcome.fault is None and not self._outcome.finished:
            self._emit.open_prose("text")
            self._emit.stop()
            self._end_message(self._finish)
        return self._emit.take()

    def _receive(self, event: Event) -> None:
        match event:
            case Text(text):
                self._add_prose("text", text, "")
            case ToolInput(key, text):
                self._add_arguments(self._call(key), text)
            case Thinking(text, signature):
                self._add_prose("thinking", text, signature)
            case ToolCall(key, call_id, name):
                call = self._call(key)
                call.id = call.id or call_id
                call.name = name or call.name  # one that comes in pieces grows until the first argument
                self._advance()
            case Started(model, usage):
                self._outcome.model = self._outcome.model or model
                self._count.learn(usage)
            case Finished():
                self._end(event)
            case Failed(fault):
                self._fail(fault)
            case _:
                assert_never(event)

    def _add_prose(self, kind: ProseKind, text: str, signature: str) -> None:
        if not text and not signature:
            return
        last = self._queue[-1] if self._queue else None
        if not isinstance(last, Prose) or last.kind != kind or last.signature:
            last = Prose(kind)
            self._queue.append(last)
        if text:
            last.unsent.append(text)
            self._keep(text)
        last.signature = signature
        self._advance()

    def _call(self, key: int) -> Call:
        if key not in self._calls:
            self._calls[key] = Call()
            self._queue.append(self._calls[key])
        return self._calls[key]

    def _add_arguments(self, call: Call, text: str) -> None:
        if call.closed:
            if text.strip():
                raise _broken(call, "went on after they were complete")
            return
        call.add(text)
        self._keep(text)
        if call.size > MAX_HELD:
            raise _broken(call, f"are longer than {MAX_HELD} characters")
        self._advance()

    def _keep(self, text: str) -> None:
        self._held += len(text)
        self._count.add(text)

    def _advance(self) -> None:
        """Give out what can be given out: the head's news, and whole blocks that others are waiting behind."""
        self._give(self._queue[0])
        while len(self._queue) > 1 and self._queue[0].ready:
            self._close(self._queue[0], None)
            self._give(self._queue[0])
        if self._held > MAX_HELD:
            raise _Broken(f"more than {MAX_HELD} characters of the answer wait for a tool call that does not end")

    def _give(self, head: Prose | Call) -> None:
        if isinstance(head, Call):
            self._give_call(head)
            return
        if not head.opened:
            head.opened = True
            self._emit.open_prose(head.kind)
        if head.unsent:
            text = head.unsent[0] if len(head.unsent) == 1 else "".join(head.unsent)
            head.unsent.clear()
            self._held -= len(text)
            self._emit.prose(head.kind, text)

    def _give_call(self, call: Call) -> None:
        """Only what can be an object is given out as it comes: the rest may yet be mended, but not once it is out."""
        if not self._eager or not call.name or call.scanner.first != "{":
            return
        if call.scanner.trailing:
            raise _broken(call, "went on after they were complete")
        if not call.opened:
            self._open_call(call)
        size, text = call.unsent()
        self._held -= size
        self._emit.json(text)

    def _open_call(self, call: Call) -> None:
        call.id = self._ids.take(call.id)
        self._tools_used += 1
        self._emit.open({"type": "tool_use", "id": call.id, "name": call.name, "input": {}})

    def _close(self, head: Prose | Call, reason: StopReason | None) -> None:
        """`reason` is None while the answer goes on."""
        if isinstance(head, Call):
            self._close_call(head, reason)
        elif head.kind == "thinking":
            self._emit.signature(head.signature or self._mark)
        self._emit.stop()
        self._queue.popleft()

    def _close_call(self, call: Call, reason: StopReason | None) -> None:
        call.closed = True
        record = CallRecord(call.id, call.name, call.arguments())
        self._outcome.calls.append(record)
        cut_off = reason == "max_tokens" and not call.scanner.complete
        if call.opened:
            record.input = record.arguments.strip()
            if not (is_beginning if cut_off else is_object)(record.input):
                raise _broken(call, "are not valid JSON")
        else:
            self._held -= call.size
            # Calls may be interleaved: only of the last one is it sure that the limit cut it before its first argument.
            self._settle(call, record, cut_off=cut_off and (bool(call.scanner.first) or len(self._queue) == 1))

    def _settle(self, call: Call, record: CallRecord, *, cut_off: bool) -> None:
        """A call of which nothing is out yet: given out whole, mended if need be, or else as a text that says what it was."""
        settled = None if cut_off or not call.name else settle(record.arguments, call.scanner)
        if settled is None:
            self._note("arguments.unusable", f"a call of `{call.name}` without usable arguments became text")
            self._emit.open_prose("text")
            self._emit.prose("text", call.in_words())
            return
        if settled.repaired:
            self._note("arguments.repaired", f"the arguments of `{call.name}` were not valid JSON")
        self._open_call(call)
        self._emit.json("" if settled.json == "{}" else settled.json)
        record.id, record.input, record.repaired = call.id, settled.json, settled.repaired

    def _note(self, rule: str, text: str) -> None:
        self._outcome.notes.append(Note(rule, text))

    def _end(self, event: Finished) -> None:
        self._count.learn(event.usage)
        while self._queue:
            head = self._queue[0]
            self._give(head)
            self._close(head, event.reason)
        self._finish = event
        self._outcome.upstream_reason = event.upstream_reason
        self._outcome.stop_reason = self._stop_reason(event.reason)
        self._outcome.usage, self._outcome.usage_estimated = self._count.usage(at_least=1)
        if self._emit.begun:
            self._end_message(event)
        else:
            self._outcome.empty = True

    def _stop_reason(self, reason: StopReason) -> StopReason:
        """Providers say `stop` with calls, and `tool_calls` without one: the client needs to be told what is there."""
        if self._tools_used and reason in {"end_turn", "stop_sequence"}:
            return "tool_use"
        if not self._tools_used and reason == "tool_use":
            return "end_turn"
        return reason

    def _end_message(self, event: Finished) -> None:
        reason = self._outcome.stop_reason
        self._emit.end(reason, event.stop_sequence if reason == "stop_sequence" else None, self._outcome.usage)
        self._outcome.finished = True

    def _fail(self, fault: Fault, *, say_so: bool = False) -> None:
        for call in self._queue:
            if isinstance(call, Call) and not call.closed:
                self._outcome.calls.append(CallRecord(call.id, call.name, call.arguments()))
        self._queue.clear()
        self._outcome.fault = fault
        self._outcome.usage, self._outcome.usage_estimated = self._count.usage()
        if self._emit.begun or say_so:
            self._emit.error(fault)


def _broken(call: Call, what: str) -> _Broken:
    return _Broken(f"the model's arguments for the tool `{call.name}` {what}")
