"""Two texts side by side, with marks where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Final

from addon.inspect.texts import WIDTH, fold_base64, pad, plain, wrap

CELLS: Final = (WIDTH - 2 - 3) // 2
SAME, CHANGED, ONLY_LEFT, ONLY_RIGHT = "│", "≠", "<", ">"

# Lines beyond these are counted, not compared or shown.
_MOST_LINES: Final = 400
_MOST_CHARACTERS: Final = 600
_MOST_ROWS: Final = 60
_CONTEXT: Final = 3

type Row = tuple[str, str, str]


def beside(left: list[str], right: list[str]) -> list[str]:
    """The two side by side, equal lines beside each other; `≠ < >` between them mark what differs."""
    rows = list(_rows(left[:_MOST_LINES], right[:_MOST_LINES]))
    text = [line for row in _kept(rows) for line in _cells(row)]
    more = max(len(left), len(right)) - _MOST_LINES
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


def _cells(row: Row) -> Iterator[str]:
    left, right = _wrapped(row[0]), _wrapped(row[2])
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else ""
        other = right[index] if index < len(right) else ""
        mark = SAME if one == other else row[1]
        yield f"{pad(one, CELLS)} {mark} {other}".rstrip()


def _wrapped(line: str) -> list[str]:
    """A line in the cells of a column; a line end within a string is one here too."""
    shown = plain(fold_base64(line))
    if len(shown) > _MOST_CHARACTERS:
        shown = f"{shown[:_MOST_CHARACTERS]}[… {len(shown):,} characters]"
    if len(shown) <= CELLS and "\\n" not in shown:
        return wrap(shown, CELLS)
    margin = " " * min(len(line) - len(line.lstrip()) + 2, CELLS // 2)
    pieces = [part for piece in shown.replace("\\n", "\\n\n").split("\n") if piece for part in wrap(piece, CELLS - len(margin))]
    return [pieces[0], *(margin + part for part in pieces[1:])]
