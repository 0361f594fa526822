"""Installed as a tool, from the built wheel, away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.service import Machine

MACHINE = dict(os.environ)
"""Before a fixture takes its certificates away, which uv may need."""

ROOT = Path(__file__).resolve().parents[3]


def find_uv() -> list[str]:
    """uv, as a program or as a module of this Python; skips where there is neither."""
    for command in (["uv"], [sys.executable, "-m", "uv"]):
        if shutil.which(command[0]) and subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("uv is not here to build and install with")


def done(command: list[str], cwd: Path, env: dict[str, str]) -> str:
    it = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert it.returncode == 0, (command, it.stdout, it.stderr)
    return it.stdout


def test_the_wheel_installs_a_program_that_works_anywhere(here: Machine, tmp_path: Path) -> None:
    uv, own = find_uv(), MACHINE
    wheels, tools, programs = (tmp_path / name for name in ("wheels", "tools", "programs"))
    done([*uv, "build", "--quiet", "--python", sys.executable, "--wheel", "--out-dir", str(wheels), str(ROOT)], tmp_path, own)
    (wheel,) = wheels.glob("*.whl")
    versions = tmp_path / "versions.txt"  # those of this environment: they are in uv's cache
    versions.write_text(done([*uv, "pip", "freeze", "--python", sys.executable, "--exclude-editable"], ROOT, own))
    env = own | {"UV_TOOL_DIR": str(tools), "UV_TOOL_BIN_DIR": str(programs)}
    done(
        [*uv, "tool", "install", "--quiet", "--python", sys.executable, "--constraints", str(versions), str(wheel)], tmp_path, env
    )

    ccr = str(programs / "ccr")
    elsewhere = here.home
    (elsewhere / "addon").mkdir()  # a folder of that name is not taken for ours
    (elsewhere / "addon" / "__init__.py").write_text("raise SystemExit('not this one')\n")
    assert "ccr" in done([ccr, "--help"], elsewhere, here.env)
    assert "running at" in done([ccr, "start", "--config", "demo"], elsewhere, here.env | {"CCR_DEMO_PORT": "9"})
    told = done([ccr, "status"], elsewhere, here.env)
    assert str(tools) in told.replace("\n", "").replace(" ", "")
    assert str(ROOT) not in told
    assert "stopped" in done([ccr, "stop"], elsewhere, here.env)
    assert "The session ended with" in done([ccr, "demo", "--builtin"], elsewhere, here.env)
