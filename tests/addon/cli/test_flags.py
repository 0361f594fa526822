"""Help texts: of options without a value, and of arguments."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from addon.cli.program import app


@pytest.mark.parametrize("words", [[], ["start"], ["service", "install"]])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_no_value_seems_to_be_asked_for(words: list[str], flag: str) -> None:
    shown = CliRunner().invoke(app, [*words, flag])
    assert shown.exit_code == 0
    assert "--help" in shown.stdout
    assert "<bool>" not in shown.stdout


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        (["model", "use"], "ccr model use [OPTIONS] ROUTE PROVIDER,MODEL"),
        (["model", "search"], "ccr model search [OPTIONS] WORD..."),
        (["diff"], "ccr diff [OPTIONS] FILE [ID]"),
        (["run"], "ccr run [OPTIONS] -- CMD..."),
        (["ci"], "ccr ci [OPTIONS] -- CMD..."),
        (["record"], "ccr record [OPTIONS] [-- CLAUDE ARGS...]"),
    ],
)
def test_the_usage_line_is_what_is_typed(words: list[str], usage: str) -> None:
    shown = CliRunner().invoke(app, [*words, "-h"]).stdout
    assert usage.removeprefix("ccr") in " ".join(shown.split())
