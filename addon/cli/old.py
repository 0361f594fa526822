"""A command that users of Claude Code Router have in their fingers and scripts. `ccr activate`, the other one, is `ccr env`."""

from __future__ import annotations

import typer


def version() -> None:
    """Show the version, as `ccr --version`."""
    from importlib.metadata import version as installed_version  # noqa: PLC0415  each command pays only for what it uses

    typer.echo(installed_version("ccr"))
