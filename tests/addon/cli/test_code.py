"""`ccr code` as users run it, with a program that stands in for `claude`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from addon.service.start import NO_CONFIG
from tests.support.own_terminal import OwnTerminal
from tests.support.service import CCR, Machine, machine, wait_until
from tests.support.stand_in import StandIn, stand_in

CONFIG = {
    "Providers": [{"name": "one", "api_base_url": "http://127.0.0.1:9/v1", "api_key": "sk-one", "models": ["small"]}],
    "Router": {"default": "one,small"},
}
HARD = [
    *("--help", "-h", "-v", "--version", "--config", "x", "--", "-c", "--log", "--port=1", "code", ""),
    *(
        "it's",
        '"quoted"',
        "$HOME",
        "$(touch evil)",
        "`touch evil`",
        "*",
        "?",
        "[a-z]",
        "~",
        "a;touch evil",
        "a|b",
        "a&b",
        "> evil",
    ),
    *("two\nlines", "\ttab\r", "\\", "\\n", "!history", "%PATH%", "{a,b}", "Grüße 世界 🦆", " ", "a\x01b", "--", "-"),
]


@pytest.fixture(scope="module")
def machine_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    for it in machine(tmp_path_factory.mktemp("code")):
        it.config(json.dumps(CONFIG))
        yield it


@pytest.fixture
def claude(machine_here: Machine) -> StandIn:
    it = stand_in(machine_here.home / "bin")
    machine_here.env["PATH"] = f"{it.path.parent}:{os.environ['PATH']}"
    return it


def test_every_argument_reaches_claude_byte_for_byte(machine_here: Machine, claude: StandIn) -> None:
    raw = [os.fsencode(each) for each in HARD] + [b"no \xff\xfe utf-8"]
    done = subprocess.run(
        [os.fsencode(CCR), b"code", *raw],
        cwd=machine_here.home,
        env=machine_here.env,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert claude.report["argv"] == [os.fsencode(claude.path), *raw]
    assert not list(machine_here.home.rglob("evil"))


def test_no_arguments_are_none(machine_here: Machine, claude: StandIn) -> None:
    machine_here.ok("code")
    assert claude.report["argv"] == [os.fsencode(claude.path)]


def test_claude_is_led_to_the_service(machine_here: Machine, claude: StandIn) -> None:
    done = machine_here.run("code", ANTHROPIC_API_KEY="sk-of-my-own", CLAUDE_CODE_USE_BEDROCK="1", NO_PROXY=".corp", OTHER="kept")
    env = claude.report["env"]
    assert env["ANTHROPIC_BASE_URL"] == machine_here.url
    assert (env["ANTHROPIC_AUTH_TOKEN"], env["API_TIMEOUT_MS"], env["OTHER"]) == ("unused", "3600000", "kept")
    assert env["NO_PROXY"] == env["no_proxy"] == ".corp,127.0.0.1,localhost,::1"
    assert not {"ANTHROPIC_API_KEY", "CLAUDE_CODE_USE_BEDROCK"} & env.keys()
    assert "ANTHROPIC_API_KEY is set in this shell and was not passed on" in done.stderr
    assert "CLAUDE_CODE_USE_BEDROCK" in done.stderr
    assert "sk-of-my-own" not in done.stdout + done.stderr
    assert machine_here.health()["status"] == "ok"  # and it stays


@pytest.mark.parametrize(("do", "status"), [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill 15", -15), ("kill 9", -9)])
def test_its_end_is_ours(machine_here: Machine, claude: StandIn, do: str, status: int) -> None:
    assert machine_here.run("code", DO=do).returncode == status
    assert claude.report_file.exists()


def test_its_output_is_all_there_is(machine_here: Machine, claude: StandIn) -> None:
    done = machine_here.run("code", DO="say")
    assert (done.stdout, done.stderr) == ("said on stdout\n", "said on stderr\n")
    assert claude.report["tty"] == [False] * 3


def test_a_signal_to_us_is_a_signal_to_it(machine_here: Machine, claude: StandIn) -> None:
    claude.report_file.unlink(missing_ok=True)
    process = machine_here.open("code", DO="stay")
    wait_until(claude.report_file.exists)
    for number in (signal.SIGUSR1, signal.SIGHUP, signal.SIGTERM):
        process.send_signal(number)
        wait_until(lambda number=number: number in claude.report["got"])  # type: ignore[misc]  # bound at once
    assert claude.report["pid"] == process.pid  # no process of ours stands between


def test_at_a_terminal_ctrl_c_reaches_it_once_and_the_terminal_is_its_own(machine_here: Machine, claude: StandIn) -> None:
    with OwnTerminal([str(CCR), "code"], machine_here.home, machine_here.env | {"DO": "wait 1"}) as terminal:
        terminal.wait_for("ready")
        assert claude.report["tty"] == [True] * 3
        assert claude.report["size"][0] == 80
        terminal.type("\x03")
        assert terminal.ended() == 40 + signal.SIGINT
    assert claude.report["got"] == [signal.SIGINT]


def test_settings_that_lead_elsewhere_are_said_and_left_alone(machine_here: Machine, claude: StandIn) -> None:
    settings = machine_here.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    content = '{ "env": {"ANTHROPIC_BASE_URL": "https://other.example", "ANTHROPIC_AUTH_TOKEN": "sk-settings"} }'
    settings.write_text(content)
    try:
        done = machine_here.run("code", "-p", "x", DO="say")
        assert done.stdout == "said on stdout\n"
        assert f"{settings}: `env.ANTHROPIC_BASE_URL` is `https://other.example`" in done.stderr
        assert "sk-settings" not in done.stderr
        assert settings.read_text() == content
    finally:
        settings.unlink()
    assert claude.report["argv"][1:] == [b"-p", b"x"]


def test_a_shell_that_lacks_the_config_s_variables_uses_the_service_that_runs(tmp_path: Path) -> None:
    for it in machine(tmp_path):
        provider = CONFIG["Providers"][0] | {"api_key": "$ONE_KEY"}  # type: ignore[index]
        it.config(json.dumps(CONFIG | {"Providers": [provider], "APIKEY": "the-client-key"}))
        claude = stand_in(it.home / "bin")
        it.env["PATH"] = f"{claude.path.parent}:{os.environ['PATH']}"
        it.ok("start", ONE_KEY="sk-one")
        it.ok("code", ONE_KEY="sk-one")
        assert claude.report["env"]["ANTHROPIC_AUTH_TOKEN"] == "the-client-key"
        done = it.run("code", ANTHROPIC_AUTH_TOKEN="given-by-hand")
        assert (done.returncode, claude.report["env"]["ANTHROPIC_AUTH_TOKEN"]) == (0, "given-by-hand")
        assert "`ONE_KEY` is not set" in done.stderr


def test_without_a_config_the_own_login_is_left_alone(here: Machine) -> None:
    claude = stand_in(here.home / "bin")
    here.env["PATH"] = f"{claude.path.parent}:{os.environ['PATH']}"
    done = here.run("code", ANTHROPIC_API_KEY="sk-of-my-own")
    env = claude.report["env"]
    assert (done.returncode, done.stderr) == (0, f"ccr code: {NO_CONFIG}\n")
    assert here.run("code").stderr == ""  # the service runs: it was said
    assert (env["ANTHROPIC_BASE_URL"], env["ANTHROPIC_API_KEY"]) == (here.url, "sk-of-my-own")
    assert "ANTHROPIC_AUTH_TOKEN" not in env


def test_a_service_that_cannot_start_says_why_and_nothing_runs(here: Machine) -> None:
    claude = stand_in(here.home / "bin")
    here.env["PATH"] = f"{claude.path.parent}:{os.environ['PATH']}"
    config = here.config('{"Router": {"default": "nobody,x"}}')
    began = time.monotonic()
    done = here.run("code")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"ccr code: {config}:1:")
    assert "Traceback" not in done.stderr
    assert time.monotonic() - began < 10
    assert not claude.report_file.exists()


def test_a_missing_claude_is_said(here: Machine) -> None:
    done = here.run("code", CLAUDE_PATH="/nowhere/claude")
    assert (done.returncode, done.stdout) == (127, "")
    assert "ccr code: $CLAUDE_PATH is `/nowhere/claude`" in done.stderr
    assert not here.answers()  # no service was started for it
