"""The `ccr` program as a user of a machine of its own runs it: real processes, a real port, a home folder for the test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2

from addon.service.processes import identity
from tests.support.router import free_port

CCR = Path(sys.executable).with_name("ccr")
SECONDS = 60


class Machine:
    """`home` is the user's folder and also where commands run, `port` the one that the configuration says."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.port = free_port()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "TMPDIR": str(folder)}
        self.env["SERVICE_PORT"] = str(self.port)
        self._started: list[subprocess.Popen[str]] = []
        self._folder = folder

    @property
    def files(self) -> Path:
        """Where the service keeps its files."""
        return self.home / ".claude-code-router" / "service"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def config(self, text: str) -> Path:
        """Claude Code Router's own file, where it is found."""
        path = self.home / ".claude-code-router" / "config.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            [str(CCR), *words], cwd=self.home, env=self.env | env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip

    def ok(self, *words: str, **env: str) -> str:
        """What a command that succeeds prints on stdout."""
        done = self.run(*words, **env)
        assert done.returncode == 0, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def open(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """A command that goes on; it is ended after the test."""
        process = subprocess.Popen(
            [str(CCR), *words], cwd=self.home, env=self.env | env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self._started.append(process)
        return process

    def health(self) -> dict[str, Any]:
        told: dict[str, Any] = httpx2.get(f"{self.url}/health", timeout=10, trust_env=False).json()
        return told

    def answers(self) -> bool:
        try:
            return bool(self.health()["status"] == "ok")
        except httpx2.HTTPError:
            return False

    def state(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.files / f"{self.port}.json").read_text())
        return value

    def clean(self) -> None:
        """End what the test has started, and nothing else."""
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        for file in self._folder.rglob("service/*.json"):
            try:
                state = json.loads(file.read_text())
                if state["began"] and identity(state["pid"]) == state["began"]:
                    os.kill(state["pid"], signal.SIGKILL)
            except (ValueError, KeyError, TypeError):
                continue  # garbage that a test has put there


def machine(folder: Path) -> Iterator[Machine]:
    """A fixture's body."""
    it = Machine(folder)
    try:
        yield it
    finally:
        it.clean()


def wait_until(holds: Callable[[], object], seconds: float = 20, left: Callable[[], object] = lambda: "") -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it did not come true within {seconds:g} s; {left()}"
        time.sleep(0.02)
