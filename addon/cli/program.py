"""The `ccr` program. Data goes to stdout, everything else to stderr.

Each command is a function in a module of this package; what it needs beyond its arguments it imports when it runs.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from addon.cli import (
    ci,
    code,
    compare,
    complete,
    demo,
    diff,
    doctor,
    encoding,
    env,
    init,
    logs,
    model,
    old,
    record,
    replay,
    run,
    scrub,
    service,
    start,
    status,
    ui,
)
from addon.cli.failure import Failed
from addon.cli.flags import plain


class Program(TyperGroup):
    """Tells a command's failure in one place."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        plain(self, typer.Context(self, **self.context_settings))
        return super().make_context(*args, **more)

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

START, SERVICE, LOOK, REPLAY = "Start", "Service", "Look", "Record and replay"
"""The parts of `ccr --help`."""


def _version(asked: bool) -> None:
    if asked:
        old.version()
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", "-v", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Claude Code with any model, inside mitmproxy."""


app.command(rich_help_panel=START)(init.init)
app.add_typer(model.app, name="model", rich_help_panel=START)
app.command(rich_help_panel=START, cls=code.Verbatim)(code.code)
app.command(rich_help_panel=START, context_settings=run.CONTEXT, options_metavar=run.OPTIONS)(run.run)
app.command(rich_help_panel=START)(env.env)
app.command("activate", hidden=True)(env.env)
app.command(rich_help_panel=START, context_settings=run.CONTEXT, options_metavar=run.OPTIONS)(ci.ci)
app.command(rich_help_panel=START)(demo.demo)
app.command(rich_help_panel=SERVICE)(start.start)
app.command(rich_help_panel=SERVICE)(start.stop)
app.command(rich_help_panel=SERVICE)(start.restart)
app.command(rich_help_panel=SERVICE)(status.status)
app.command(rich_help_panel=SERVICE)(logs.logs)
app.command(rich_help_panel=LOOK)(doctor.doctor)
app.command(rich_help_panel=LOOK)(ui.ui)
app.command(rich_help_panel=REPLAY)(record.record)
app.command(rich_help_panel=REPLAY)(replay.replay)
app.command(rich_help_panel=REPLAY)(compare.compare)
app.command(rich_help_panel=REPLAY)(diff.diff)
app.command(rich_help_panel=REPLAY)(scrub.scrub)
app.add_typer(service.app, name="service", rich_help_panel=SERVICE)
app.command("version", hidden=True)(old.version)


def execute() -> None:
    """With the arguments of this process. Ends it."""
    encoding.never_fail()
    if os.environ.get("_CCR_COMPLETE") == "complete_bash":
        complete.in_bash(app)
    else:
        app()
