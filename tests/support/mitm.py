"""mitmproxy's three programs with the addon, started as users start them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.process import Process

ROOT = Path(__file__).resolve().parents[2]
LISTENING = re.compile(r"ccr: listening at http://(\S+)")
END_SECONDS = 60


def command(program: str, folder: Path, *options: str) -> list[str]:
    """`program` is `mitmdump`, `mitmweb` or `mitmproxy`."""
    quiet = ("--set", "web_open_browser=false", "--set", "web_port=0") if program == "mitmweb" else ()
    path = Path(sys.executable).with_name(program)
    return [str(path), "--set", f"confdir={folder / 'confdir'}", "-s", str(ROOT / "addon" / "ccr.py"), *quiet, *options]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the caller's but the path: no configuration, proxy or key of the machine is found."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **more}


def written(folder: Path, config: Mapping[str, Any]) -> tuple[str, ...]:
    """The options that make a program read this configuration."""
    path = folder / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return "--set", f"ccr_config={path}"


@contextmanager
def started(program: str, folder: Path, *options: str, **env: str) -> Iterator[Process]:
    process = Process(command(program, folder, *options), folder, environment(folder, **env))
    try:
        yield process
    finally:
        process.stop()


def ended(program: str, folder: Path, *options: str, **env: str) -> tuple[int, str]:
    """The status and the output of a program that ends by itself. Raises where it runs on."""
    done = subprocess.run(
        command(program, folder, *options), cwd=folder, env=environment(folder, **env), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=END_SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(errors="replace")
