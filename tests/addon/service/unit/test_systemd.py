"""The unit's text, judged by systemd."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from addon.service.unit.install import complaints
from addon.service.unit.systemd import unit

ODD = ['/a folder/"quoted"/ccr', "--config", "50% of $HOME and ${X}\\n.yaml", "it's; a && b"]


def exec_start(text: str) -> list[str]:
    """The arguments as systemd takes them: quoted words, with `%%` and `$$` for the characters themselves."""
    line = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    program, *words = (word.replace("%%", "%") for word in shlex.split(line.removeprefix("ExecStart=")))
    return [program, *(word.replace("$$", "$") for word in words)]


def test_arguments_come_out_as_they_went_in() -> None:
    assert exec_start(unit(ODD, Path("/home/a b/service.env"))) == ODD


def test_systemd_takes_it_for_these_arguments(tmp_path: Path) -> None:
    """It complains of the program that is not there, by name, and of nothing once it is."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd")
    program = tmp_path / "a 100% $odd folder" / "ccr"
    file = tmp_path / "ccr.service"
    file.write_text(unit([str(program), "start"], tmp_path / "with space.env"))
    assert str(program) in complaints(file)
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert complaints(file) == ""
    file.write_text(file.read_text().replace("Restart=on-failure", "Restart=sometimes"))
    assert "sometimes" in complaints(file)
