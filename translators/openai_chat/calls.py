"""Which tool call a piece of a stream belongs to, and what is new in it.

OpenAI's own streams give every call an index, open it with id and name, and go on with pieces of its arguments. Other servers
leave the index away, use one index for all calls, repeat the name, cut it in pieces, change the id, or repeat all of the
arguments so far.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic_core import from_json

from translators.arguments import Scanner, is_beginning, is_object
from translators.contract import WireRequest
from translators.events import ToolCall, ToolInput
from translators.openai_chat.types import items, mapping, string

_HEAD = 64  # characters


class Arguments:
    """One call's arguments. Tells pieces from snapshots, each of which repeats everything so far and goes on from there."""

    def __init__(self) -> None:
        self.size = 0  # characters
        self.scanner = Scanner()
        self._pieces: list[str] = []
        self._head = ""  # how they begin, for a quick no
        self._snapshots = False
        self._unclear = ""  # a piece that the next one will show to be the one or the other

    def take(self, piece: str) -> str:
        """What is new in the piece."""
        if not piece:
            return ""
        unclear, self._unclear = self._unclear, ""
        if unclear:
            self._snapshots = piece.startswith(unclear)
            return self._add(unclear[self.size :] if self._snapshots else unclear) + self.take(piece)
        if not self._may_repeat(piece):
            return self._add(piece)
        whole = self.text()
        if not piece.startswith(whole):
            return self._add(piece)
        if self._snapshots or self._repeats(whole, piece):
            self._snapshots = self._snapshots or len(piece) > self.size
            return self._add(piece[self.size :])
        if is_beginning(piece):
            self._unclear = piece
            return ""
        return self._add(piece)

    def flush(self) -> str:
        """The end: what is still unclear is whichever makes the arguments whole."""
        unclear, self._unclear = self._unclear, ""
        snapshot = is_object(unclear) and not is_object(self.text() + unclear)
        return self._add(unclear[self.size :] if snapshot else unclear)

    def text(self) -> str:
        return "".join(self._pieces)

    def _may_repeat(self, piece: str) -> bool:
        return 0 < self.size <= len(piece) and piece.startswith(self._head) and bool(self._head.strip())

    @staticmethod
    def _repeats(whole: str, piece: str) -> bool:
        """Whether the piece can only be a snapshot: it could begin an object, but what has come before could not go on so."""
        return is_beginning(piece) and not is_beginning(whole + piece)

    def _add(self, text: str) -> str:
        if text:
            self._pieces.append(text)
            self.size += len(text)
            self.scanner.feed(text)
            if len(self._head) < _HEAD:
                self._head = (self._head + text)[:_HEAD]
        return text


@dataclass(slots=True)
class _Call:
    key: int
    id: str = ""
    name: str = ""
    arguments: Arguments = field(default_factory=Arguments)


class Calls:
    """The tool calls of one answer to `wire`."""

    def __init__(self, wire: WireRequest) -> None:
        self._wire = wire
        self._all: list[_Call] = []
        self._by_index: dict[tuple[int, str], _Call] = {}
        self._by_id: dict[str, _Call] = {}

    def read(self, piece: Mapping[str, Any], choice: int = 0) -> Iterator[ToolCall | ToolInput]:
        """One entry of `tool_calls`, of the choice with that number."""
        function = mapping(piece.get("function"))
        given_id, name = string(piece.get("id")), string(function.get("name"))
        arguments = _text(function.get("arguments"))
        index = piece.get("index")
        place = None if index is None else (choice, str(index))
        call = self._current(place, given_id)
        longer = call is not None and self._goes_on(call, given_id, name)
        if call is None or (not longer and _begins_another(call, given_id, name, arguments)):
            call = self._new()
        if longer:
            call.name += name
        if place:
            self._by_index[place] = call
        if self._learn(call, given_id, name) or longer:
            yield ToolCall(call.key, call.id, self._wire.tool_names.get(call.name, call.name))
        news = call.arguments.take(arguments)
        if news:
            yield ToolInput(call.key, news)

    def flush(self) -> Iterator[ToolInput]:
        for call in self._all:
            rest = call.arguments.flush()
            if rest:
                yield ToolInput(call.key, rest)

    @cached_property
    def _offered(self) -> frozenset[str]:
        """The names of the tools that were offered, as they were sent."""
        try:
            body = mapping(from_json(self._wire.body))
        except ValueError:
            return frozenset()
        return frozenset(string(mapping(tool.get("function")).get("name")) for tool in items(body.get("tools")))

    def _goes_on(self, call: _Call, given_id: str, name: str) -> bool:
        """Whether `name` is the next piece of the call's name: no tool is called so, but one begins with both together."""
        if not name or not call.name or call.arguments.size or given_id not in ("", call.id):
            return False
        return name not in self._offered and any(tool.startswith(call.name + name) for tool in self._offered)

    def _current(self, place: tuple[int, str] | None, given_id: str) -> _Call | None:
        if place:
            return self._by_index.get(place)
        if given_id in self._by_id:
            return self._by_id[given_id]
        return self._all[-1] if self._all else None

    def _new(self) -> _Call:
        call = _Call(len(self._all))
        self._all.append(call)
        return call

    def _learn(self, call: _Call, given_id: str, name: str) -> bool:
        """Whether something became known of the call. What was known stands."""
        news = (not call.id and given_id != "") or (not call.name and name != "")
        call.id = call.id or given_id
        call.name = call.name or name
        if call.id:
            self._by_id.setdefault(call.id, call)
        return news


def _begins_another(call: _Call, given_id: str, name: str, arguments: str) -> bool:
    """Whether a piece that would go to `call` by its place opens the next call instead."""
    complete = call.arguments.scanner.complete
    if given_id and call.id and given_id != call.id:
        # Some servers make up a new id for every piece; those pieces have no name.
        return bool(name) or complete
    if not name or not call.name or (given_id and given_id == call.id and name == call.name):
        return False
    if name != call.name:
        return complete or not (call.arguments.size or given_id)
    # The same name again, without an id: the next call, unless it only says once more what was said.
    return complete and bool(arguments.strip()) and arguments.strip() != call.arguments.text().strip()


def _text(arguments: Any) -> str:
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else json.dumps(arguments, ensure_ascii=False)
