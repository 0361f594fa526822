"""Who may spend the user's keys."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from mitmproxy.connection import Client
from mitmproxy.proxy.mode_specs import ProxyMode

from addon.config.settings import Settings
from addon.current import Current
from addon.listen import Listen
from tests.support.asking import ask, body, client
from tests.support.configs import two_providers
from tests.support.host import running
from tests.support.provider import TEXT, Provider

KEYS = ["the-first-client-key", "the-second-client-key"]
CALLS = [
    ("POST", "/v1/messages"),
    ("POST", "/v1/messages/count_tokens"),
    ("GET", "/v1/models"),
    ("GET", "/health"),
    ("GET", "/x"),
]


def is_refused(answer: httpx2.Response, status: int, kind: str) -> bool:
    told = answer.json()
    return (answer.status_code, told["type"], told["error"]["type"]) == (status, "error", kind)


@pytest.mark.parametrize(
    "shown",
    [{}, {"authorization": "Bearer wrong"}, {"x-api-key": "wrong"}, {"authorization": "Bearer"}, {"x-api-key": KEYS[0][:-1]}],
    ids=lambda shown: next(iter(shown.values()), "none"),
)
async def test_without_a_client_key_nothing_is_served(
    upstream: tuple[Provider, str], tmp_path: Path, shown: dict[str, str]
) -> None:
    one, url = upstream
    async with running(two_providers(url, client_keys=KEYS), tmp_path) as host, httpx2.AsyncClient(base_url=host.url) as http:
        for method, path in CALLS:
            answer = await http.request(method, path, json=body() if method == "POST" else None, headers=shown)
            assert is_refused(answer, 401, "authentication_error")
            assert "APIKEY" in answer.json()["error"]["message"]
            assert not [key for key in KEYS if key in answer.text]
        assert one.asked.total() == 0


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
async def test_any_of_the_client_keys_opens(upstream: tuple[Provider, str], tmp_path: Path, key: str, header: str) -> None:
    one, url = upstream
    shown = {header: f"Bearer {key}" if header == "authorization" else key}
    async with running(two_providers(url, client_keys=KEYS), tmp_path) as host:
        async with httpx2.AsyncClient(base_url=host.url, headers=shown) as http:
            assert (await ask(http, body())).text == TEXT
            assert (await http.get("/v1/models")).status_code == 200
        assert key not in one.keys


@pytest.mark.parametrize("origin", ["https://evil.example", "http://evil.example:3456", "https://localhost.evil.example", "null"])
async def test_a_web_page_is_refused(upstream: tuple[Provider, str], tmp_path: Path, origin: str) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        for method, path in CALLS:
            answer = await http.request(method, path, json=body() if method == "POST" else None, headers={"origin": origin})
            assert is_refused(answer, 403, "permission_error")
            assert f"`{origin}`" in answer.json()["error"]["message"]
        assert one.asked.total() == 0


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1", "vscode-webview://0a1b"])
async def test_a_program_of_this_machine_is_served(upstream: tuple[Provider, str], tmp_path: Path, origin: str) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        answer = await http.post("/v1/messages", json=body(stream=False), headers={"origin": origin})
        assert answer.status_code == 200


# -- from other machines ----------------------------------------------------------------------------------------------

OURS = "Reverse:http://127.0.0.1:1@0.0.0.0:3456"


def connected(address: str, client_keys: tuple[str, ...] = (), mode: str = OURS) -> Client:
    current = Current()
    current._settings = Settings("test", client_keys=client_keys)
    listen = Listen(current)
    listen._ours = OURS
    peer = Client(peername=(address, 50000), sockname=("0.0.0.0", 3456), proxy_mode=ProxyMode.parse(mode))
    listen.client_connected(peer)
    return peer


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.7", "2001:db8::7", "::ffff:192.0.2.7", "fe80::1"])
def test_other_machines_are_refused_unless_clients_show_a_key(address: str) -> None:
    assert "client key" in (connected(address).error or "")
    assert connected(address, ("a-client-key",)).error is None


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_let_in(address: str) -> None:
    assert connected(address).error is None


def test_the_user_s_own_modes_are_the_user_s_business() -> None:
    assert connected("192.0.2.7", mode="regular@0.0.0.0:8080").error is None
