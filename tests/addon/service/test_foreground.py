"""In the foreground: a terminal, systemd, a container's first process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from addon.service.processes import identity
from tests.support.own_terminal import OwnTerminal
from tests.support.service import CCR, Machine, wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(here: Machine, number: signal.Signals) -> None:
    service = here.open("start", "--foreground")
    wait_until(here.answers)
    assert here.health()["pid"] == service.pid
    service.send_signal(number)
    said = service.communicate(timeout=20)[0]
    assert service.returncode == 0
    assert f"ccr: listening at {here.url}" in said
    assert "Traceback" not in said
    assert not (here.files / f"{here.port}.json").exists()


def test_it_ends_with_its_terminal_in_order(here: Machine) -> None:
    with OwnTerminal([str(CCR), "start", "--foreground"], here.home, here.env) as terminal:
        terminal.wait_for("ccr: listening at")
        assert terminal.close() == 0
    assert not here.answers()
    assert not (here.files / f"{here.port}.json").exists()


def test_it_is_found_stopped_and_not_restarted_behind_its_keeper_s_back(here: Machine) -> None:
    service = here.open("start", "--foreground")
    wait_until(here.answers)
    refused = here.run("restart")
    assert refused.returncode == 1
    assert "runs in the foreground" in refused.stderr
    assert "runs in the foreground" in here.run("logs").stderr
    assert "already running" in here.ok("start")
    second = here.run("start", "--foreground")
    assert second.returncode == 1
    assert "one is already running" in second.stderr
    here.ok("stop")
    assert service.wait(20) == 0


def test_what_keeps_it_from_starting_is_said(here: Machine) -> None:
    here.config('{"Ruoter": {}}')
    done = here.run("start", "--foreground")
    assert done.returncode == 1
    assert "Ruoter" in done.stderr


def in_a_container(here: Machine, script: str) -> subprocess.Popen[str]:
    """The script's shell becomes process 1 of its own world."""
    command = ["unshare", "--pid", "--fork", "--mount-proc", "bash", "-c", script]
    if os.geteuid() != 0:
        command[1:1] = ["--user", "--map-root-user"]
    return subprocess.Popen(
        command, cwd=here.home, env=here.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip


def first_process(outer: int) -> int:
    """Process 1 of the container, by its id out here."""
    return int(Path(f"/proc/{outer}/task/{outer}/children").read_text().split()[0])


def children(pid: int) -> dict[int, str]:
    """Each child with its state."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found[int(child)] = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
    return found


@pytest.fixture
def unshare() -> None:
    tried = ["unshare", *(() if os.geteuid() == 0 else ("--user", "--map-root-user")), "--pid", "--fork", "--mount-proc", "true"]
    if not shutil.which("unshare") or subprocess.run(tried, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let one make a world of processes of one's own")


@pytest.mark.usefixtures("unshare")
def test_as_process_1_it_ends_at_sigterm_and_buries_the_dead(here: Machine) -> None:
    """Before the program takes the shell's place, an orphan is left in the container: it becomes a child of process 1."""
    outer = in_a_container(here, f"(sleep 0.2 & exec sleep 0) & wait; (sleep 2 &) ; exec '{CCR}' start --foreground")
    try:
        wait_until(here.answers, left=outer.poll)
        first = first_process(outer.pid)
        assert here.health()["pid"] != 1
        wait_until(lambda: len(children(first)) == 1, left=lambda: children(first))
        assert "Z" not in children(first).values()
        os.kill(first, signal.SIGTERM)
        said = outer.communicate(timeout=20)[0]
        assert outer.returncode == 0, said
        assert not here.answers()
    finally:
        if outer.poll() is None:
            os.kill(outer.pid, signal.SIGKILL)


@pytest.mark.usefixtures("unshare")
def test_from_outside_its_container_it_is_seen_and_left_alone(here: Machine) -> None:
    """Its process ids mean other processes out here."""
    outer = in_a_container(here, f"exec '{CCR}' start --foreground")
    try:
        wait_until(here.answers, left=outer.poll)
        assert here.run("status").returncode == 0
        done = here.run("stop")
        assert done.returncode == 1
        assert "left alone" in done.stderr
        assert "container" in done.stderr
        assert here.answers()
    finally:
        if outer.poll() is None:
            os.kill(first_process(outer.pid), signal.SIGTERM)
        outer.communicate(timeout=20)


@pytest.mark.usefixtures("unshare")
def test_a_failure_of_process_1_is_its_status(here: Machine) -> None:
    (here.home / ".mitmproxy").mkdir()
    (here.home / ".mitmproxy" / "config.yaml").write_text("ssl_insecure: [not, a, boolean]\n")
    outer = in_a_container(here, f"exec '{CCR}' start --foreground")
    said = outer.communicate(timeout=30)[0]
    assert outer.returncode == 1
    assert "ssl_insecure" in said


def test_a_process_that_is_gone_is_nobody() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert identity(process.pid) == ""
    assert identity(os.getpid()) == identity(os.getpid()) != ""
