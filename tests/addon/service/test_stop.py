"""Stopping and restarting: what is ours, and only that."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
import time
from pathlib import Path

import httpx2
import pytest

from addon.service.find import find
from addon.service.processes import identity
from addon.service.stop import stop
from tests.support import asking
from tests.support.mitm import started
from tests.support.provider import Provider
from tests.support.service import Machine, wait_until


def test_it_ends_and_its_port_is_free(here: Machine) -> None:
    here.ok("start")
    pid = here.health()["pid"]
    assert f"stopped (port {here.port}, pid {pid})" in here.ok("stop")
    assert identity(pid) == ""
    with socket.create_server(("127.0.0.1", here.port)):
        pass
    assert not (here.files / f"{here.port}.json").exists()


async def test_a_client_that_is_being_answered_is_told_that_the_answer_is_not_whole(
    here: Machine, upstream: tuple[Provider, str]
) -> None:
    provider, url = upstream
    provider.behaviours["m"] = "stalls"
    here.config(json.dumps({"Providers": [{"name": "up", "base_url": url, "models": ["m"]}], "Router": {"default": "up,m"}}))
    await asyncio.to_thread(here.ok, "start")
    said, stopping = b"", None
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=30) as http,
        http.stream("POST", f"{here.url}/v1/messages", json=asking.body()) as answer,
    ):
        async for piece in answer.aiter_bytes():
            said += piece
            stopping = stopping or asyncio.create_task(asyncio.to_thread(here.ok, "stop"))
    assert stopping is not None
    assert "stopped" in await stopping
    assert b"message_stop" not in said
    assert b"event: error" in said
    assert b"this router was stopped" in said


def test_what_does_not_run_is_said_not_to_and_that_is_no_failure(here: Machine) -> None:
    assert f"not running (port {here.port})" in here.ok("stop")


def test_somebody_else_s_server_is_left_alone(here: Machine) -> None:
    with socket.create_server(("127.0.0.1", here.port)):
        done = here.run("stop")
    assert done.returncode == 1
    assert "is no router of ours" in done.stderr
    assert f"pid {os.getpid()}" in done.stderr


def test_a_router_that_was_started_by_hand_is_left_alone(here: Machine, tmp_path: Path) -> None:
    with started("mitmdump", tmp_path, "--set", f"ccr_listen=127.0.0.1:{here.port}", "--set", "server=false") as process:
        wait_until(here.answers)
        assert f"already running at {here.url} (pid {process.pid})" in here.ok("start")
        done = here.run("stop")
        assert done.returncode == 1
        assert f"(pid {process.pid}) was not started by `ccr start`" in done.stderr
        assert here.answers()


def test_a_pid_that_belongs_to_another_process_by_now_is_not_signalled(here: Machine) -> None:
    here.ok("start")
    pid = here.health()["pid"]
    other = here.open("logs", "--follow", "--port", str(here.port))
    state = here.state()
    (here.files / f"{here.port}.json").write_text(json.dumps(state | {"pid": other.pid, "began": identity(other.pid)}))
    done = here.run("stop")
    assert done.returncode == 1
    assert "left alone" in done.stderr
    assert other.poll() is None
    os.kill(pid, signal.SIGTERM)


def test_one_that_hangs_is_ended_all_the_same(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    here.ok("start")
    pid = here.health()["pid"]
    os.kill(pid, signal.SIGSTOP)
    for name, value in here.env.items():
        monkeypatch.setenv(name, value)
    assert stop(find(here.port), seconds=0.2) == pid
    assert identity(pid) == ""


def test_a_client_that_waits_does_not_keep_it(here: Machine) -> None:
    """The provider never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        here.config(json.dumps({"Providers": [{"name": "p", "base_url": url, "models": ["m"]}], "Router": {"default": "p,m"}}))
        here.ok("start")
        asking = threading.Thread(target=ask_in_vain, args=(here.port,))
        asking.start()
        silent.accept()
        begin = time.monotonic()
        here.ok("stop")
        assert time.monotonic() - begin < 4.5  # it is killed after five seconds
        asking.join(10)
        assert not asking.is_alive()


def ask_in_vain(port: int) -> None:
    body = b'{"model": "m", "max_tokens": 9, "stream": true, "messages": [{"role": "user", "content": "hi"}]}'
    head = f"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(head + body)
        while client.recv(1024):
            pass


def test_a_restart_keeps_config_port_and_mitmweb(here: Machine) -> None:
    here.ok("start", "--config", "demo", "--web", CCR_DEMO_PORT="9")
    before, plan = here.health(), here.state()["plan"]
    here.ok("restart", CCR_DEMO_PORT="9")
    after, again = here.health(), here.state()["plan"]
    assert after["pid"] != before["pid"]
    assert (after["config"], after["web_url"]) == (before["config"], before["web_url"])
    assert again["web_password"] == plan["web_password"]
    here.ok("restart", "--no-web", CCR_DEMO_PORT="9")
    assert here.health()["web_url"] == ""


def test_a_restart_with_a_wrong_config_ends_nothing(here: Machine) -> None:
    config = here.config('{"Providers": []}')
    here.ok("start")
    pid = here.health()["pid"]
    config.write_text('{"Providers": [], "Ruoter": {}}')
    done = here.run("restart")
    assert done.returncode == 1
    assert f"{config}:1:" in done.stderr
    assert here.health()["pid"] == pid


def test_a_restart_of_nothing_starts(here: Machine) -> None:
    assert "running at" in here.ok("restart")
    assert here.answers()


@pytest.mark.parametrize("flag", ["--port", "-p"])
def test_what_cannot_be_understood_is_said(here: Machine, flag: str) -> None:
    done = here.run("stop", flag, "many")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
