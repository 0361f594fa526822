"""The agent's property list, and what its command line does."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from addon.service.unit.install import for_launchd, variables
from addon.service.unit.launchd import agent

SHOW = "import os, sys; print(sys.argv[1:], os.environ.get('P_KEY'))"


def test_it_is_a_property_list_that_restarts_what_fails() -> None:
    value = plistlib.loads(agent(["/a b/ccr", "start"], Path("/e v/service.env"), Path("/l/log")))
    assert value["Label"] == "ccr"
    assert value["RunAtLoad"] is True
    assert value["KeepAlive"] == {"SuccessfulExit": False}
    assert value["ProgramArguments"][-2:] == ["/a b/ccr", "start"]
    assert value["StandardErrorPath"] == "/l/log"


def test_its_arguments_come_through_as_they_are_with_the_variables_of_the_file(tmp_path: Path) -> None:
    odd = ["it's", '"$HOME" `x` $(y)', "a b", ""]
    keys = tmp_path / "with space" / "service.env"
    value = plistlib.loads(agent([sys.executable, "-c", SHOW, *odd], keys, tmp_path / "log"))
    without = subprocess.run(value["ProgramArguments"], capture_output=True, text=True, check=True, env={})
    assert without.stdout.strip() == f"{odd} None"
    keys.parent.mkdir()
    keys.write_text("P_KEY='the $key'\n")
    given = subprocess.run(value["ProgramArguments"], capture_output=True, text=True, check=True, env={})
    assert given.stdout.strip() == f"{odd} the $key"


def test_it_stands_among_the_user_s_agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    unit = for_launchd(["/ccr", "start", "--foreground"])
    assert unit.path == tmp_path / "Library" / "LaunchAgents" / "ccr.plist"
    assert unit.ours in unit.content


def test_variables_are_found_where_they_count(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("a: $ONE\nb: '${TWO:-x} $$NOT $5'\n# $COMMENT\nc: $ONE\n")
    assert variables(str(config)) == ["ONE", "TWO"]
    assert variables("") == []
