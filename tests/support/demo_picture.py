"""Draws `.github/demo.svg`, the README's picture of `ccr demo`: `uv run python -m tests.support.demo_picture`.

The demo is run, with the `claude` on the PATH if there is one, and drawn as it was printed but for the folder's random name.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

PICTURE: Final = Path(__file__).resolve().parents[2] / ".github" / "demo.svg"
SHOWN_FOLDER: Final = "/tmp/demo"
_COLUMNS: Final = 118
_FOLDER: Final = re.compile(r"(?:/private)?/tmp/ccr-demo-\w+/work")
# What rich would have fetched from a server.
_FONTS: Final = re.compile(r"@font-face \{.*?\}\s*|<!--.*?-->", re.DOTALL)
_FONT_OF_THE_READER: Final = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"


def printed(*, builtin: bool = False) -> str:
    """What `ccr demo` prints, colours included. `builtin`: with the built-in client in any case."""
    command = [sys.executable, "-m", "addon.cli.main", "demo", *(["--builtin"] if builtin else [])]
    surroundings = {"TMPDIR": "/tmp", "TERM": "xterm-256color", "FORCE_COLOR": "1", "COLUMNS": str(_COLUMNS)}
    ran = subprocess.run(command, env={**os.environ, **surroundings}, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    return _FOLDER.sub(SHOWN_FOLDER, ran.stdout)


def drawn(output: str) -> str:
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(output))
    svg = console.export_svg(title="uv run ccr demo", unique_id="ccr-demo")
    svg = _FONTS.sub("", svg).replace("Fira Code", _FONT_OF_THE_READER)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def lines_of(svg: str) -> list[str]:
    """The lines of text in a picture, from top to bottom, without empty ones."""
    found: dict[float, str] = {}
    for x, y, text in re.findall(r'<text class="[\w-]+-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        column, line = round(float(x) / 12.2), found.get(float(y), "")
        found[float(y)] = line.ljust(column) + unescape(text).replace("\xa0", " ").rstrip("\n")
    return [line for y in sorted(found) if (line := found[y].rstrip())]


if __name__ == "__main__":
    PICTURE.write_text(drawn(printed()), encoding="utf-8")
