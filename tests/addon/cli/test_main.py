from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.router import ROOT

LOADS_FOREVER = "import time\nprint('loading', flush=True)\ntime.sleep(60)\n"
AS_THE_SCRIPT = "import sys; from addon.cli.main import main; sys.exit(main())"


@pytest.mark.parametrize("how", [["-m", "addon.cli.main"], ["-c", AS_THE_SCRIPT]])
def test_an_early_ctrl_c_is_quiet(tmp_path: Path, how: list[str]) -> None:
    """As it comes while the program is still loading its libraries."""
    (tmp_path / "typer.py").write_text(LOADS_FOREVER)
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, *how, "replay", "session.flows"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "loading\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 130
