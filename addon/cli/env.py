"""`ccr env`, formerly `ccr activate`: the environment of a client, for a shell to evaluate."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.options import Config


class ShellName(StrEnum):
    BASH, ZSH, FISH, POWERSHELL = "bash", "zsh", "fish", "powershell"


def env(
    shell: Annotated[
        ShellName | None, typer.Option("--shell", show_default=False, help="Lines for this shell; else for the one that calls.")
    ] = None,
    unset: Annotated[bool, typer.Option("--unset", help="Lines that take it back.")] = False,
    config: Config = "",
) -> None:
    """Lead `claude` in this shell to the router: eval "$(ccr env)"."""
    from addon.client import shells  # noqa: PLC0415  each command pays only for what it uses
    from addon.client.standing import StandingFailed, standing, taken_back  # noqa: PLC0415  as above

    name: shells.Shell = shells.SHELLS[[*ShellName].index(shell)] if shell else shells.current_shell()
    try:
        variables = taken_back() if unset else standing(config)
    except StandingFailed as error:
        raise Failed(str(error)) from None
    for note in variables.notes:
        typer.echo(f"ccr env: {note}", err=True)
    for line in shells.lines(name, variables.values, variables.without):
        typer.echo(line)
