"""Starting: real processes, real ports."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from addon.service.processes import identity
from addon.service.start import NO_CONFIG, StartFailed, begin, ensure_running, prepare, start
from addon.service.web import page
from tests.support.mitm import ended
from tests.support.own_terminal import OwnTerminal
from tests.support.service import CCR, Machine, machine, wait_until

BAD = """{
  "Providers": [{"name": "deepseek", "api_key": "$NO_SUCH_KEY", "models": ["deepseek-chat"]}],
  "Router": {"default": "deepseek,deepseek-chat", "backgrund": "deepseek,deepseek-chat"}
}
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One whose service runs, for tests that leave it as it is."""
    for it in machine(tmp_path_factory.mktemp("started")):
        it.ok("start")
        yield it


def fields_of(pid: int) -> list[str]:
    """proc(5): state, parent, process group, session, terminal."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def test_it_returns_as_soon_as_the_router_answers(here: Machine) -> None:
    begin = time.monotonic()
    told = here.ok("start")
    took = time.monotonic() - begin
    assert here.answers()
    assert here.url in told
    assert took < 15, f"{took:.1f} s; on a machine with nothing else to do it is one and a half"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_it_has_a_session_of_its_own_no_terminal_and_nobody_to_wait_for_it(started: Machine) -> None:
    here, pid = started, started.health()["pid"]
    _, parent, _, session, terminal = fields_of(pid)[:5]
    assert session not in (str(os.getsid(0)), str(os.getpid()))
    assert int(terminal) == 0
    assert parent != str(os.getpid())
    assert str(Path(f"/proc/{pid}/fd/0").readlink()) == os.devnull
    assert str(Path(f"/proc/{pid}/fd/1").readlink()) == str(here.files / f"{here.port}.log")
    command = Path(f"/proc/{pid}/cmdline").read_text()
    assert here.state()["plan"]["key"] not in command


def test_what_it_writes_is_for_the_user_alone(here: Machine) -> None:
    here.ok("start", "--web")
    assert stat.S_IMODE(here.files.stat().st_mode) == 0o700
    modes = {file.suffix: stat.S_IMODE(file.stat().st_mode) for file in here.files.iterdir()}
    assert modes == {".json": 0o600, ".log": 0o600, ".lock": 0o600}
    log = (here.files / f"{here.port}.log").read_text()
    plan = here.state()["plan"]
    assert plan["web_password"] not in log
    assert plan["key"] not in log


def test_a_second_start_says_that_it_runs_and_is_content(started: Machine) -> None:
    pid = started.health()["pid"]
    assert f"already running at {started.url} (pid {pid})" in started.ok("start")
    assert started.health()["pid"] == pid


