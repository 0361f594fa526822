"""`ccr ui`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.options import Port

if TYPE_CHECKING:
    from addon.service.find import Target
    from addon.service.start import Service


def ui(
    port: Port = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the address, login included, instead of opening it.")
    ] = False,
) -> None:
    """Open mitmweb in the browser, logged in.

    Starts the service, or restarts it with mitmweb, if need be.
    """
    from addon.service.find import Unclear, find  # noqa: PLC0415  each command pays only for what it uses
    from addon.service.start import StartFailed  # noqa: PLC0415  as above
    from addon.service.stop import StopFailed  # noqa: PLC0415  as above
    from addon.service.web import page, shown_in_browser  # noqa: PLC0415  as above

    try:
        url = page(_with_web(find(port)))
    except (StartFailed, StopFailed, Unclear, OSError) as error:
        raise Failed(str(error)) from None
    if only_print:
        typer.echo(url)
    elif shown_in_browser(url):
        typer.echo(f"mitmweb is in your browser: {url.partition('?')[0]}", err=True)
    else:
        typer.echo("there is no browser to be opened from here; open this address in one (it holds the login):", err=True)
        typer.echo(url)


def _with_web(target: Target) -> Service:
    """The service, with mitmweb."""
    from addon.service.probe import Found  # noqa: PLC0415  as above
    from addon.service.start import running_service, start  # noqa: PLC0415  as above
    from addon.service.stop import restart  # noqa: PLC0415  as above

    health = target.seen.health
    if target.seen.found is not Found.OURS or health is None:
        typer.echo("no service is running; starting it with mitmweb", err=True)
        return start(web=True, port=target.port)
    if target.state is None:
        raise Failed(f"the router on port {target.port} was not started by `ccr start`: its login is not known here")
    if health.web_url:
        return running_service(target.host, target.port, health)
    typer.echo(
        "the service runs without mitmweb; restarting it with it (Claude Code asks again what is cut off by that)", err=True
    )
    return restart(target, web=True)
