"""Runs the real Claude Code client headless, in an empty home and a folder of its own, and reads what it did."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VERSION = "2.1.197"
PACKAGE = f"@anthropic-ai/claude-code@{VERSION}"
TOKEN = "sk-the-clients-own-token"
ALLOW_ALL = ("--dangerously-skip-permissions",)
RUN_SECONDS = 120
INSTALL_SECONDS = 300
ROOT = Path(__file__).resolve().parents[2]


class NoClient(Exception):
    """The client is not here and cannot be installed; the message says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one session ended. `files` are the work folder's afterwards; `raw` is all the client reported."""

    result: str
    turns: int
    is_error: bool
    files: Mapping[str, bytes]
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def outcome(self) -> tuple[str, int, bool, Mapping[str, bytes]]:
        """What must be the same whichever way the session went."""
        return self.result, self.turns, self.is_error, self.files


def find_client() -> Path:
    """The client named by `CCR_TEST_CLAUDE`, else the one in the cache, installed there if need be. Raises `NoClient`."""
    named = os.environ.get("CCR_TEST_CLAUDE")
    if named:
        if not Path(named).exists():
            raise NoClient(f"`CCR_TEST_CLAUDE` names `{named}`, which is not there")
        return Path(named).absolute()
    folder = Path(os.environ.get("CCR_TEST_CACHE") or ROOT / ".cache") / f"claude-{VERSION}"
    program = folder / "node_modules" / ".bin" / "claude"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:  # test processes side by side must not install twice
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            _install(folder, program)
            (folder / "installed").touch()
    return program


def _install(folder: Path, program: Path) -> None:
    npm = shutil.which("npm")
    if not npm:
        raise NoClient("there is no `npm` on this machine")
    command = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder), PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NoClient(f"`npm install {PACKAGE}` took longer than {INSTALL_SECONDS} s") from None
    if done.returncode:
        raise NoClient(f"`npm install {PACKAGE}` failed: {' '.join(done.stderr.split())[:200]}")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
    if VERSION not in told.stdout:
        raise NoClient(f"the installed client does not run: {(told.stdout + told.stderr).strip()[-300:]}")


def run_client(
    client: Path,
    prompt: str,
    *,
    env: Mapping[str, str],
    files: Mapping[str, bytes] | None = None,
    args: tuple[str, ...] = ALLOW_ALL,
) -> Run:
    """One headless session. `env` says where the client finds its server; `files` are laid into the work folder first."""
    with tempfile.TemporaryDirectory(prefix="ccr-client-") as place:
        work, home = Path(place, "work"), Path(place, "home")
        for folder in (work, home):
            folder.mkdir()
        for name, content in (files or {}).items():
            (work / name).write_bytes(content)
        # The work folder's name is random, so a script says where it is with a placeholder.
        command = [str(client), "-p", prompt.replace("{work}", str(work)), "--output-format", "json"]
        command += args
        return _read(_run(command, work, _environment(home, env)), work)


def _run(command: list[str], work: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, cwd=work, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_SECONDS, check=False, text=True
        )
    except subprocess.TimeoutExpired as late:
        # Most often it is repeating a failing request: it does so ten times, with growing pauses.
        raise AssertionError(f"the client did not end within {RUN_SECONDS} s and said: {late.stdout!r}{late.stderr!r}") from None


def base_url(url: str) -> dict[str, str]:
    """The environment that points the client at a server."""
    return {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_AUTH_TOKEN": TOKEN}


def _environment(home: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the caller's but the path: a proxy, a key or a setting of the machine would change the session."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "IS_SANDBOX": "1",  # else the client refuses to skip permissions as root
        "DISABLE_AUTOUPDATER": "1",
        **env,
    }


def _read(done: subprocess.CompletedProcess[str], work: Path) -> Run:
    try:
        raw = json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"the client ended with {done.returncode} and said: {done.stdout}{done.stderr}") from None
    found = sorted(path for path in work.rglob("*") if path.is_file())
    files = {str(path.relative_to(work)): path.read_bytes() for path in found}
    # What is shown of the folder's random name is taken back, so that two runs can be compared.
    result = str(raw.get("result", "")).replace(str(work), "{work}")
    return Run(result, int(raw["num_turns"]), bool(raw["is_error"]), files, raw)
