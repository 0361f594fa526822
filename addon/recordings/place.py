"""Where in a conversation a request stands: how two sessions' requests are known to ask the same, ids, dates and paths aside."""

from __future__ import annotations

from typing import Any, Final

from rapidfuzz.distance import Levenshtein

from addon.routing.shapes import as_dict, as_list, as_str, texts

_READ: Final = 2000
"""Characters of a text that are compared."""

_SAME: Final = 0.6
"""Prompts more alike than this are taken for the same one, that names another folder or another day."""


class Place:
    """Of a request's `body`, of this `kind`."""

    def __init__(self, kind: str, body: Any) -> None:
        messages = [as_dict(message) for message in as_list(body.get("messages"))]
        said = [texts(message.get("content")) for message in messages if message.get("role") == "user"]
        # The last text of a message is what was typed; before it stands what the client adds to every one.
        self._said = [(list(each) or [""])[-1][-_READ:] for each in said] or [""]
        self.streams = body.get("stream") is True
        self._step = kind, sum(message.get("role") == "assistant" for message in messages)
        self._calls = [
            as_str(as_dict(block).get("name"))
            for message in messages
            for block in as_list(message.get("content"))
            if as_dict(block).get("type") == "tool_use"
        ]

    def fits(self, other: Place) -> bool:
        """Whether an answer to the one can be an answer to the other at all."""
        return self._step == other._step

    def likeness(self, other: Place) -> tuple[bool, float, bool]:
        """The greater, the more alike: the same tools called so far, like words in the first message and the last, one form."""
        first, last = _alike(self._said[0], other._said[0]), _alike(self._said[-1], other._said[-1])
        return self._calls == other._calls, round(first + last, 2), self.streams == other.streams

    def is_the_same(self, other: Place) -> bool:
        """The same prompt, brought as far by calls of the same tools."""
        if self.streams != other.streams or not self.fits(other):
            return False
        return self._calls == other._calls and _alike(self._said[0], other._said[0]) > _SAME


def _alike(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(one, other)
