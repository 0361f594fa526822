"""`ccr start`, `ccr stop`, `ccr restart`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.options import Config, Port

if TYPE_CHECKING:
    from addon.service.start import Service


def start(
    config: Config = "",
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=0, max=65535, show_default=False, help="Listen there; 0: on a free port."),
    ] = None,
    web: Annotated[bool, typer.Option("--web", help="With mitmweb, to look at what happens: see `ccr ui`.")] = False,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay, and log to the terminal: for containers and systemd.")
    ] = False,
) -> None:
    """Start the router as a service; it survives the terminal."""
    from addon.service.start import StartFailed, prepare  # noqa: PLC0415  each command pays only for what it uses
    from addon.service.start import start as start_service  # noqa: PLC0415  as above

    try:
        if foreground:
            from addon.service.foreground import run_here  # noqa: PLC0415  as above

            run_here(prepare(config, web=web, port=port))
            return
        service = start_service(config, web=web, port=port)
    except StartFailed as error:
        raise Failed(str(error)) from None
    if service.new:
        _say_started(service, "start")
        return
    typer.echo(f"already running at {service.url} (pid {service.pid or 'not known'})")
    _say_notes(service, "start")
    if service.notes and (config or web):
        raise typer.Exit(1)  # not what was asked for


def stop(port: Port = None) -> None:
    """Stop the service."""
    from addon.service.find import Unclear, find  # noqa: PLC0415  as above
    from addon.service.stop import StopFailed  # noqa: PLC0415  as above
    from addon.service.stop import stop as stop_service  # noqa: PLC0415  as above

    try:
        target = find(port)
        pid = stop_service(target)
    except (Unclear, StopFailed) as error:
        raise Failed(str(error)) from None
    typer.echo(f"stopped (port {target.port}, pid {pid})" if pid else f"not running (port {target.port})")


def restart(
    config: Config = "",
    port: Port = None,
    web: Annotated[bool | None, typer.Option("--web/--no-web", show_default=False, help="With or without mitmweb.")] = None,
) -> None:
    """Stop the service and start it as it was, its config read anew."""
    from addon.service.find import Unclear, find  # noqa: PLC0415  as above
    from addon.service.start import StartFailed  # noqa: PLC0415  as above
    from addon.service.stop import StopFailed  # noqa: PLC0415  as above
    from addon.service.stop import restart as restart_service  # noqa: PLC0415  as above

    try:
        service = restart_service(find(port), config, web=web)
    except (StartFailed, Unclear, StopFailed) as error:
        raise Failed(str(error)) from None
    _say_started(service, "restart")


def _say_started(service: Service, command: str) -> None:
    typer.echo(f"running at {service.url}\nconfig  {service.config}\nlog     {service.log}")
    if service.web_url:
        typer.echo("mitmweb `ccr ui` opens it")
    _say_notes(service, command)


def _say_notes(service: Service, command: str) -> None:
    for note in service.notes:
        typer.echo(f"ccr {command}: {note}", err=True)
