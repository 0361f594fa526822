"""`ccr record`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from addon.cli.failure import Failed
from addon.cli.options import Config


def record(
    args: Annotated[list[str] | None, typer.Argument(metavar="-- CLAUDE ARGS", help="For claude, after `--`.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to, a new file. Default: session-DATE-TIME.flows.")
    ] = None,
    config: Config = "",
) -> None:
    """Record a session of Claude Code, with a router of its own."""
    from rich.console import Console  # noqa: PLC0415  each command pays only for what it uses

    from addon.config.errors import ConfigError  # noqa: PLC0415  as above
    from addon.recorder.run import record_session  # noqa: PLC0415  as above
    from addon.recordings.flow_file import RecordingError  # noqa: PLC0415  as above

    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    try:
        status = record_session(console, list(args or ()), out, config)
    except (RecordingError, ConfigError) as error:
        raise Failed(str(error)) from None
    raise typer.Exit(status)
