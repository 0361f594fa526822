"""The lines are given to the shells themselves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from addon.client.shells import Shell, current_shell, lines

NASTY = {
    "PLAIN": "http://127.0.0.1:3456",
    "QUOTES": """it's "quoted" `here` ‘and’ ‚there‛""",  # noqa: RUF001  PowerShell takes these for quotes too
    "EXPANDS": "$HOME $(id) ${x} %PATH% *?[a] ~ ! \\ \\' \\\\",
    "BROKEN": "one\ntwo\r\n\tthree ",
    "EMPTY": "",
    "UNICODE": "Grüße 世界 🦆",
}
COMMANDS: dict[Shell, Sequence[str]] = {
    "bash": ("bash", "--norc", "-c"),
    "zsh": ("zsh", "-f", "-c"),
    "fish": ("fish", "--no-config", "-c"),
    "powershell": ("pwsh", "-NoProfile", "-NonInteractive", "-Command"),
}
SHOW = f"{sys.executable} -c 'import os, json; print(json.dumps(dict(os.environ)))'"


def run(shell: Shell, script: str, **env: str) -> dict[str, str]:
    """What a program started by the shell after the script has as its environment."""
    program, *options = COMMANDS[shell]
    if not shutil.which(program):
        pytest.skip(f"this machine has no {program}")
    show = f"& {SHOW}" if shell == "powershell" else SHOW
    done = subprocess.run(
        [program, *options, f"{script}\n{show}"], env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **env},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), script
    shown: dict[str, str] = json.loads(done.stdout)
    return shown


@pytest.mark.parametrize("shell", list(COMMANDS))
def test_every_value_arrives_as_it_is(shell: Shell) -> None:
    shown = run(shell, "\n".join(lines(shell, NASTY)))
    expected = {name: value for name, value in NASTY.items() if value or shell != "powershell"}  # which has no empty ones
    assert {name: shown.get(name) for name in expected} == expected


@pytest.mark.parametrize("shell", list(COMMANDS))
def test_variables_are_removed_whether_they_are_there_or_not(shell: Shell) -> None:
    shown = run(shell, "\n".join(lines(shell, {"KEPT": "1"}, ("GONE", "NEVER_THERE"))), GONE="secret")
    assert "GONE" not in shown
    assert shown["KEPT"] == "1"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_that_calls_is_known(shell: Shell, tmp_path: Path) -> None:
    program, *options = COMMANDS[shell]
    if not shutil.which(program):
        pytest.skip(f"this machine has no {program}")
    code = "from addon.client.shells import current_shell; print(current_shell())"
    script = f"{sys.executable} -c '{code}'; true"  # else the shell would put it in its own place
    env = {"PATH": os.environ["PATH"], "SHELL": "/bin/other", "PYTHONPATH": str(Path.cwd()), "HOME": str(tmp_path)}
    done = subprocess.run([program, *options, script], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (f"{shell}\n", "")


def test_without_a_shell_above_the_login_shell_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addon.client.shells._ancestors", lambda: iter(["uv", "systemd"]))
    assert current_shell({"SHELL": "/usr/bin/fish"}) == "fish"
    assert current_shell({"SHELL": "/bin/tcsh"}) == "bash"
    assert current_shell({}) == "bash"
