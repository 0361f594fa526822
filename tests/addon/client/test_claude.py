from __future__ import annotations

from pathlib import Path

import pytest

from addon.client import claude
from addon.client.claude import NoClaude, find_claude


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_config_goes_before_the_variable_and_that_before_the_path(tmp_path: Path) -> None:
    configured, variable, found = (program(tmp_path / name / "claude") for name in ("configured", "variable", "path"))
    env = {"PATH": str(found.parent), "CLAUDE_PATH": str(variable), "HOME": str(tmp_path)}
    assert find_claude(str(configured), env) == str(configured)
    assert find_claude("", env) == str(variable)
    assert find_claude("", {"PATH": str(found.parent)}) == str(found)


def test_it_is_found_where_its_installer_puts_it(tmp_path: Path) -> None:
    local = program(tmp_path / ".claude" / "local" / "claude")
    assert find_claude("", {"PATH": "", "HOME": str(tmp_path)}) == str(local)
    assert find_claude("~/.claude/local/claude", {"PATH": "", "HOME": str(tmp_path)}) == str(local)


def test_a_name_is_looked_for_on_the_path(tmp_path: Path) -> None:
    other = program(tmp_path / "claude-next")
    assert find_claude("claude-next", {"PATH": str(tmp_path)}) == str(other)


def test_a_named_one_that_is_missing_is_said_and_no_other_is_run(tmp_path: Path) -> None:
    found = program(tmp_path / "claude")
    with pytest.raises(NoClaude, match=r"`claude_path` is `/nowhere/claude`.*hint"):
        find_claude("/nowhere/claude", {"PATH": str(found.parent)})
    with pytest.raises(NoClaude, match=r"\$CLAUDE_PATH is `/nowhere/claude`"):
        find_claude("", {"PATH": str(found.parent), "CLAUDE_PATH": "/nowhere/claude"})


def test_a_file_that_cannot_be_run_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claude, "PLACES", ("~/.claude/local/claude",))  # this machine may have one in the others
    program(tmp_path / ".claude" / "local" / "claude").chmod(0o644)
    with pytest.raises(NoClaude, match="npm install"):
        find_claude("", {"PATH": str(tmp_path), "HOME": str(tmp_path)})
