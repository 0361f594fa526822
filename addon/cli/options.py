"""Options that several commands have, the same in each."""

from __future__ import annotations

from typing import Annotated

import typer

from addon.cli import complete

Config = Annotated[
    str,
    typer.Option(
        "--config", "-c", metavar="NAME|PATH", show_default=False, autocompletion=complete.configs,
        help="The config: a file, or the name of a shipped one.",
    ),
]  # fmt: skip
Port = Annotated[
    int | None, typer.Option("--port", metavar="N", min=1, max=65535, show_default=False, help="The service on this port.")
]
