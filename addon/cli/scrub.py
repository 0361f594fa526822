"""`ccr scrub`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from addon.cli.failure import Failed


def scrub(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The recording.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to, a new file. Default: NAME.scrubbed.flows.")
    ] = None,
    prose: Annotated[bool, typer.Option("--prose", help="Replace what people, models and tools said by filler as long.")] = False,
    in_place: Annotated[bool, typer.Option("--in-place", help="Replace FILE itself.")] = False,
) -> None:
    """Take secrets, and on request texts, out of a recording."""
    from addon.config.errors import ConfigError  # noqa: PLC0415  each command pays only for what it uses
    from addon.config.load import load_settings  # noqa: PLC0415  as above
    from addon.recordings.flow_file import RecordingError  # noqa: PLC0415  as above
    from addon.scrub.files import scrub_file  # noqa: PLC0415  as above

    try:
        settings = load_settings()
        secrets = [*settings.client_keys, *(key for provider in settings.providers.values() for key in provider.keys)]
    except ConfigError:
        secrets = []
        typer.echo("ccr scrub: the config cannot be read: keys are known by their shape and their place alone", err=True)
    try:
        done = scrub_file(file, out, prose=prose, in_place=in_place, secrets=secrets)
    except RecordingError as error:
        raise Failed(str(error)) from None
    if done.broken:
        typer.echo(f"ccr scrub: {done.broken}", err=True)
    if done.left_out:
        typer.echo(f"ccr scrub: left out what is no HTTP request: {done.left_out}", err=True)
    taken = "secrets and texts" if prose else "secrets"
    typer.echo(f"ccr scrub: {done.flows:,} flows without {taken}:", err=True)
    typer.echo(str(done.path))
