"""`ccr init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from addon.cli import complete


def init(  # noqa: PLR0913, PLR0917  one argument for each option
    provider: Annotated[
        str,
        typer.Option(
            "--provider",
            metavar="NAME",
            autocompletion=complete.known_providers,
            help="A known provider's name, or any for your own `--base-url`.",
        ),
    ] = "",
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="The provider's URL, if it is not the known one.")
    ] = "",
    key_var: Annotated[str, typer.Option("--key-var", metavar="VAR", help="The environment variable that holds its key.")] = "",
    dialect: Annotated[
        str, typer.Option("--dialect", metavar="NAME", help="`openai-chat` or `anthropic`, if the URL does not tell.")
    ] = "",
    model: Annotated[
        str, typer.Option("--model", metavar="MODEL", help="The model for everything that no other route takes.")
    ] = "",
    background: Annotated[
        str, typer.Option("--background", metavar="MODEL", help="The model for titles, summaries and side jobs.")
    ] = "",
    think: Annotated[str, typer.Option("--think", metavar="MODEL", help="The model for plan mode and high effort.")] = "",
    long_context: Annotated[str, typer.Option("--long-context", metavar="MODEL", help="The model for very long prompts.")] = "",
    old: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Take over this config of Claude Code Router.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write to this file.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is proposed.")] = False,
    no_test: Annotated[bool, typer.Option("--no-test", help="Do not ask the provider anything.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there; a backup is kept.")] = False,
) -> None:
    """Set up: test a provider's key, choose models, write the config."""
    from addon.setup.flags import Flags  # noqa: PLC0415  each command pays only for what it uses
    from addon.setup.run import Wishes, run  # noqa: PLC0415  as above

    flags = Flags(provider, base_url, key_var.removeprefix("$"), dialect, model, background, think, long_context)
    run(flags, Wishes(out, old, yes, not no_test, force), os.environ)
