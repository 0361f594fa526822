"""The form of `CCR`: valid YAML, so that mitmproxy's colours mean something and end nowhere.

A section is a mapping of short facts, or a text as it is (a literal block).
"""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len

from addon.inspect.texts import WIDTH, clip, indent, pad, shorten

# Whatever could be taken for more than a word of a plain scalar.
_UNSAFE: Final = re.compile(r"""^[\s\-?:,\[\]{}#&*!|>'"%@`]|:\s|:$|\s\#|^[~=]?$|\s$""", re.MULTILINE)
# What has a meaning between double quotes.
_SPECIAL: Final = re.compile(r'["\\]')
# mitmweb shows no empty lines.
_BLANK: Final = "\N{NO-BREAK SPACE}"


def mapping(title: str, facts: list[tuple[str, str]], most: int = 6) -> list[str]:
    """`facts` are names and values; a value is shown in at most so many lines. No facts, no section."""
    if not facts:
        return []
    names = [_name(clip(name, 44)) + ": " for name, _ in facts]
    column = max(map(cell_len, names))
    shown = zip(names, facts, strict=True)
    return [f"{_name(title)}:", *(line for name, (_, value) in shown for line in _fact(pad(name, column), value, most))]


def text(title: str, lines: list[str]) -> list[str]:
    """Lines as they are; none, no section."""
    if not any(line.strip() for line in lines):
        return []
    first = next(line for line in lines if line.strip())
    mark = "|2" if first.startswith(" ") else "|"
    return [f"{_name(title)}: {mark}", *indent([line if line.strip() else _BLANK for line in lines])]


def document(sections: list[list[str]]) -> str:
    return "\n#\n".join("\n".join(section) for section in sections if section) + "\n"


def _fact(name: str, value: str, most: int) -> list[str]:
    column = cell_len(name)
    room = WIDTH - column - 4
    lines = _scalar(shorten(value, most, room))
    if any(cell_len(line) > room + 2 for line in lines):  # full of apostrophes, each of which is doubled
        lines = _scalar(shorten(value, most, room // 2))
    first, *rest = lines
    return [f"  {name}{first}".rstrip(), *indent(rest, column + 2)]


def _scalar(lines: list[str]) -> list[str]:
    if not any(_UNSAFE.search(line) for line in lines):
        return lines
    mark = "'"
    if any(mark in line for line in lines):
        if any(_SPECIAL.search(line) for line in lines):
            lines = [line.replace(mark, mark * 2) for line in lines]
        else:
            mark = '"'
    quoted = [*lines]
    quoted[0] = mark + quoted[0]
    quoted[-1] += mark
    return quoted


def _name(name: str) -> str:
    return "'" + name.replace("'", "''") + "'" if _UNSAFE.search(name) else name
