"""JSON written out for people, also JSON that is broken."""

from __future__ import annotations

from typing import Any, Final

from pydantic_core import PydanticSerializationError, from_json, to_json

# What is looked at of JSON that is broken, in characters.
_MOST_BROKEN: Final = 20_000


def parsed(text: str | bytes) -> Any:
    """The JSON value; None for what is none. (`null` has nothing to show either.)"""
    try:
        return from_json(text)
    except ValueError:
        return None


def pretty(value: Any) -> str:
    return _json(value, 2)


def _json(value: Any, indent: int | None = None) -> str:
    try:
        return to_json(value, indent=indent, inf_nan_mode="constants", fallback=str).decode()
    except (PydanticSerializationError, ValueError):  # a lone surrogate, or nested too deeply
        return repr(value)[:_MOST_BROKEN]


def compact(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def lines_of(text: str, value: Any = None) -> list[str]:
    """JSON text in lines, a value each. Broken JSON is cut into the same lines as far as its signs tell.

    `value` is what it says, if that is known already.
    """
    value = parsed(text) if value is None else value
    if value is not None:
        return pretty(value).split("\n")
    lines = _Lines()
    for sign in text[:_MOST_BROKEN]:
        lines.add(sign)
    return lines.close()


class _Lines:
    """Cuts by brackets and commas outside strings; asks for no grammar."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._line = ""
        self._depth = 0
        self._in_string = self._escaped = False

    def add(self, sign: str) -> None:
        if self._in_string:
            self._line += sign
            self._in_string = self._escaped or sign != '"'
            self._escaped = sign == "\\" and not self._escaped
        elif sign in "{[":
            self._line += sign
            self._depth += 1
            self._break()
        elif sign in "}]":
            self._break()
            self._depth = max(self._depth - 1, 0)
            self._line = self._margin + sign
        elif sign == ",":
            self._line += sign
            self._break()
        elif not sign.isspace():
            self._line = (self._line or self._margin) + (": " if sign == ":" else sign)
            self._in_string = sign == '"'

    @property
    def _margin(self) -> str:
        return "  " * min(self._depth, 20)

    def _break(self) -> None:
        if self._line.strip():
            self._done.append(self._line)
        self._line = ""

    def close(self) -> list[str]:
        self._break()
        return self._done
