"""Environment variables as lines that a shell can evaluate."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

type Shell = Literal["bash", "zsh", "fish", "powershell"]

SHELLS: Final[tuple[Shell, ...]] = ("bash", "zsh", "fish", "powershell")
_NAMES: Final[Mapping[str, Shell]] = {
    "bash": "bash",
    "sh": "bash",
    "dash": "bash",
    "ash": "bash",
    "ksh": "bash",
    "zsh": "zsh",
    "fish": "fish",
    "pwsh": "powershell",
    "powershell": "powershell",
}
_GENERATIONS: Final = 6
# https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules: these are all single quotes
_POWERSHELL_QUOTES: Final = re.compile("(['‘’‚‛])")  # noqa: RUF001


def lines(shell: Shell, values: Mapping[str, str], without: Iterable[str] = ()) -> Iterator[str]:
    """Lines that set `values` and remove the variables `without`."""
    for name in without:
        match shell:
            case "fish":
                yield f"set -e {name};"
            case "powershell":
                yield f"Remove-Item Env:{name} -ErrorAction SilentlyContinue"
            case _:
                yield f"unset {name}"
    for name, value in values.items():
        match shell:
            case "fish":
                yield f"set -gx {name} {_fish(value)};"
            case "powershell":
                yield f"$env:{name} = {_powershell(value)}"
            case _:
                yield f"export {name}={shlex.quote(value)}"


def _fish(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _powershell(value: str) -> str:
    return "'" + _POWERSHELL_QUOTES.sub(r"\1\1", value) + "'"


def current_shell(env: Mapping[str, str] = os.environ) -> Shell:
    """The shell that called: the nearest ancestor that is one, else $SHELL, else bash."""
    programs = (*_ancestors(), env.get("SHELL", ""))
    return next((shell for shell in map(_shell_of, programs) if shell), "bash")


def _shell_of(program: str) -> Shell | None:
    return _NAMES.get(Path(program).name.removeprefix("-").removesuffix(".exe"))


def _ancestors() -> Iterator[str]:
    """Names of the processes that called, the nearest first: between a shell and us may be `uv run` or a wrapper."""
    pid = os.getppid()
    for _ in range(_GENERATIONS):
        command = ["ps", "-o", "ppid=,comm=", "-p", str(pid)]
        try:
            told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.split(None, 1)  # noqa: S603
        except OSError:  # a machine without `ps`
            return
        if len(told) != 2 or not told[0].isdecimal():
            return
        yield told[1].strip()
        pid = int(told[0])
