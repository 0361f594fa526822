from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import typer
from typer.testing import CliRunner

from addon.cli.program import app

runner = CliRunner()
SHORT = {"--config": "-c", "--out": "-o", "--yes": "-y"}


def commands(command: Any, *path: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    if not children:
        yield " ".join(path), command
    for name, child in children.items():
        yield from commands(child, *path, name)


def test_the_version_is_shown() -> None:
    for flags in (["-v"], ["--version"], ["version"]):
        assert runner.invoke(app, flags).stdout.strip() == version("ccr")


def test_help_has_one_line_for_each_command_and_none_for_old_names() -> None:
    shown = runner.invoke(app, ["-h"], env={"COLUMNS": "80"}).stdout
    lines = [line.strip("│ ").split(None, 1) for line in shown.splitlines() if line.startswith("│ ")]
    told = {words[0]: words[1] for words in lines if len(words) == 2}
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        if name in ("version", "activate"):
            assert command.hidden
            assert name not in told
        else:
            assert told[name].endswith("."), f"the line of {name} is too long: {told[name]}"


def test_an_option_has_the_same_short_name_everywhere() -> None:
    found = 0
    for name, command in commands(typer.main.get_command(app)):
        for parameter in command.params:
            for long, short in SHORT.items():
                if long in parameter.opts:
                    assert short in parameter.opts, (name, parameter.opts)
                    found += 1
    assert found > 15
