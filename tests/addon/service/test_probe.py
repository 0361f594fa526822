"""Who answers at an address."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from addon.service.plan import Plan, set_here
from addon.service.probe import Found, Health, look, probe, reachable
from addon.service.state import State, write_state
from tests.support.configs import two_providers
from tests.support.host import running
from tests.support.provider import Provider, closed_port
from tests.support.service import Machine

NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCR_HOME", str(tmp_path))


@contextmanager
def answering(status: int, body: bytes, user: int = -1, **headers: str) -> Iterator[int]:
    """`user`: whose server it is, -1 for this one's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing to be seen."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    os.fchown(server.fileno(), user, -1)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@contextmanager
def saying(said: bytes) -> Iterator[int]:
    """A server that says this to whoever connects, and then waits."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept: list[socket.socket] = []

        def serve() -> None:
            client, _ = listener.accept()
            client.sendall(said)
            kept.append(client)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()
        for client in kept:
            client.close()


def test_nobody() -> None:
    seen = look("127.0.0.1", closed_port())
    assert (seen.found, seen.health) == (Found.NOBODY, None)
    assert "refused" in seen.told


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"[]", b"null", b'{"status": "ok"}', b'{"name": "ccr"}', b'{"name": ["ccr"], "status": "ok"}']
)
def test_a_stranger_that_speaks_http(body: bytes) -> None:
    with answering(200, body) as port:
        seen = look("127.0.0.1", port)
        assert (seen.found, seen.health) == (Found.STRANGER, None)
        assert "it answers GET /health with 200" in seen.told
        assert probe("127.0.0.1", port) is None


@pytest.mark.parametrize(("said", "told"), [(b"", "says nothing"), (b"SSH-2.0-OpenSSH_9.9\r\n", "does not speak HTTP")])
def test_a_stranger_that_does_not(said: bytes, told: str) -> None:
    with saying(said) as port:
        seen = look("127.0.0.1", port, timeout=0.3)
        assert seen.found is Found.STRANGER
        assert told in seen.told


@pytest.mark.parametrize(
    ("told", "health"),
    [
        ({}, Health()),
        ({"pid": "7", "version": 8, "routes": []}, Health()),
        ({"pid": 7, "started": 3, "routes": {"default": "a,b"}}, Health(pid=7, started=3.0, routes={"default": "a,b"})),
    ],
)
def test_what_ours_says_is_taken_as_far_as_it_can_be(told: dict[str, Any], health: Health) -> None:
    with answering(200, json.dumps({"status": "ok", "name": "ccr"} | told).encode()) as port:
        assert probe("127.0.0.1", port) == health


def test_ours_that_asks_for_a_client_key_is_known_by_its_answer() -> None:
    with answering(401, b"{}", request_id="req_ccr123") as port:
        assert look("127.0.0.1", port).found is Found.OURS


@pytest.mark.skipif(not Path("/proc/net/tcp").exists() or os.geteuid() != 0, reason="needs to be another user for a moment")
def test_another_user_s_router_is_a_stranger() -> None:
    with answering(200, b'{"name": "ccr", "status": "ok"}', user=65534) as port:
        seen = look("127.0.0.1", port)
    assert (seen.found, seen.health) == (Found.STRANGER, None)
    assert seen.told == "it is the router of user `nobody`"


def test_ours_that_asks_for_a_client_key_tells_its_own_user_all(here: Machine) -> None:
    here.config(json.dumps({"Providers": [], "APIKEY": "the-clients"}))
    here.ok("start")
    assert httpx2.get(f"{here.url}/health", trust_env=False).status_code == 401
    told = json.loads(here.ok("status", "--json"))
    assert told["pid"] == here.state()["pid"]
    key = here.state()["plan"]["key"]
    for path in ("/", "/v1/models"):  # it opens nothing else
        answer = httpx2.get(here.url + path, headers={"authorization": f"Bearer {key}"}, trust_env=False)
        assert answer.status_code == 401
    assert "stopped" in here.ok("stop")


def test_a_listener_on_all_addresses_is_asked_at_this_machine_s_own() -> None:
    assert [reachable(host) for host in ("0.0.0.0", "::", "", "::1", "[::1]", "192.0.2.1")] == [
        "127.0.0.1", "::1", "127.0.0.1", "::1", "::1", "192.0.2.1"
    ]  # fmt: skip


def test_the_state_file_of_another_does_not_change_what_is_seen() -> None:
    with answering(200, b"{}") as port:
        write_state(State(1, "", Plan("127.0.0.1", port, key="secret")))
        assert look("127.0.0.1", port).found is Found.STRANGER


@pytest.mark.parametrize(
    "header", [{"x-forwarded-for": "192.0.2.1"}, {"forwarded": "for=192.0.2.1"}, {"user-agent": "Mozilla/5.0"}, {"via": "1.1 x"}]
)
async def test_only_programs_of_this_machine_are_told_more(
    upstream: tuple[Provider, str], tmp_path: Path, header: dict[str, str]
) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, httpx2.AsyncClient(base_url=host.url) as http:
        more = (await http.get("/health")).json()
        less = (await http.get("/health", headers=header)).json()
        assert set(more) - set(less) >= {"pid", "started", "loaded", "web_url", "routes"}
        assert less["status"] == "ok"


def test_a_process_that_is_no_service_has_no_plan() -> None:
    from addon.service import plan

    assert plan.here() is None
    given = Plan("127.0.0.1", 1)
    try:
        set_here(given)
        assert plan.here() is given
    finally:
        plan._Here.plan = None
