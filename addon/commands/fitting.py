"""Lines that fit where they are shown: the console shows what a command tells in a box, and would break lines within words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mitmproxy import ctx

from addon.inspect.texts import wrap

_HANG = "  "


def console_width() -> int:
    """Cells that the console's data viewer has for a line; 0 in programs without a terminal, where lines stay as they are."""
    ui: Any = getattr(ctx.master, "ui", None)
    if ui is None:
        return 0
    columns: int = ui.get_cols_rows()[0]
    return math.ceil(columns * 0.8) - len("││")


def fitted(lines: Sequence[str], width: int) -> list[str]:
    """The lines with those that are too long in several, of which all but the first hang."""
    if width <= 2 * len(_HANG):
        return list(lines)
    return [part for line in lines for part in _parts(line, width)]


def _parts(line: str, width: int) -> list[str]:
    if len(wrap(line, width)) == 1:
        return [line]
    margin = line[: len(line) - len(line.lstrip())]
    first, *rest = wrap(line.lstrip(), width - len(margin) - len(_HANG))
    return [margin + first, *(margin + _HANG + part for part in rest)]