def test_of_many_starts_at_once_one_wins_and_the_others_say_so(here: Machine) -> None:
    starts = [here.open("start") for _ in range(3)]
    said = [start.communicate(timeout=60)[0] for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert sorted(text.startswith("running at") for text in said) == [False, False, True], said
    assert sum("already running" in text for text in said) == 2
    assert len([line for line in (here.files / f"{here.port}.log").read_text().splitlines() if "ccr: listening" in line]) == 1


def test_one_that_runs_otherwise_than_asked_is_no_success(started: Machine) -> None:
    done = started.run("start", "--web", "--config", "demo", CCR_DEMO_PORT="9")
    assert done.returncode == 1
    assert "it runs with built-in default, not " in done.stderr
    assert "`ccr restart --config demo`" in done.stderr
    assert "`ccr restart --web`" in done.stderr


def test_the_errors_of_a_config_are_those_of_mitmdump_and_come_at_once(here: Machine) -> None:
    config = here.config(BAD)
    done = here.run("start")
    assert done.returncode == 1
    assert done.stdout == ""
    said = done.stderr.removeprefix("ccr start: ").strip()
    assert f"{config}:2:" in said
    assert "NO_SUCH_KEY" in said
    assert "backgrund" in said
    status, output = ended("mitmdump", here.home, "--set", "server=false")
    assert status != 0
    assert said in output
    assert not here.answers()


def test_who_has_the_port_is_named(here: Machine) -> None:
    with socket.create_server(("127.0.0.1", here.port)):
        done = here.run("start")
    assert done.returncode == 1
    assert f"port {here.port} is taken by " in done.stderr
    assert f"(pid {os.getpid()}); hint: " in done.stderr
    assert f"--port {here.port + 1}" in done.stderr


def test_what_mitmproxy_says_against_it_is_passed_on(here: Machine) -> None:
    (here.home / ".mitmproxy").mkdir()
    (here.home / ".mitmproxy" / "config.yaml").write_text("ssl_insecure: [not, a, boolean]\n")
    done = here.run("start")
    assert done.returncode == 1
    assert "ssl_insecure" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (here.files / f"{here.port}.json").exists()


def test_it_survives_the_terminal_it_was_started_in(here: Machine) -> None:
    command = ["bash", "-c", f"'{CCR}' start; echo told; sleep 60"]
    with OwnTerminal(command, here.home, here.env) as terminal:
        terminal.wait_for("told")
        pid = here.health()["pid"]
        assert terminal.close() == -signal.SIGHUP
    assert here.health()["pid"] == pid
    os.kill(pid, signal.SIGHUP)
    assert here.health()["pid"] == pid


def test_files_that_were_left_behind_do_no_harm(here: Machine) -> None:
    """The second names a process that lives, and is not ours."""
    here.files.mkdir(parents=True)
    file = here.files / f"{here.port}.json"
    (here.files.parent / ".claude-code-router.pid").write_text(str(os.getpid()))
    file.write_text("\0{")
    assert "not running" in here.ok("stop")
    plan = {"host": "127.0.0.1", "port": here.port, "config": "", "web_port": 0, "private": False, "web_password": "", "key": "x"}
    file.write_text(json.dumps({"pid": os.getpid(), "began": identity(os.getpid()), "plan": plan, "log": ""}))
    assert "not running" in here.ok("stop")
    here.ok("start")
    assert here.state()["pid"] == here.health()["pid"]


def test_after_a_crash_it_starts_again(here: Machine) -> None:
    here.ok("start")
    os.kill(here.health()["pid"], signal.SIGKILL)
    wait_until(lambda: not here.answers())
    assert (here.files / f"{here.port}.json").exists()
    here.ok("start")
    assert here.answers()


def test_without_a_home_it_runs_all_the_same(here: Machine, tmp_path: Path) -> None:
    here.env["HOME"], here.home = "/nonexistent", tmp_path
    here.ok("start")
    private = tmp_path / f"ccr-{os.geteuid()}"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert {folder.name for folder in private.iterdir()} == {"service", "mitmproxy"}
    assert json.loads(here.ok("status", "--json"))["log"] == str(private / "service" / f"{here.port}.log")
    assert "stopped" in here.ok("stop")
    assert not Path("/nonexistent").exists()


def test_with_a_home_that_cannot_be_written_to_it_runs_all_the_same(here: Machine, tmp_path: Path) -> None:
    """A config in it is used. For root, who may write anywhere, it is mounted read-only."""
    config = here.config('{"Providers": [], "LOG": false}')
    script = f"'{CCR}' start && cat /dev/null > '{here.home}/x' ; '{CCR}' status --json && '{CCR}' stop"
    if os.geteuid() == 0:
        mount = f"mount --bind '{here.home}' '{here.home}' && mount -o remount,bind,ro '{here.home}'"
        command = ["unshare", "--mount", "bash", "-c", f"{mount} || exit 77; {script}"]
    else:
        config.parent.chmod(0o500)
        here.home.chmod(0o500)
        command = ["bash", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=here.env, capture_output=True, text=True, timeout=60, check=False)
    here.home.chmod(0o700)
    config.parent.chmod(0o700)
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("this root may write anywhere, and may not mount")
    assert done.returncode == 0, done.stderr
    assert "home/x" in done.stderr  # it could not be written to indeed
    told = json.loads(done.stdout[done.stdout.index("{") : done.stdout.rindex("}") + 1])
    assert told["config"] == str(config)
    assert told["log"].startswith(str(tmp_path / f"ccr-{os.geteuid()}"))
    assert "stopped" in done.stdout


def test_a_shipped_config_is_meant_by_its_name(here: Machine) -> None:
    here.ok("start", "--config", "demo", CCR_DEMO_PORT="9")
    assert here.health()["config"].endswith("configs/demo.yaml")


def test_a_program_that_needs_a_router_is_given_the_one_that_runs(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here.home)
    for name in ("CCR_HOME", "CCR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**here.env, "CCR_DEMO_PORT": "9"}.items():
        monkeypatch.setenv(name, value)
    first = ensure_running()
    assert (first.new, first.url, first.port, first.notes) == (True, here.url, here.port, (NO_CONFIG,))
    assert first.pid == here.health()["pid"]
    again = ensure_running("demo")
    assert (again.new, again.pid) == (False, first.pid)
    assert "it runs with built-in default, not " in again.notes[0]
    here.ok("stop")


def test_a_router_for_one_command_is_not_meant_by_others(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here.home)
    for name, value in here.env.items():
        monkeypatch.setenv(name, value)
    service = start(port=0, private=True)
    assert "not running" in here.ok("stop")
    assert here.run("status").returncode == 3
    assert f"pid {service.pid}" in here.ok("stop", "--port", str(service.port))


def test_a_config_that_cannot_be_used_is_told_to_the_program(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here.home))
    with pytest.raises(StartFailed, match="there is no such file"):
        start("no-such-config")


def test_a_port_of_mitmweb_that_is_taken_meanwhile_is_replaced(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here.home)
    for name, value in here.env.items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        service = begin(replace(prepare(web=True), web_port=port))
        assert f":{port}/" not in service.web_url
        assert page(service) == service.web_url


def test_what_mitmproxy_cannot_read_is_the_reason_though_the_listener_was_open(here: Machine) -> None:
    (here.home / ".mitmproxy").mkdir()
    (here.home / ".mitmproxy" / "mitmproxy-ca.pem").write_text("")
    done = here.run("start")
    assert done.returncode == 1
    assert "Error: " in done.stderr
    assert not done.stderr.startswith("ccr start: listening at")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere names are UTF-8")
def test_it_runs_in_a_home_whose_name_is_no_utf_8(here: Machine) -> None:
    home = os.fsdecode(os.fsencode(here.home) + b"/\xff\xe9")
    (Path(home) / ".claude-code-router").mkdir(parents=True)
    (Path(home) / ".claude-code-router" / "config.yaml").write_text("log: true\n")
    environment = {**here.env, "HOME": home}
    for command in ("start", "status", "logs", "stop"):
        done = subprocess.run([str(CCR), command], env=environment, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, (command, done.stderr)
        assert os.fsencode(home) in done.stdout or command in {"logs", "stop"}
