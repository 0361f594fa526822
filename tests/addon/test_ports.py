"""Addresses to listen on, and who has a port."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from addon import ports
from tests.support.provider import closed_port


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:3456", ("127.0.0.1", 3456)),
        ("3456", ("127.0.0.1", 3456)),
        (":3456", ("127.0.0.1", 3456)),
        ("localhost:0", ("127.0.0.1", 0)),
        ("[::1]:65535", ("::1", 65535)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
    ],
)
def test_an_address_is_read(text: str, address: tuple[str, int]) -> None:
    assert ports.parse(text) == address


@pytest.mark.parametrize("text", ["nonsense", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1", "host:port", "", "127.0.0.1:²"])
def test_what_is_no_address_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no address to listen on; hint: "):
        ports.parse(text)


def test_a_host_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match=r"`no-such-host\.invalid` is no host of this machine"):
        ports.parse("no-such-host.invalid:1")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists() or os.geteuid() != 0, reason="needs to be another user for a moment")
def test_another_user_on_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert ports.strangers(port) == ""  # it is this user's own
        os.fchown(listener.fileno(), 65534, 65534)
        assert ports.strangers(port) == "user `nobody`"
    assert ports.strangers(closed_port()) == ""


def test_the_process_on_a_port_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        told = ports.owner("127.0.0.1", port)
        assert f"port {port} is taken by `" in told
        assert f"(pid {os.getpid()}); hint: " in told
        assert f"ccr_listen=127.0.0.1:{port + 1}" in told


def test_a_free_port_has_no_owner() -> None:
    assert ports.owner("127.0.0.1", closed_port()) == ""


def test_an_address_of_another_machine_cannot_be_had() -> None:
    assert "(port 0)" in ports.owner("192.0.2.1", 0)


def test_addresses_are_shown_as_urls_have_them() -> None:
    assert ports.shown("127.0.0.1", 80) == "127.0.0.1:80"
    assert ports.shown("::1", 80) == "[::1]:80"
