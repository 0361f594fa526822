"""Options without a value, as `--help` shows them.

typer 0.29 writes `<bool>` beside each of them, which reads as if a value were asked for (expected: nothing, as before). To be
removed once it does not.
"""

from __future__ import annotations

from typing import Any


def without_type(command: Any, context: Any) -> None:
    """Takes it from the command's flags, and from those of its subcommands."""
    for parameter in command.get_params(context):
        if getattr(parameter, "is_flag", False) and parameter.metavar is None:
            parameter.metavar = ""
    for child in getattr(command, "commands", {}).values():
        without_type(child, context)
