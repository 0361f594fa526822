r"""Characters that a stream cuts in two.

JSON writes 😀 as `\ud83d\ude00`, and servers that cut texts by UTF-16 units, such as gateways in JavaScript, send the halves in
two chunks. Strict parsers refuse either.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json

from translators.arguments import dumps

type _Place = tuple[str | int, ...]


class Halves:
    """Reads the chunks of one stream. A half at a text's end waits for what the next chunk has in that place."""

    def __init__(self) -> None:
        self._waiting: dict[_Place, str] = {}

    def parse(self, data: bytes) -> Any:
        """JSON as it comes; a half that stays alone becomes U+FFFD. Raises ValueError for what is no JSON."""
        if not self._waiting:
            try:
                return from_json(data)
            except ValueError:
                pass
        return from_json(dumps(self._joined(loose_json(data), ())))

    def waits_in(self, name: str) -> bool:
        """Whether a half waits in a field of that name. At the stream's end it stays alone."""
        return any(place[-1:] == (name,) for place in self._waiting)

    def _joined(self, value: Any, place: _Place) -> Any:
        if isinstance(value, dict):
            return {name: self._joined(inner, (*place, name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._joined(inner, (*place, _number(inner, at))) for at, inner in enumerate(value)]
        return self._whole(value, place) if isinstance(value, str) else value

    def _whole(self, text: str, place: _Place) -> str:
        text = self._waiting.pop(place, "") + text
        if "\ud800" <= text[-1:] <= "\udbff":
            self._waiting[place] = text[-1]
            text = text[:-1]
        return text


def loose_json(data: bytes) -> Any:
    """JSON whose texts may hold halves and control characters. Raises ValueError for what is none."""
    return json.loads(data.decode("utf-8", "replace"), strict=False)


def _number(item: Any, at: int) -> int:
    """Choices and tool calls are numbered, and need not be listed in that order."""
    number = item.get("index") if isinstance(item, dict) else None
    return number if isinstance(number, int) else at
