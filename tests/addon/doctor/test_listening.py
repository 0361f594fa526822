from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from addon.doctor.listening import listening_on
from addon.service.plan import Plan
from addon.service.processes import gone_within, identity
from addon.service.state import State, write_state
from tests.addon.doctor.place import Place, only, safe_fix, said
from tests.support.provider import closed_port
from tests.support.router import Router


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
    """One that runs, with a configuration of its own."""
    with Router({"PORT": closed_port()}, tmp_path_factory.mktemp("router")) as running:
        yield running


def port_of(router: Router) -> int:
    return int(router.url.rpartition(":")[2])


def config_of(router: Router) -> str:
    return str(router.folder / "config.json")


def test_a_service_where_the_configuration_says_is_fine(place: Place, router: Router) -> None:
    place.env["ANTHROPIC_BASE_URL"] = router.url
    assert [found.level for found in place.look("service", "shell", "listener", config=config_of(router))] == ["ok"] * 3


def test_a_service_that_does_not_run_is_a_problem_and_can_be_started(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    port = closed_port()
    path = place.config({"PORT": port})
    found = only(place.wrong("service"), "problem")
    assert found.what == "the service is not running"
    assert "refused" in found.why
    assert "ccr start" in found.fix
    monkeypatch.chdir(place.work)
    monkeypatch.setenv("PATH", os.environ["PATH"])
    try:
        assert f"127.0.0.1:{port}" in safe_fix(found).apply()
        assert not place.wrong("service", config=str(path))
    finally:
        state = place.home / ".claude-code-router" / "service" / f"{port}.json"
        pid = json.loads(state.read_text())["pid"]
        who = identity(pid)
        os.kill(pid, signal.SIGTERM)
        assert gone_within(pid, who, 15)


def test_commands_name_the_configuration_that_was_named(place: Place) -> None:
    (place.work / "an other.yaml").write_text(f"port: {closed_port()}\n")
    found = only(place.wrong("service", config="an other.yaml"), "problem")
    assert found.fix.startswith("`ccr start --config 'an other.yaml'`, or `CCR_CONFIG='an other.yaml' ccr code`")


def test_a_configuration_that_cannot_be_used_is_not_offered_to_be_started(place: Place) -> None:
    place.config({"PORT": closed_port(), "providers": [{"name": "acme", "base_url": "https://x.example", "api_key": "$UNSET"}]})
    assert only(place.wrong("service"), "problem").safe_fix is None


def test_somebody_else_on_the_port_is_named(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        place.config({"PORT": port})
        found = only(place.wrong("service"), "problem")
    assert f"another program's: port {port} is taken by" in found.what
    assert f"pid {os.getpid()}" in found.what


def test_a_service_that_hangs_is_told_from_another_program(place: Place) -> None:
    place.config({"PORT": (port := closed_port())})
    listening = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", listening], stdout=subprocess.PIPE) as hung:
        try:
            assert hung.stdout is not None
            assert hung.stdout.readline()
            assert "another program's" in only(place.wrong("service"), "problem").what
            write_state(State(hung.pid, identity(hung.pid), Plan("127.0.0.1", port)))
            found = only(place.wrong("service"), "problem")
        finally:
            hung.kill()
    assert found.what == f"the service hangs (process {hung.pid})"
    assert found.fix == "`ccr restart`"


def test_a_configuration_that_was_edited_after_the_start_is_a_warning(place: Place, tmp_path: Path) -> None:
    with Router({"PORT": closed_port()}, tmp_path) as router:
        assert not place.wrong("service", config=config_of(router))
        later = time.time() + 5
        os.utime(config_of(router), (later, later))
        found = only(place.wrong("service", config=config_of(router)), "warning")
    assert found.what == "the configuration has changed since the service read it"
    assert "ccr restart" in found.fix


def test_a_service_on_another_port_than_configured_is_found(place: Place, router: Router) -> None:
    place.config({"PORT": closed_port()})
    place.env["ANTHROPIC_BASE_URL"] = router.url
    service, shell = place.wrong("service", "shell")
    assert f"runs on port {port_of(router)}, the configuration says" in service.what
    assert f"points to port {port_of(router)}" in shell.what


def test_a_shell_with_a_wrong_port_is_shown_what_listens_and_what_is_configured(place: Place, router: Router) -> None:
    wrong = closed_port()
    place.env["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{wrong}"
    found = only(place.wrong("shell", config=config_of(router)), "problem")
    assert f"wrong port: {wrong}" in found.what
    assert f"configured is http://127.0.0.1:{port_of(router)}" in found.why
    assert "ccr env" in found.fix


@pytest.mark.parametrize(
    ("url", "told"), [("https://gateway.example/v1", "points to gateway.example"), ("localhost:3456", "no URL")]
)
def test_a_shell_that_points_elsewhere_is_a_problem(place: Place, url: str, told: str) -> None:
    place.env["ANTHROPIC_BASE_URL"] = url
    assert told in only(place.wrong("shell"), "problem").what


def test_a_service_with_another_configuration_is_a_warning(place: Place, router: Router) -> None:
    place.config({"PORT": port_of(router)})
    found = only(place.wrong("service"), "warning")
    assert config_of(router) in found.why
    assert "ccr restart" in found.fix


def test_what_a_dead_service_left_behind_is_removed_only_by_its_fix(place: Place) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    port = closed_port()
    folder = place.home / ".claude-code-router" / "service"
    folder.mkdir(parents=True)
    write_state(State(dead.pid, "1", Plan("127.0.0.1", port)))
    place.config({"PORT": port})
    left = only([found for found in place.look("service") if found.level == "note"])
    assert str(port) in left.where
    assert "is removed" in safe_fix(left).apply()
    assert not (folder / f"{port}.json").exists()


def test_a_host_for_everybody_without_a_client_key_is_a_problem(place: Place) -> None:
    place.config({"HOST": "0.0.0.0"})
    found = only(place.wrong("listener"), "problem")
    assert "lets other machines in" in found.what
    assert "client_keys" in found.fix


def test_with_a_client_key_it_is_a_note(place: Place) -> None:
    place.env["CCR_CLIENT_KEY"] = "sk-of-the-clients"
    place.config({"HOST": "0.0.0.0", "APIKEY": "$CCR_CLIENT_KEY"})
    assert not place.wrong("listener")
    assert "0.0.0.0" in said(only(place.look("listener"), "note"))


def test_what_listens_is_read_from_the_system() -> None:
    with socket.create_server(("0.0.0.0", 0)) as open_to_all:
        assert listening_on(open_to_all.getsockname()[1]) == ["0.0.0.0"]
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as sixth:
        assert listening_on(sixth.getsockname()[1]) == ["::1"]
    assert listening_on(closed_port()) == []


def test_a_router_that_was_started_by_hand_for_everybody_is_a_problem(place: Place, tmp_path: Path) -> None:
    """Whatever the file says: the option goes before it."""
    port = closed_port()
    folder = tmp_path / "router"
    folder.mkdir()
    with Router({"PORT": port}, folder, options=("--set", f"ccr_listen=0.0.0.0:{port}")):
        found = only(place.wrong("listener", config=str(folder / "config.json")), "problem")
    assert "listens on 0.0.0.0" in found.what
