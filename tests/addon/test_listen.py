"""Where Claude Code connects, and a start that cannot succeed: one message that says who and where, and an end."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.fakes.http import Answer, HttpRequest, Server
from tests.support.configs import two_providers
from tests.support.mitm import LISTENING, ended, started, written
from tests.support.provider import closed_port
from tests.support.router import FORWARD, free_port

NOWHERE = "http://127.0.0.1:9/v1"


def health(address: str) -> dict[str, str]:
    told: dict[str, str] = httpx2.get(f"http://{address}/health", timeout=10, trust_env=False).json()
    return told


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def comes_free(port: int) -> None:
    """Raises if the port is not free within a few seconds: others may have it for a moment."""
    deadline = time.monotonic() + 10
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return


def the_message(output: str) -> str:
    """The one line in which we say what is wrong, with what belongs to it."""
    said = output.partition("ccr: ")[2]
    assert output.count("ccr: ") == 1, output
    assert "Traceback" not in output
    return said


async def somewhere(_: HttpRequest) -> Answer:
    return Answer(body=b"elsewhere")


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("program", ["mitmdump", "mitmweb"])
def test_it_listens_at_host_and_port_of_the_config_and_nowhere_else(tmp_path: Path, program: str) -> None:
    port = free_port()
    options = written(tmp_path, two_providers(NOWHERE, HOST="127.0.0.1", PORT=port))
    with started(program, tmp_path, *options) as process:
        assert process.wait_for(LISTENING) == f"127.0.0.1:{port}"
        assert health(f"127.0.0.1:{port}")["config"] == str(tmp_path / "config.json")
        if program == "mitmdump":
            comes_free(8080)  # mitmproxy's own listener, which is open to all machines


def test_without_a_config_it_listens_at_the_default_port(tmp_path: Path) -> None:
    if is_open(3456):
        status, output = ended("mitmdump", tmp_path)
        assert status != 0
        assert "cannot listen on 127.0.0.1:3456" in the_message(output)
        return
    with started("mitmdump", tmp_path) as process:
        assert process.wait_for(LISTENING) == "127.0.0.1:3456"
        assert health("127.0.0.1:3456")["config"] == "built-in default"


def test_mitmproxy_s_own_port_does_not_matter(tmp_path: Path) -> None:
    """It is opened before scripts are loaded; that it is taken would end mitmproxy."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("0.0.0.0", 8080))
            other.listen()
        except OSError:
            assert is_open(8080), "it is taken by another"
        with started("mitmdump", tmp_path, *written(tmp_path, two_providers(NOWHERE, PORT=0))) as process:
            assert health(process.wait_for(LISTENING))["status"] == "ok"


@pytest.mark.parametrize(("given", "expected"), [("localhost:0", "127.0.0.1:"), ("[::1]:0", "[::1]:")])
def test_the_option_goes_before_the_config(tmp_path: Path, given: str, expected: str, taken: int) -> None:
    if "::" in given and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    options = written(tmp_path, two_providers(NOWHERE, PORT=taken))
    with started("mitmdump", tmp_path, "--set", "server=false", "--set", f"ccr_listen={given}", *options) as process:
        address = process.wait_for(LISTENING)
        assert address.startswith(expected)
        assert health(address)["status"] == "ok"


def test_the_user_s_own_modes_are_kept(tmp_path: Path) -> None:
    modes = [f"regular@127.0.0.1:{free_port()}", f"socks5@127.0.0.1:{free_port()}"]
    options = [word for mode in modes for word in ("--mode", mode)]
    with started("mitmdump", tmp_path, *options, *written(tmp_path, two_providers(NOWHERE, PORT=0))) as process:
        ours, forward = process.wait_for(LISTENING), process.wait_for(FORWARD)
        assert forward == modes[0].partition("@")[2]
        assert is_open(int(modes[1].rpartition(":")[2]))
        assert health(ours)["status"] == "ok"
        with Server(somewhere) as other:
            through = httpx2.get(other.url, proxy=f"http://{forward}", timeout=10, trust_env=False)
            assert through.text == "elsewhere"


def test_switched_off_there_is_no_listener_of_ours(tmp_path: Path) -> None:
    port = free_port()
    options = ("--set", "ccr_listen=off", "--mode", f"regular@127.0.0.1:{free_port()}")
    with started("mitmdump", tmp_path, *options, *written(tmp_path, two_providers(NOWHERE, PORT=port))) as process:
        process.wait_for(FORWARD)
        assert not is_open(port)
        assert "ccr: listening" not in process.output


@pytest.mark.parametrize("program", ["mitmdump", "mitmweb"])
def test_a_port_that_is_taken_ends_it_and_its_owner_is_named(tmp_path: Path, program: str, taken: int) -> None:
    status, output = ended(program, tmp_path, *written(tmp_path, two_providers(NOWHERE, PORT=taken)))
    assert status != 0
    told = the_message(output)
    assert f"cannot listen on 127.0.0.1:{taken}: port {taken} is taken by " in told
    assert f"(pid {os.getpid()})" in told
    assert "hint: " in told


def test_a_port_that_is_not_allowed_ends_it(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may listen anywhere")
    status, output = ended("mitmdump", tmp_path, *written(tmp_path, two_providers(NOWHERE, PORT=1)))
    assert status != 0
    assert "cannot listen on 127.0.0.1:1: Permission denied" in the_message(output)


@pytest.mark.parametrize(
    ("given", "says"),
    [("nonsense", "`nonsense` is no address to listen on"), ("192.0.2.1:0", "cannot listen on 192.0.2.1:0")],
)
def test_an_address_that_cannot_be_listened_at_ends_it(tmp_path: Path, given: str, says: str) -> None:
    options = ("--set", "server=false", "--set", f"ccr_listen={given}")
    status, output = ended("mitmdump", tmp_path, *options, *written(tmp_path, two_providers(NOWHERE)))
    assert status != 0
    assert says in the_message(output)


BAD = {
    "a misspelt key": ("config.yaml", "router:\n  backgrund: a,b\n", ["router.backgrund", "config.yaml:2", "`background`"]),
    "missing": ("", "", ["nowhere.yaml", "there is no such file"]),
    "a directory": ("nowhere.yaml/x", "", ["nowhere.yaml", "is a directory"]),
}


@pytest.mark.parametrize("name", BAD)
def test_a_configuration_that_cannot_be_used_ends_it(tmp_path: Path, name: str) -> None:
    file, text, says = BAD[name]
    path = tmp_path / (file or "nowhere.yaml")
    if file:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    given = path if path.suffix else path.parent
    status, output = ended("mitmdump", tmp_path, "--set", f"ccr_config={given}", "--mode", f"regular@127.0.0.1:{closed_port()}")
    assert status != 0
    told = the_message(output)
    assert [words for words in says if words not in told] == []
    assert "listening at http://" not in output


def test_mitmweb_says_it_too(tmp_path: Path) -> None:
    status, output = ended("mitmweb", tmp_path, "--set", "ccr_config=/nowhere/at-all.yaml")
    assert status != 0
    assert "/nowhere/at-all.yaml: there is no such file" in the_message(output)
