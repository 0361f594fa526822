"""Thinking: in fields of its own, or between tags at the head of the content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from translators.events import Text, Thinking
from translators.openai_chat.types import Delta, items, string

_OPEN, _CLOSE = "<think>", "</think>"


def reasoning_text(delta: Delta) -> str:
    """The reasoning in a piece. Servers that fill several of the fields say the same in each."""
    return string(delta.get("reasoning_content")) or string(delta.get("reasoning")) or _of_details(delta)


def _of_details(delta: Delta) -> str:
    details = items(delta.get("reasoning_details"))
    return "".join(string(detail.get("text")) or string(detail.get("summary")) for detail in details)


class Details:
    """OpenRouter's `reasoning_details`, put together as it wants them back: in order, unchanged, none left out.

    Its guide (https://openrouter.ai/docs, Reasoning Tokens) has them come in pieces that belong together by `type` and `index`.
    """

    _GROWING = ("text", "summary", "data")

    def __init__(self) -> None:
        self._pending: list[dict[str, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._pending)

    def add(self, delta: Delta) -> None:
        for detail in items(delta.get("reasoning_details")):
            last = self._pending[-1] if self._pending else {}
            if "index" in detail and all(last.get(name) == detail.get(name) for name in ("type", "index")):
                self._merge(last, detail)
            else:
                self._pending.append(dict(detail))

    def take(self) -> list[dict[str, Any]]:
        """What came since the last time."""
        taken, self._pending = self._pending, []
        return taken

    def _merge(self, last: dict[str, Any], detail: dict[str, Any]) -> None:
        for name, value in detail.items():
            if name in self._GROWING and isinstance(value, str):
                last[name] = string(last.get(name)) + value
            elif value is not None:
                last[name] = value


class ThinkTags:
    """Splits content that may begin with `<think>…</think>`. A tag may be cut anywhere, and white space may stand before it."""

    def __init__(self) -> None:
        self._held = ""
        self._inside: bool | None = None  # None: the content has not shown yet how it begins
        self._trim = False  # white space after a tag is the template's, not the model's

    @property
    def passed(self) -> bool:
        """Whether all that follows is plain text."""
        return self._inside is False and not self._trim

    def read(self, text: str) -> Iterator[Text | Thinking]:
        if self._inside is None:
            text = self._begin(self._held + text)
        if self._trim:
            text = text.lstrip()
            self._trim = not text
        if self._inside:
            yield from self._think(text)
        elif text:
            yield Text(text)

    def flush(self) -> Iterator[Text | Thinking]:
        """What was held back because it could have been a tag. White space alone is nothing anybody said."""
        held, self._held = self._held, ""
        if self._inside is None and held.strip():
            self._inside = False
        if held and self._inside is not None:
            yield Thinking(held) if self._inside else Text(held)

    def _begin(self, text: str) -> str:
        head = text.lstrip()
        self._held = ""
        if head.startswith(_OPEN):
            self._inside = self._trim = True
            return head[len(_OPEN) :]
        if _OPEN.startswith(head):
            self._held = text
            return ""
        self._inside = False
        return text

    def _think(self, text: str) -> Iterator[Text | Thinking]:
        text = self._held + text
        thought, tag, rest = text.partition(_CLOSE)
        held = "" if tag else _beginning_of(_CLOSE, thought)
        self._held = held
        thought = thought[: len(thought) - len(held)]
        if thought:
            yield Thinking(thought)
        if tag:
            self._inside, self._trim = False, True
            yield from self.read(rest)


def _beginning_of(tag: str, text: str) -> str:
    """The longest end of the text that the tag could begin with."""
    for size in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:size]):
            return tag[:size]
    return ""
