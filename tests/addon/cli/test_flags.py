"""Help texts of options without a value."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from addon.cli.main import app


@pytest.mark.parametrize("words", [[], ["start"], ["service", "install"]])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_no_value_seems_to_be_asked_for(words: list[str], flag: str) -> None:
    shown = CliRunner().invoke(app, [*words, flag])
    assert shown.exit_code == 0
    assert "--help" in shown.stdout
    assert "<bool>" not in shown.stdout
