"""The strings within a JSON text, where they stand: so that they can be replaced by others as long, and nothing else changes.

A text that is cut off, or is no JSON at all, is read as far as its signs tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}\[\]:,])|(-?\d+)', re.DOTALL)
_UNIT: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)
_SHORT: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_INDEX: Final = "index"

type Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string: `raw` is what stands between its quotes, from `start` to `end` of the text, `text` what that means.

    `path` leads to it; an entry of a list is named by its own `index` where it has one. `is_key`: it names a field.
    """

    start: int
    end: int
    raw: str
    text: str
    path: Path
    is_key: bool = False

    @property
    def key(self) -> str:
        """The field's name; for an entry of a list, the list's."""
        return next((name for name in reversed(self.path) if not name.startswith("[")), "")


@dataclass(slots=True)
class _Level:
    is_list: bool
    name: str = ""
    at: int = 0
    index: str = ""
    awaits_value: bool = False


def leaves(text: str) -> Iterator[Leaf]:
    """All strings of a JSON text, in order."""
    stack: list[_Level] = []
    for token in _TOKEN.finditer(text):
        string, sign, number = token.groups()
        top = stack[-1] if stack else None
        if string is not None:
            yield from _string(token, string, stack)
        elif number is not None:
            if top and not top.is_list and top.name == _INDEX:
                top.index = number
        elif sign in "{[":
            stack.append(_Level(is_list=sign == "["))
        elif sign in "}]":
            if stack:
                stack.pop()
        elif top:
            top.awaits_value = sign == ":"
            top.at += sign == "," and top.is_list


def _string(token: re.Match[str], raw: str, stack: list[_Level]) -> Iterator[Leaf]:
    top = stack[-1] if stack else None
    start, end = token.span(1)
    meant = "".join(map(decoded, units(raw)))
    if top and not top.is_list and not top.awaits_value:
        top.name = meant
        yield Leaf(start, end, raw, meant, _path(stack[:-1]), is_key=True)
    else:
        yield Leaf(start, end, raw, meant, _path(stack))


def _path(stack: list[_Level]) -> Path:
    names: list[str] = []
    for above, level in zip([None, *stack], stack, strict=False):
        if level.index and (above is None or above.is_list):
            names[len(names) - (above is not None) :] = [f"[#{level.index}]"]
        names.append(f"[{level.at}]" if level.is_list else level.name)
    return tuple(names)


def units(raw: str) -> list[str]:
    """A string's contents by characters, each as it is written."""
    return _UNIT.findall(raw)


def decoded(unit: str) -> str:
    if not unit.startswith("\\"):
        return unit
    if unit[1] == "u" and len(unit) == 12:
        return chr(0x10000 + ((int(unit[2:6], 16) - 0xD800) << 10) + int(unit[8:], 16) - 0xDC00)
    if unit[1] == "u" and len(unit) == 6:
        return chr(int(unit[2:6], 16))
    return _SHORT.get(unit[1], unit[1])


def written(raw: str, text: str) -> str:
    """`text`, which has as many characters as `raw` means, written in as many signs, each in the form that its place had."""
    return "".join(unit if decoded(unit) == sign else _unit(unit, sign) for unit, sign in zip(units(raw), text, strict=True))


def _unit(before: str, sign: str) -> str:
    if len(before) == 12:
        code = ord(sign) - 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    if len(before) == 6:
        return f"\\u{ord(sign):04x}"
    return before if len(before) == 2 else sign  # a quote or a backslash tells nothing


def replaced(text: str, changes: dict[tuple[int, int], str]) -> str:
    """The text with other contents at these places."""
    out: list[str] = []
    at = 0
    for (start, end), new in sorted(changes.items()):
        out += (text[at:start], new)
        at = end
    return "".join((*out, text[at:]))
