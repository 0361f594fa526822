"""The arguments of a tool call: JSON text that a model wrote, whole or in pieces, right or wrong.

`Scanner` follows the pieces in linear time and knows when the value is complete; `settle` makes the object that the client's
tool is called with, or says that there is none. A text that was cut off is never repaired where that would let a tool run with
half a value: `rm -rf /tmp/x` must not become `rm -rf /`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic_core import from_json

_OUTSIDE = re.compile(r'["{}\[\]]')
_INSIDE = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)

# A whole string, or a comma that only a closing bracket follows.
_STRING_OR_COMMA = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+")|,(?=\s*[}\]])', re.DOTALL)

# A whole string in single or double quotes where one may stand, and before what may follow one.
_PLACED_STRING = re.compile(
    r"""([{\[:,]\s*|(?<=["'])\s+)(["'])((?:[^"'\\]|\\.|(?!\2)["'])*+)\2(?=\s*[,:}\]"'])""",
    re.DOTALL,
)


class Scanner:
    """Where a JSON text stands. It judges structure only: a complete text may still be wrong inside."""

    def __init__(self) -> None:
        self.first = ""  # the first character that is not white space
        self.complete = False  # the outermost value was closed, and no other was begun after it
        self.trailing = False  # something followed a complete value
        self._open: list[str] = []
        self._in_string = False
        self._escaped = False  # the text so far ends in a backslash inside a string
        self._is_key = False  # the last string is a key
        self._last = ""  # the last character outside strings that is not white space; a string counts as its quote

    def feed(self, text: str) -> None:
        at, end = 0, len(text)
        while at < end:
            at = self._inside(text, at) if self._in_string else self._outside(text, at)

    @property
    def cut_off(self) -> bool:
        """Whether the text, if this is its end, stops inside a string, a bare word or number, or before a value."""
        if self.complete:
            return False
        return self._in_string or self._last not in '"}],' or (self._last == '"' and self._is_key)

    @property
    def closers(self) -> str:
        """What would close all that is open."""
        return "".join("}" if mark == "{" else "]" for mark in reversed(self._open))

    def _inside(self, text: str, at: int) -> int:
        if self._escaped:
            self._escaped = False
            return at + 1
        match = _INSIDE.match(text, at)
        at = match.end() if match else at
        if at == len(text):
            return at
        if text[at] == "\\":  # the last character: what it escapes comes with the next piece
            self._escaped = True
        else:
            self._in_string = False
            self.complete = not self._open
        return at + 1

    def _outside(self, text: str, at: int) -> int:
        match = _OUTSIDE.search(text, at)
        stop = match.start() if match else len(text)
        between = text[at:stop].strip()
        if between:
            self._note(between[0])
            self._last = between[-1]
        if match is None:
            return stop
        mark = text[stop]
        self._note(mark)
        if mark == '"':
            self._is_key = self._last == "{" or (self._last == "," and self._open[-1:] == ["{"])
            self._in_string = True
            self.complete = False
        elif mark in "{[":
            self._open.append(mark)
            self.complete = False
        elif self._open:
            self._open.pop()
            self.complete = not self._open
        self._last = mark
        return stop + 1

    def _note(self, mark: str) -> None:
        self.first = self.first or mark
        self.trailing = self.trailing or self.complete


@dataclass(frozen=True, slots=True)
class Settled:
    """Arguments that a tool can be called with: `json` is the text of one JSON object."""

    json: str
    repaired: bool = False


def settle(text: str, scanner: Scanner) -> Settled | None:
    """The object that the text stands for; None if there is none to be had without making things up.

    `scanner` has been fed the whole text.
    """
    text = text.strip()
    if text in {"", "null"}:
        return Settled("{}")
    if is_object(text):
        return Settled(text)
    value = _lenient(text)
    if isinstance(value, str):  # JSON put into a JSON string once too often
        if not value.strip():
            return Settled("{}")
        value = _lenient(value)
    elif value is None and not scanner.cut_off:
        value = _mend(text, scanner.closers) or _repair(text)
    return _as_settled(value)


def is_object(text: str) -> bool:
    """Whether the text is strict JSON for one object."""
    try:
        return isinstance(from_json(text, allow_inf_nan=False), dict)
    except ValueError:
        return False


def is_beginning(text: str) -> bool:
    """Whether the text could be the beginning, or the whole, of strict JSON for one object."""
    scanner = Scanner()
    scanner.feed(text)
    if scanner.first != "{" or scanner.trailing:
        return False
    try:
        from_json(text, allow_partial="trailing-strings", allow_inf_nan=False)
    except ValueError:
        return False
    return True


def dumps(value: Any) -> str:
    """Compact JSON that every parser reads: half characters, which some models write, become U+FFFD."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lenient(text: str) -> Any:
    """What the text says if only control characters stand raw in its strings, which `json_repair` would lose. None if not."""
    try:
        return json.loads(text, strict=False, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _mend(text: str, closers: str) -> Any:
    """The commonest faults, mended without touching a single string: brackets missing at the end, and commas before one.

    `json_repair` mends them too, but loses some of what strings hold, such as a form feed.
    """
    closed = text.rstrip().removesuffix(",") + closers
    return _lenient(_STRING_OR_COMMA.sub(lambda match: match[1] or "", closed))


def _repair(text: str) -> Any:
    from json_repair import repair_json  # noqa: PLC0415 - slow to import, and needed only where a model went wrong

    try:
        strings = _Strings(text)
        return strings.put_back(repair_json(strings.hidden, return_objects=True, skip_json_loads=True))
    except (ValueError, RecursionError, StopIteration):  # the last: no character is left to mark with
        return None


class _Strings:
    r"""The strings of a broken text that are whole, behind marks while the rest is repaired.

    `json_repair` 0.64 takes line ends off the end of a string and reads `\f` as two characters; a file to be written must come
    out as the model wrote it.
    """

    def __init__(self, text: str) -> None:
        present = set(text)
        self._mark = next(mark for mark in map(chr, range(0xE000, 0xF900)) if mark not in present)
        self._values: list[str] = []
        self.hidden = _PLACED_STRING.sub(self._hide, text)

    def put_back(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._shown(key): self.put_back(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.put_back(inner) for inner in value]
        return self._shown(value) if isinstance(value, str) else value

    def _hide(self, match: re.Match[str]) -> str:
        before, quote, inside = match.groups()
        if quote == "'":
            inside = inside.replace("\\'", "'").replace('"', '\\"')
        value = _lenient(f'"{inside}"')
        if not isinstance(value, str):
            return match[0]
        self._values.append(value)
        return f'{before}"{self._mark}{len(self._values) - 1}{self._mark}"'

    def _shown(self, text: str) -> str:
        return re.sub(f"{self._mark}([0-9]+){self._mark}", lambda match: self._values[int(match[1])], text)


def _as_settled(value: Any) -> Settled | None:
    # An empty object would be an answer made up: nothing of the model's text would be left in it.
    if not isinstance(value, dict) or not value:
        return None
    try:
        text = dumps(value)
    except ValueError:  # an infinity
        return None
    return Settled(text, repaired=True) if is_object(text) else None
