"""The `ccr` program. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import asyncio
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(installed_version("ccr"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", "-v", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Claude Code with any model, inside mitmproxy."""


@app.command()
def demo(
    web: Annotated[bool, typer.Option("--web", help="Do it in mitmweb, and leave that open to look around.")] = False,
    builtin: Annotated[bool, typer.Option("--builtin", help="Use the built-in client even if `claude` is on the PATH.")] = False,
) -> None:
    """Show a tool-using session through the router, with no key and no network: a scripted model answers."""
    from rich.console import Console  # noqa: PLC0415  each command pays only for what it uses

    from addon.demo import session  # noqa: PLC0415  as above
    from addon.demo.errors import DemoFailed  # noqa: PLC0415  as above

    try:
        asyncio.run(session.run(Console(), web=web, builtin=builtin))
    except DemoFailed as error:
        typer.echo(f"ccr demo: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None  # 128 + SIGINT, as shells have it
    except asyncio.CancelledError:
        raise typer.Exit(143) from None  # 128 + SIGTERM


def main() -> None:
    """What the `ccr` script of the package runs."""
    app()


if __name__ == "__main__":
    main()
