"""The `ccr` program. Data goes to stdout, everything else to stderr.

Each command is a function in a module of this package; what it needs beyond its arguments it imports when it runs.
"""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from addon.cli import demo
from addon.cli.failure import Failed


class Program(TyperGroup):
    """Tells a command's failure in one place."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Failed as error:
            typer.echo(f"ccr {ctx.invoked_subcommand}: {error}", err=True)
            raise typer.Exit(error.status) from None


app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

START, LOOK = "Start", "Look"
"""The parts of `ccr --help`."""


def _version(asked: bool) -> None:
    if asked:
        typer.echo(installed_version("ccr"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", "-v", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Claude Code with any model, inside mitmproxy."""


app.command(rich_help_panel=START)(demo.demo)


def main() -> None:
    """What the `ccr` script of the package runs."""
    app()


if __name__ == "__main__":
    main()
