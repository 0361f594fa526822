"""`ccr logs`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.options import Port


def logs(
    count: Annotated[int, typer.Option("--lines", "-n", metavar="N", min=0, help="So many of the last lines.")] = 50,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what is written from now on; Ctrl-C ends it.")
    ] = False,
    port: Port = None,
) -> None:
    """Print the end of the service's log."""
    from addon.service import place  # noqa: PLC0415  each command pays only for what it uses
    from addon.service.logs import follow as following  # noqa: PLC0415  as above
    from addon.service.logs import last_lines  # noqa: PLC0415  as above

    try:
        log = _log(port)
        coming = following(log) if follow else ()
        for text in last_lines(log, count):
            typer.echo(text, nl=False)
        for text in coming:
            typer.echo(text, nl=False)
    except FileNotFoundError as error:
        raise Failed(f"there is no log at {error.filename}; hint: `ccr start`, or say which service with --port") from None
    except PermissionError as error:
        raise Failed(place.told(error)) from None
    except KeyboardInterrupt:
        raise typer.Exit(0) from None  # it is how following is ended


def _log(port: int | None) -> Path:
    from addon.service import place  # noqa: PLC0415  as above
    from addon.service.find import Unclear, find  # noqa: PLC0415  as above

    try:
        target = find(port)
        if target.state and not target.state.log:
            where = f"the service (pid {target.state.pid}) runs in the foreground and logs there"
            raise Failed(f"{where}; hint: look at its terminal, `journalctl --user -u ccr`, or the container's log")
        return place.home() / "service" / f"{target.port}.log"
    except (Unclear, place.NoPlace) as error:
        raise Failed(str(error)) from None
