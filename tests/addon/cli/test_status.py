"""`ccr status` as people and scripts read it."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from datetime import datetime

import pytest

from addon.cli.status import _duration
from addon.service.find import Target
from addon.service.probe import Found, Health, Look
from addon.service.report import status
from tests.support.own_terminal import OwnTerminal
from tests.support.router import free_port
from tests.support.service import CCR, Machine


def test_what_runs_is_told_to_people_and_to_scripts(here: Machine) -> None:
    config = here.config('{"Providers": [{"name": "ollama", "models": ["m"]}], "Router": {"default": "ollama,m"}}')
    here.ok("start", "--web")
    health = here.health()
    told = json.loads(here.ok("status", "--json"))
    assert datetime.fromisoformat(told.pop("started")).timestamp() == pytest.approx(time.time(), abs=60)
    assert 0 <= told.pop("uptime") < 60
    assert told == {
        "running": True,
        "port": here.port,
        "program_version": health["version"],
        "url": here.url,
        "pid": health["pid"],
        "version": health["version"],
        "config": str(config),
        "config_changed": False,
        "routes": {"default": "ollama,m"},
        "web_url": health["web_url"],
        "log": str(here.files / f"{here.port}.log"),
        "warnings": [],
    }
    shown = here.ok("status")
    for text in (here.url, str(health["pid"]), "ollama,m", health["web_url"], health["version"]):
        assert text in shown
    assert here.state()["plan"]["web_password"] not in shown + json.dumps(told)
    with OwnTerminal([str(CCR), "status"], here.home, here.env) as terminal:
        assert terminal.ended() == 0
        plain = re.sub(r"\x1b\[[0-9;]*m", "", terminal.said)
        assert max(len(line) for line in plain.splitlines()) <= 80
        assert plain != terminal.said  # on a terminal there are colours


def test_what_does_not_run_is_status_3(here: Machine) -> None:
    done = here.run("status")
    assert (done.returncode, "\x1b" in done.stdout) == (3, False)
    assert f"port {here.port}" in done.stdout
    assert "hint: `ccr start`" in done.stderr
    done = here.run("status", "--json")
    assert (done.returncode, done.stderr) == (3, "")
    assert json.loads(done.stdout)["running"] is False


def test_who_else_is_there_is_said(here: Machine) -> None:
    with socket.create_server(("127.0.0.1", here.port)):
        done = here.run("status")
    assert done.returncode == 3
    assert f"(pid {os.getpid()}) listens on port {here.port}" in done.stderr


def test_a_config_that_has_changed_since_is_pointed_out_until_a_restart(here: Machine) -> None:
    here.ok("start")
    config = here.config('{"Providers": []}')
    assert "is there now, and the service runs without it" in here.run("status").stderr
    here.ok("restart")
    assert here.run("status").stderr == ""
    config.write_text('{"Providers": [], "LOG": false}')
    done = here.run("status")
    assert done.returncode == 0
    assert f"{config} has changed since" in done.stderr
    config.unlink()
    assert f"{config} is not there any more" in here.run("status").stderr
    config.write_text("{")
    done = here.run("status")
    assert done.returncode == 0
    assert f"{config}:1:" in done.stderr
    here.ok("stop")
    assert "hint: `ccr start`" not in here.run("status").stderr  # the config's error has hints of its own


def test_services_on_other_ports_are_found_and_told_apart(here: Machine) -> None:
    first, second = free_port(), free_port()
    here.ok("start", "--port", str(first))
    assert json.loads(here.ok("status", "--json"))["port"] == first
    here.ok("start", "--port", str(second))
    done = here.run("status")
    assert done.returncode == 1
    assert str(first) in done.stderr
    assert str(second) in done.stderr
    assert json.loads(here.ok("status", "--json", "--port", str(second)))["url"] == f"http://127.0.0.1:{second}"
    assert f"stopped (port {second}, " in here.ok("stop", "--port", str(second))
    assert f"stopped (port {first}, " in here.ok("stop")


def test_versions_that_differ_are_pointed_out() -> None:
    seen = Look(Found.OURS, Health(pid=1, version="0.0.1"))
    assert status(Target("127.0.0.1", 1, seen), "0.1.0").warnings[0] == (
        "the service is version 0.0.1, this program 0.1.0; hint: `ccr restart`"
    )


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7200, "2 h"), (90_061, "1 d 1 h"), (86_460, "1 d 1 min")]
)
def test_times_are_in_two_units(seconds: int, shown: str) -> None:
    assert _duration(seconds) == shown
