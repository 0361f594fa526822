"""`ccr status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from addon.cli.failure import Failed
from addon.cli.options import Port

if TYPE_CHECKING:
    from addon.service.report import Status

NOT_RUNNING: Final = 3
"""The exit status, as `systemctl status` has it."""


def status(
    port: Port = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show whether the service runs, and how; status 3 if it does not."""
    import json  # noqa: PLC0415  each command pays only for what it uses
    from importlib.metadata import version  # noqa: PLC0415  as above

    from addon.service.find import Unclear, find  # noqa: PLC0415  as above
    from addon.service.report import status as found_status  # noqa: PLC0415  as above

    try:
        found = found_status(find(port), version("ccr"))
    except Unclear as error:
        raise Failed(str(error)) from None
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2))
    else:
        _show(found)
    if not found.running:
        raise typer.Exit(NOT_RUNNING)


def _show(found: Status) -> None:
    from rich.console import Console  # noqa: PLC0415  as above
    from rich.table import Table  # noqa: PLC0415  as above
    from rich.text import Text  # noqa: PLC0415  as above

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    if found.running:
        table.add_row("running", Text(found.url, "green"))
        for name, value in _rows(found):
            table.add_row(name, Text(value))
    else:
        table.add_row("not running", Text(f"port {found.port}", "yellow"))
    console = Console()
    if not console.is_terminal:
        console.width = 10_000  # a file has no width: paths stay whole there
    console.print(table)
    for warning in found.warnings:
        Console(stderr=True).print(Text(f"warning: {warning}", "yellow"), soft_wrap=True)
    if not found.running and not found.warnings:  # each of which says what to do
        Console(stderr=True).print(Text("hint: `ccr start`"))


def _rows(found: Status) -> list[tuple[str, str]]:
    routes = "\n".join(f"{name} → {choice}" for name, choice in found.routes.items())
    rows = [
        ("pid", str(found.pid) if found.pid else ""),
        ("uptime", _duration(found.uptime) if found.started else ""),
        ("version", found.version),
        ("config", found.config),
        ("routes", routes),
        ("mitmweb", f"{found.web_url}  (`ccr ui` logs in)" if found.web_url else ""),
        ("log", found.log),
    ]
    return [row for row in rows if row[1]]


def _duration(seconds: int) -> str:
    """In its two largest units."""
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
