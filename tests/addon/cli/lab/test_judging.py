from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.lab import PERFECT, command, environment

JUDGE = """#!/bin/sh
echo $$ > begun
exec sleep 60
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_judge_at_work_is_ended_with_the_program(folder: Path, number: signal.Signals, status: int) -> None:
    """By Ctrl-C, and by a signal that only the program itself gets."""
    os.mkfifo(folder / "begun")
    (folder / "judge").write_text(JUDGE)
    (folder / "judge").chmod(0o755)
    given = ["replay", "rec.flows", "--config", "config.yaml", "--model", f"fake,{PERFECT}", "--limit", "1", "--judge", "./judge"]
    with subprocess.Popen(command(given), cwd=folder, env=environment(folder), stderr=subprocess.PIPE, text=True) as process:
        judge = int((folder / "begun").read_text())
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.kill(judge, 0)
