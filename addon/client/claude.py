"""Where the `claude` program is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "CLAUDE_PATH"

PLACES: Final = (
    "~/.claude/local/claude",
    "~/.claude/local/node_modules/.bin/claude",
    "~/.local/bin/claude",
    "/usr/local/bin/claude",
    "/opt/homebrew/bin/claude",
)
"""Where its installers put it; a shell may know the first by an alias only."""

INSTALL: Final = "install it with `npm install -g @anthropic-ai/claude-code`, or set `claude_path` in the config or $CLAUDE_PATH"


class NoClaude(Exception):
    """There is no `claude` to run. The message says where it was looked for, and what to do."""


def find_claude(configured: str = "", env: Mapping[str, str] = os.environ) -> str:
    """Its absolute path: the config's `claude_path`, $CLAUDE_PATH, the PATH, the usual places. Raises NoClaude.

    One that is named and is not there is an error, and no other is run in its place. Links are kept: a program may know itself
    by the link's name.
    """
    for named, where in ((configured, "the config's `claude_path`"), (env.get(VARIABLE, ""), f"${VARIABLE}")):
        if named:
            return _named(named, where, env)
    if found := shutil.which("claude", path=env.get("PATH")):
        return str(Path(found).absolute())
    for place in PLACES:
        path = _expanded(place, env)
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    raise NoClaude(f"`claude` is not on the PATH, nor in {', '.join(PLACES)}; hint: {INSTALL}")


def _named(named: str, where: str, env: Mapping[str, str]) -> str:
    found = shutil.which(str(_expanded(named, env)), path=env.get("PATH"))
    if not found:
        raise NoClaude(f"{where} is `{named}`, which is no program that can be run; hint: correct it, or remove it")
    return str(Path(found).absolute())


def _expanded(path: str, env: Mapping[str, str]) -> Path:
    home = env.get("HOME", "")
    return Path(home, path[2:]) if home and path.startswith("~/") else Path(path)
