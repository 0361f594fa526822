"""`ccr run`: any program through the router."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from addon.cli.failure import Failed
from addon.cli.options import Config

CONTEXT: Final = {"allow_interspersed_args": False}
"""From the program's name on, nothing is an option of ours."""

OPTIONS: Final = "[OPTIONS] --"
"""So that the usage line shows where ours end."""

Command = Annotated[
    list[str], typer.Argument(metavar="CMD", show_default=False, help="The program with its arguments, after `--`.")
]


def run(command: Command, config: Config = "") -> None:
    """Run another program, such as an SDK script, through the router."""
    from addon.client.launch import CannotRun, become, connected, program, told  # noqa: PLC0415  each command pays only for what it uses
    from addon.service.start import StartFailed  # noqa: PLC0415  as above

    try:
        program(command[0], os.environ)  # said before a service is started
        connection = connected(config)
        env = connection.environment()
        path = program(command[0], env)
        for note in told(connection, env, command[1:], claude=Path(command[0]).name == "claude"):
            typer.echo(f"ccr run: {note}", err=True)
        become(path, command, env)
    except StartFailed as error:
        raise Failed(str(error)) from None
    except CannotRun as error:
        raise Failed(str(error), error.status) from None
