"""`ccr logs` in a terminal."""

from __future__ import annotations

import os
import shutil
import subprocess

import httpx2
import pytest

from tests.support.own_terminal import OwnTerminal
from tests.support.service import CCR, Machine


def test_the_last_lines_are_printed(here: Machine) -> None:
    here.ok("start")
    log = (here.files / f"{here.port}.log").read_text()
    assert f"ccr: listening at {here.url}" in log
    assert here.ok("logs", "-n", "1").count("\n") == 1
    assert here.ok("logs").startswith(log[: log.index("\n")])


def test_following_shows_what_comes_and_ends_with_ctrl_c(here: Machine) -> None:
    here.ok("start")
    with OwnTerminal([str(CCR), "logs", "-f"], here.home, here.env) as terminal:
        terminal.wait_for("ccr: listening at")
        from_a_page = {"origin": "https://a.example"}
        assert httpx2.get(f"{here.url}/v1/models", headers=from_a_page, timeout=10, trust_env=False).status_code == 403
        terminal.wait_for("403 Forbidden")
        assert "/health" not in terminal.said  # which was asked several times by now
        here.ok("restart")
        terminal.wait_for("Loading script")
        terminal.type("\x03")
        assert terminal.ended() == 0
        assert "Traceback" not in terminal.said
        assert "Aborted" not in terminal.said


def test_a_reader_that_has_enough_is_no_failure(here: Machine) -> None:
    here.files.mkdir(parents=True)
    (here.files / f"{here.port}.log").write_text("line\n" * 100_000)
    with OwnTerminal(["bash", "-c", f"'{CCR}' logs -n 100000 | head -1"], here.home, here.env) as terminal:
        assert terminal.ended() == 0
        assert terminal.said.split() == ["line"]


@pytest.mark.parametrize("options", [(), ("-f",)])
def test_without_a_log_it_says_where_it_looked(here: Machine, options: tuple[str, ...]) -> None:
    done = here.run("logs", *options)
    assert done.returncode == 1
    assert f"there is no log at {here.files / f'{here.port}.log'}; hint: `ccr start`" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may do everything, and stays root here")
@pytest.mark.parametrize(("command", "file"), [("logs", "log"), ("start", "lock")])
def test_a_file_that_another_user_has_made_is_told_with_what_to_do(here: Machine, command: str, file: str) -> None:
    here.files.mkdir(parents=True)
    theirs = here.files / f"{here.port}.{file}"
    theirs.touch(mode=0o000)
    unprivileged = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*unprivileged, str(CCR), command], cwd=here.home, env=here.env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert f"ccr {command}: `{theirs}` cannot be used: Permission denied; hint: `sudo chown -R" in done.stderr
    assert "Traceback" not in done.stderr
