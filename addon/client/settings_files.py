"""Claude Code's own settings, as far as they are variables of its environment. They are read, never written.

Measured with Claude Code 2.1.197: the `env` of each of these is put over the environment it was started with, the later ones
over the earlier. Settings of a folder above the current one are not read.

    ~/.claude.json, ~/.claude/settings.json       both in $CLAUDE_CONFIG_DIR if that is set
    ./.claude/settings.json, ./.claude/settings.local.json
    --settings FILE or JSON
    managed settings                              managed-settings.json, then managed-settings.d/*.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MANAGED: Final = Path(
    {"darwin": "/Library/Application Support/ClaudeCode", "win32": r"C:\Program Files\ClaudeCode"}.get(
        sys.platform, "/etc/claude-code"
    )
)
"""The folder of the settings that an organisation puts on its machines."""

FLAG: Final = "--settings"


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """One source of settings. `name` is its path, or `--settings` for JSON on the command line."""

    name: str
    content: Mapping[str, Any]
    managed: bool = False

    @property
    def env(self) -> dict[str, str]:
        block = self.content.get("env")
        return {str(name): str(value) for name, value in block.items()} if isinstance(block, dict) else {}


def settings_files(
    environment: Mapping[str, str], args: Sequence[str] = (), cwd: Path | None = None, managed: Path = MANAGED
) -> list[SettingsFile]:
    """Those that a client started in `cwd` with `environment` and `args` reads, the weakest first.

    A file that is missing or is no JSON object is left out, as the client does.
    """
    cwd = cwd or Path.cwd()
    flags = _flags(args)
    found = [_read(path) for path in _places(environment, flags.get("--setting-sources"), cwd)]
    found += [_given(flags[FLAG], cwd)] if FLAG in flags else []
    found += [_read(path, managed=True) for path in (managed / "managed-settings.json", *_parts(managed))]
    return [each for each in found if each is not None]


def _places(environment: Mapping[str, str], sources: str | None, cwd: Path) -> Iterator[Path]:
    home, named = Path(environment.get("HOME") or "/"), environment.get("CLAUDE_CONFIG_DIR")
    yield (Path(named) if named else home) / ".claude.json"
    every = {
        "user": (Path(named) if named else home / ".claude") / "settings.json",
        "project": cwd / ".claude" / "settings.json",
        "local": cwd / ".claude" / "settings.local.json",
    }
    wanted = every if sources is None else [source.strip() for source in sources.split(",")]
    yield from dict.fromkeys(path for source, path in every.items() if source in wanted)


def _flags(args: Sequence[str]) -> dict[str, str]:
    """The values of `--settings` and `--setting-sources`, written in either way; the last one counts."""
    found: dict[str, str] = {}
    names = (FLAG, "--setting-sources")
    for index, arg in enumerate(args):
        name, equals, value = arg.partition("=")
        if arg == "--":
            break
        if equals and name in names:
            found[name] = value
        elif arg in names and index + 1 < len(args):
            found[arg] = args[index + 1]
    return found


def _given(text: str, cwd: Path) -> SettingsFile | None:
    if text.lstrip().startswith("{"):
        return _parsed(FLAG, text)
    return _read(cwd / text)


def _parts(managed: Path) -> list[Path]:
    try:
        return sorted(path for path in (managed / "managed-settings.d").glob("*.json") if not path.name.startswith("."))
    except OSError:  # a folder that this user may not read, the client cannot read either
        return []


def _read(path: Path, *, managed: bool = False) -> SettingsFile | None:
    try:
        return _parsed(str(path), path.read_bytes().decode("utf-8-sig"), managed=managed)
    except (OSError, ValueError):  # the client goes on without it too
        return None


def _parsed(name: str, text: str, *, managed: bool = False) -> SettingsFile | None:
    try:
        content = json.loads(text)
    except ValueError:  # as above
        return None
    return SettingsFile(name, content, managed) if isinstance(content, dict) else None
