"""mitmproxy's console draws on a screen of its own, which is gone when it ends: what is wrong must stay readable."""

from __future__ import annotations

import os
import pty
import select
import socket
import subprocess
import termios
import time
from pathlib import Path

from tests.support.configs import two_providers
from tests.support.mitm import END_SECONDS, command, environment, written
from tests.support.provider import closed_port

SCREEN_LEFT = "\x1b[?1049l"


def on_a_terminal(folder: Path, *options: str) -> tuple[int, str]:
    """The status of a console that ends by itself, and all it wrote to its terminal."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (40, 120))
    process = subprocess.Popen(
        command("mitmproxy", folder, *options), cwd=folder, env=environment(folder, TERM="xterm-256color"),
        stdin=its, stdout=its, stderr=its, start_new_session=True,
    )  # fmt: skip
    os.close(its)
    wrote = b""
    deadline = time.monotonic() + END_SECONDS
    try:
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    wrote += os.read(ours, 1 << 16)
                except OSError:  # the last of the other side was closed
                    break
        return process.wait(max(1, deadline - time.monotonic())), wrote.decode(errors="replace")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_a_taken_port_is_on_the_terminal_after_the_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        options = written(tmp_path, two_providers("http://127.0.0.1:9", PORT=port))
        status, wrote = on_a_terminal(tmp_path, *options, "--mode", f"regular@127.0.0.1:{closed_port()}")
    assert status != 0
    _, left, stays = wrote.rpartition(SCREEN_LEFT)
    assert left
    assert stays.count(f"ccr: cannot listen on 127.0.0.1:{port}") == 1


def test_a_missing_config_is_said_once_before_anything_is_drawn(tmp_path: Path) -> None:
    status, wrote = on_a_terminal(tmp_path, "--set", "ccr_config=/nowhere.yaml", "--mode", f"regular@127.0.0.1:{closed_port()}")
    assert status != 0
    assert SCREEN_LEFT not in wrote
    assert wrote.count("ccr: /nowhere.yaml: there is no such file") == 1
    assert "Traceback" not in wrote
