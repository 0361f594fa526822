"""Sets one value inside of JSON and leaves every other byte as it came.

A rebuilt body would be another to the provider's prompt cache, and escapes, spacing and numbers would not come out the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from pydantic_core import to_json

_SPACE = re.compile(r"[ \t\n\r]+")
# Values are only stepped over: making numbers of them would cost time, and fail on those of thousands of digits.
_VALUE = json.JSONDecoder(parse_int=bool, parse_float=bool, parse_constant=bool, strict=False)


def set_value(raw: bytes, path: Sequence[str], value: str) -> bytes:
    """`raw` with the string at `path`, a way of keys through nested objects, replaced; at every place if a key is repeated.

    Raises ValueError if `raw` is no JSON object or has nothing at that path.
    """
    replacement = to_json(value)
    key = b'"%b"' % path[-1].encode()
    first = re.match(rb'[ \t\n\r]*\{[ \t\n\r]*%b[ \t\n\r]*:[ \t\n\r]*("(?:[^"\\]|\\.)*")' % re.escape(key), raw)
    if first and len(path) == 1 and raw.count(key) == 1 and b"\\u00" not in raw:
        # It is the only one: inside of a string its quotes would be escaped, and to spell it otherwise takes `\u00`.
        return raw[: first.start(1)] + replacement + raw[first.end(1) :]
    text = raw.decode()
    spans = list(_spans(text, 0, path))
    if not spans:
        raise ValueError(f"there is no `{'.'.join(path)}`")
    new = replacement.decode()
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return new.join(text[end:start] for end, start in zip(ends, starts, strict=True)).encode()


def _spans(text: str, at: int, path: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the values at `path` begin and end, in the object that begins at `at`."""
    for key, start, end in _members(text, at):
        if key != path[0]:
            continue
        if len(path) == 1:
            yield start, end
        elif text[start] == "{":
            yield from _spans(text, start, path[1:])


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """The keys of one object, and where their values begin and end."""
    at = _expect(text, at, "{")
    while text[at : at + 1] != "}":
        key, at = _VALUE.raw_decode(text, at)
        start = _expect(text, at, ":")
        _, end = _VALUE.raw_decode(text, start)
        yield key, start, end
        at = _after_space(text, end)
        if text[at : at + 1] != "}":
            at = _expect(text, at, ",")


def _expect(text: str, at: int, mark: str) -> int:
    """The place after `mark` and the space around it."""
    at = _after_space(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"expected `{mark}` at character {at}")
    return _after_space(text, at + 1)


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
