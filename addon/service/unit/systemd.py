"""A systemd user unit. See systemd.service(5), systemd.exec(5), and "Quoting" in systemd.syntax(7)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

UNIT: Final = "ccr.service"
MARK: Final = "# Written by `ccr service install`."


def unit(command: Sequence[str], environment_file: Path) -> str:
    """The unit's text. `command` begins with an absolute path; keys are in `environment_file`, which may be missing."""
    return f"""{MARK}
[Unit]
Description=Claude Code Router (ccr)

[Service]
ExecStart={_quoted(command[0])} {" ".join(_quoted(word).replace("$", "$$") for word in command[1:])}
# systemd does not know your shell's variables: those that the config names stand in this file, NAME=value in each line.
EnvironmentFile=-{str(environment_file).replace("%", "%%")}
Restart=on-failure
RestartSec=2

[Install]
WantedBy=default.target
"""


def _quoted(word: str) -> str:
    """One word: `%` begins a specifier, a backslash an escape. (`$` begins a variable, but not in the program's own path.)"""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return f'"{plain}"'
