from __future__ import annotations

from importlib.metadata import version

from typer.testing import CliRunner

from addon.cli.main import app

runner = CliRunner()


def test_the_version_is_shown() -> None:
    for flag in ("-v", "--version"):
        assert runner.invoke(app, [flag]).stdout.strip() == version("ccr")


def test_help_names_the_commands() -> None:
    result = runner.invoke(app, ["-h"])
    assert result.exit_code == 0
    assert "demo" in result.stdout
