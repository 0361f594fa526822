"""Two texts side by side, with marks where they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Final

from addon.inspect.texts import WIDTH, fold_base64, pad, plain, wrap

CELLS: Final = (WIDTH - 2 - 3) // 2
SAME, CHANGED, ONLY_LEFT, ONLY_RIGHT = "│", "≠", "<", ">"

# Lines beyond these are counted, not compared or shown.
_MOST_LINES: Final = 400
_MOST_LINES_WHOLE: Final = 2000
_MOST_CHARACTERS: Final = 600
_MOST_CHARACTERS_WHOLE: Final = 100_000
_MOST_ROWS: Final = 60
_CONTEXT: Final = 3

# A browser writes two words of these scripts from right to left even if they stand in two columns, unless a sign is between them.
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LEFT_TO_RIGHT: Final = "\N{LEFT-TO-RIGHT MARK}"

type Row = tuple[str, str, str]


def beside(left: list[str], right: list[str], *, whole: bool = False) -> list[str]:
    """The two side by side, equal lines beside each other; `≠ < >` between them mark what differs.

    `whole`: also what is far from any difference.
    """
    most = _MOST_LINES_WHOLE if whole else _MOST_LINES
    rows = list(_rows(left[:most], right[:most]))
    shown = [_cells(row, _MOST_CHARACTERS_WHOLE) for row in rows] if whole else [_cells(row) for row in _kept(rows)]
    text = [line for cells in shown for line in cells]
    more = max(len(left), len(right)) - most
    return [*text, f"[… {more:,} lines more]"] if more > 0 else text


def heading(left: str, right: str) -> str:
    return f"{pad(left, CELLS)} │ {right}"


def _rows(left: list[str], right: list[str]) -> Iterator[Row]:
    if left == right:
        yield from ((line, SAME, line) for line in left)
        return
    matcher = SequenceMatcher(None, _unindented(left), _unindented(right), autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from ((one, SAME, other) for one, other in zip(left[a:b], right[c:d], strict=True))
            continue
        common = min(b - a, d - c)
        for one, other in zip(left[a : a + common], right[c : c + common], strict=True):
            shown, beside_it = _from_difference(one, other)
            yield shown, CHANGED, beside_it
        yield from ((line, ONLY_LEFT, "") for line in left[a + common : b])
        yield from (("", ONLY_RIGHT, line) for line in right[c + common : d])


def _unindented(lines: list[str]) -> list[str]:
    """A bracket that is missing shifts all that follows it, which is no difference of those lines."""
    return [line.strip() for line in lines]


def _from_difference(one: str, other: str) -> tuple[str, str]:
    """Two long lines from shortly before where they part: their beginnings alone would look the same."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    if shared < _MOST_CHARACTERS // 2:
        return one, other
    begin = shared - 40
    return "…" + one[begin:], "…" + other[begin:]


def _kept(rows: list[Row]) -> list[Row]:
    """All rows if they are few, else those around the differences, or the first where there are none."""
    if len(rows) <= _MOST_ROWS:
        return rows
    near: set[int] = set()
    for index, row in enumerate(rows):
        if row[1] != SAME:
            near.update(range(index - _CONTEXT, index + _CONTEXT + 1))
    near = near or set(range(_MOST_ROWS))
    kept: list[Row] = []
    left_out = 0
    for index, row in enumerate(rows):
        if index not in near or len(kept) >= _MOST_ROWS * 2:
            left_out += 1
            continue
        if left_out:
            kept.append((gap := _gap(left_out), SAME, gap))
            left_out = 0
        kept.append(row)
    return [*kept, (gap := _gap(left_out), SAME, gap)] if left_out else kept


def _gap(count: int) -> str:
    return f"[… {count:,} lines]"


def _cells(row: Row, most: int = _MOST_CHARACTERS) -> Iterator[str]:
    left, right = wrapped(row[0], most=most), wrapped(row[2], most=most)
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else ""
        other = right[index] if index < len(right) else ""
        mark = SAME if one == other else row[1]
        between = _LEFT_TO_RIGHT if _RIGHT_TO_LEFT.search(one) else ""
        yield f"{pad(one, CELLS)}{between} {mark} {between}{other}".rstrip()


def wrapped(line: str, cells: int = CELLS, most: int = _MOST_CHARACTERS) -> list[str]:
    """A line in the cells of a column, so many of its characters; a line end within a string is one here too."""
    shown = plain(fold_base64(line))
    if len(shown) > most:
        shown = f"{shown[:most]}[… {len(shown):,} characters]"
    if len(shown) <= cells and "\\n" not in shown:
        return wrap(shown, cells)
    margin = " " * min(len(line) - len(line.lstrip()) + 2, cells // 2)
    pieces = [part for piece in shown.replace("\\n", "\\n\n").split("\n") if piece for part in wrap(piece, cells - len(margin))]
    return [pieces[0], *(margin + part for part in pieces[1:])]
