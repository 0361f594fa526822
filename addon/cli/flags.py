"""Options without a value and arguments, as `--help` shows them.

typer 0.29 writes `<bool>` beside each flag, which reads as if a value were asked for, and an argument's name in braces, which
reads as a choice: `{PROVIDER,MODEL}` (expected: neither, as before). To be removed once it does not.
"""

from __future__ import annotations

from functools import partial
from typing import Any


def plain(command: Any, context: Any) -> None:
    """Takes both from the command, and from its subcommands."""
    for parameter in command.get_params(context):
        if getattr(parameter, "is_flag", False) and parameter.metavar is None:
            parameter.metavar = ""
        if parameter.param_type_name == "argument":
            parameter.get_usage_pieces = partial(_usage, parameter)
    for child in getattr(command, "commands", {}).values():
        plain(child, context)


def _usage(argument: Any, _: Any) -> list[str]:
    name = argument.metavar or argument.name.upper()
    name += "..." if argument.nargs != 1 else ""
    return [name if argument.required else f"[{name}]"]
