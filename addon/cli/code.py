"""`ccr code`: Claude Code through the router."""

from __future__ import annotations

import typer
from typer.core import TyperCommand

from addon.cli.failure import Failed


class Verbatim(TyperCommand):
    """A command without options of its own: all that follows its name is somebody else's, `--help` and `--` included."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's context is click's
        ctx.args = list(args)
        return ctx.args


def code(ctx: typer.Context) -> None:
    """Run Claude Code through the router; all arguments go to `claude`."""
    from addon.client.claude import NoClaude, find_claude  # noqa: PLC0415  each command pays only for what it uses
    from addon.client.launch import NOT_FOUND, CannotRun, become, connected, told  # noqa: PLC0415  as above
    from addon.service.start import StartFailed  # noqa: PLC0415  as above

    try:
        connection = connected(check=lambda settings: find_claude(settings.claude_path))
        claude = find_claude(connection.claude_path)
        env = connection.environment()
        for note in told(connection, env, ctx.args):
            typer.echo(f"ccr code: {note}", err=True)
        become(claude, [claude, *ctx.args], env)
    except StartFailed as error:
        raise Failed(str(error)) from None
    except NoClaude as error:
        raise Failed(str(error), NOT_FOUND) from None
    except CannotRun as error:
        raise Failed(str(error), error.status) from None
