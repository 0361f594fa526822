"""Texts made short: clipped, folded, wrapped. All widths are in terminal cells, of which a wide character takes two."""

from __future__ import annotations

import re
from typing import Any, Final

from rich.cells import cell_len, chop_cells

WIDTH: Final = 76
"""What a console of 80 columns shows without wrapping, and mitmweb's detail pane at 1280 pixels.

A content view is not told the width it is shown at; a wider page only leaves room at the right.
"""

# A run that no prose, path or hash has: possessive and bounded on the left, so that each run is looked at once.
_BASE64: Final = re.compile(r"(?<![\w+/-])(?:data:(?P<type>[\w.+/-]{1,80});base64,)?(?P<data>[A-Za-z0-9+/_-]{400,}+={0,2})")
_RUN: Final = b"A" * 400
_SIGNS: Final = bytes(ord("A") if chr(code).isalnum() or chr(code) in "+/_-" else ord(" ") for code in range(128)) + bytes(128)
_MIXED: Final = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
_BEGINNINGS: Final = {
    "iVBORw0KGgo": "image/png",
    "/9j/": "image/jpeg",
    "R0lGOD": "image/gif",
    "UklGR": "image/webp",
    "JVBERi0": "application/pdf",
}
_CONTROLS: Final = {
    code: "·" for code in (*range(32), *range(127, 160), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF) if code != 10
} | {9: "    "}
# What nobody sees, or what makes a text look like another: zero-width signs (but those that join letters and emojis), tags, and
# the ones that turn the direction of writing, so that a command reads as what it is not.
_HIDDEN: Final = dict.fromkeys(
    (0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), *range(0xE0000, 0xE0080)), "·"
)
_SHOWN: Final = _CONTROLS | _HIDDEN


def fold_base64(text: str) -> str:
    """The text with each long run of base64 replaced by what it is, such as `[image/png, 12 kB]`."""
    # Nearly always there is none, which is told much sooner this way.
    signs = text.encode("ascii", "replace").translate(_SIGNS)
    return _BASE64.sub(_folded, text) if _RUN in signs else text


def _folded(match: re.Match[str]) -> str:
    data = match["data"]
    if not all(kind.search(data) for kind in _MIXED):
        return match[0]
    kind = match["type"] or next((kind for start, kind in _BEGINNINGS.items() if data.startswith(start)), "base64")
    return base64_of(kind, data)


def base64_of(kind: str, data: str) -> str:
    return f"[{kind}, {size(len(data) * 3 // 4)}]"


def size(count: int) -> str:
    """A number of bytes for people: `640 B`, `12 kB`, `1.4 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def number(value: Any) -> float:
    """The value if it is a finite number, else 0: a record may be damaged."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15
    return value if usable else 0


def clip(text: str, cells: int) -> str:
    """One line of at most `cells`; `…` at its end says that there was more."""
    line = plain(text[: cells * 2]).replace("\n", "⏎")
    if cell_len(line) <= cells and len(text) <= cells * 2:
        return line
    return (chop_cells(line, cells - 1) or [""])[0] + "…"


def plain(text: str) -> str:
    """The text with `·` for control characters, which would shift a terminal's columns, and hidden ones; line ends stay."""
    return text.replace("\r\n", "\n").translate(_SHOWN)


def in_one_line(text: str) -> str:
    """Plain, and without line ends: names of a client's or a model's choice may hold what a terminal obeys."""
    return plain(text).replace("\n", " ")


def pad(text: str, cells: int) -> str:
    return text + " " * (cells - cell_len(text))


def wrap(line: str, cells: int) -> list[str]:
    """The line in pieces of at most `cells`, broken at spaces where that wastes little."""
    pieces = []
    while len(line) > cells or cell_len(line) > cells:
        window = line[:cells]  # a cell or more for each character
        piece = chop_cells(window, cells)[0] or line[0]
        space = piece.rfind(" ")
        if len(piece) < len(line) and space > cells // 2:
            piece = piece[: space + 1]
        pieces.append(piece.rstrip())
        line = line[len(piece) :]
    return [*pieces, line]


def shorten(text: str, lines: int, cells: int = WIDTH) -> list[str]:
    """At most `lines` lines of the text, wrapped, and one that says how much more there is."""
    head = plain(fold_base64(text[: _head(lines, cells)])).strip("\n")
    wrapped: list[str] = []
    for line in head.split("\n"):
        wrapped += wrap(line.rstrip(), cells)
        if len(wrapped) > lines + 1:
            break
    if len(wrapped) <= lines + 1 and len(text) <= _head(lines, cells):
        return wrapped
    shown = wrapped[:lines]
    return [*shown, f"[… {len(text):,} characters in all]"]


def _head(lines: int, cells: int) -> int:
    """How many characters are looked at: enough to find a picture at the beginning, and bounded."""
    return max(lines * cells, 8000)


def indent(lines: list[str], by: int = 2) -> list[str]:
    return [" " * by + line if line else "" for line in lines]
