"""The `ccr` program as users run it, in an environment that holds nothing of this machine but the path."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

from addon.cli.program import app
from tests.support.conversation import Conversation

CCR = Path(sys.executable).with_name("ccr")
SECONDS = 60


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": f"{CCR.parent}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8", **more}


def ran(home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Without a terminal, to its end, in this process: to load it anew for each test takes longer than what it does."""
    with patch.dict(os.environ, environment(home, **env), clear=True), chdir(home):
        done = CliRunner().invoke(app, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def ran_as_process(home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The same as a user has it."""
    return subprocess.run(
        [str(CCR), *arguments], cwd=home, env=environment(home, **env), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, encoding="utf-8", timeout=SECONDS, check=False,
    )  # fmt: skip


def at_terminal(home: Path, *arguments: str, **env: str) -> Conversation:
    return Conversation([str(CCR), *arguments], home, environment(home, **env))
