"""`ccr ci`: one command with a router of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.options import Config
from addon.cli.run import Command


def ci(
    command: Command,
    config: Config = "",
    log: Annotated[
        str, typer.Option("--log", metavar="FILE", show_default=False, help="Append each decision to it, a line of JSON each.")
    ] = "",
) -> None:
    """Run one command with a router of its own, and sum it up: for CI."""
    from rich.console import Console  # noqa: PLC0415  each command pays only for what it uses

    from addon.child.router import RouterFailed  # noqa: PLC0415  as above
    from addon.client.launch import CannotRun  # noqa: PLC0415  as above
    from addon.client.session import Interrupted, run  # noqa: PLC0415  as above
    from addon.config.errors import ConfigError  # noqa: PLC0415  as above

    try:
        status = run(command, config, log, Console(stderr=True))
    except (ConfigError, RouterFailed) as error:
        raise Failed(str(error)) from None
    except (CannotRun, Interrupted) as error:
        raise Failed(str(error), error.status) from None
    except OSError as error:
        raise Failed(f"{error.filename or 'a temporary folder'}: {error.strerror}") from None
    raise typer.Exit(status)
